#ifndef STRATA_VM_PIPES_H
#define STRATA_VM_PIPES_H

#include "types.h"

#define PIPE_ACCESS_INBOUND 0x00000001
#define PIPE_ACCESS_OUTBOUND 0x00000002
#define PIPE_ACCESS_DUPLEX 0x00000003
#define FILE_FLAG_FIRST_PIPE_INSTANCE 0x00080000

#define PIPE_WAIT 0
#define PIPE_NOWAIT 1
#define PIPE_READMODE_BYTE 0
#define PIPE_READMODE_MESSAGE 2
#define PIPE_TYPE_BYTE 0
#define PIPE_TYPE_MESSAGE 4
#define PIPE_ACCEPT_REMOTE_CLIENTS 0
#define PIPE_REJECT_REMOTE_CLIENTS 8
#define PIPE_UNLIMITED_INSTANCES 255

#define NMPWAIT_WAIT_FOREVER 0xFFFFFFFFu
#define NMPWAIT_NOWAIT 1
#define NMPWAIT_USE_DEFAULT_WAIT 0

#define HasOverlappedIoCompleted(overlapped) ((DWORD)(overlapped)->Internal != 0x103)

STRATA_VM_BEGIN

/// Pipes within the process. A pipe takes what is written at once, whatever sizes its buffers were asked for with; `CreateFile` opens
/// the client's end of one with a name.
HANDLE WINAPI CreateNamedPipeA(
    LPCSTR name, DWORD openMode, DWORD pipeMode, DWORD maximumInstances, DWORD outSize, DWORD inSize, DWORD timeout,
    LPSECURITY_ATTRIBUTES attributes);
HANDLE WINAPI CreateNamedPipeW(
    LPCWSTR name, DWORD openMode, DWORD pipeMode, DWORD maximumInstances, DWORD outSize, DWORD inSize, DWORD timeout,
    LPSECURITY_ATTRIBUTES attributes);
BOOL WINAPI CreatePipe(PHANDLE reader, PHANDLE writer, LPSECURITY_ATTRIBUTES attributes, DWORD size);
BOOL WINAPI ConnectNamedPipe(HANDLE pipe, LPOVERLAPPED overlapped);
BOOL WINAPI DisconnectNamedPipe(HANDLE pipe);
BOOL WINAPI WaitNamedPipeA(LPCSTR name, DWORD milliseconds);
BOOL WINAPI WaitNamedPipeW(LPCWSTR name, DWORD milliseconds);
BOOL WINAPI SetNamedPipeHandleState(HANDLE pipe, LPDWORD mode, LPDWORD collectionCount, LPDWORD collectionTimeout);
BOOL WINAPI PeekNamedPipe(HANDLE pipe, LPVOID buffer, DWORD size, LPDWORD count, LPDWORD available, LPDWORD leftInMessage);

/// How a call that was given the structure ended, or is to end.
BOOL WINAPI GetOverlappedResult(HANDLE file, LPOVERLAPPED overlapped, LPDWORD count, BOOL wait);
BOOL WINAPI GetOverlappedResultEx(HANDLE file, LPOVERLAPPED overlapped, LPDWORD count, DWORD milliseconds, BOOL alertable);
/// Ends the calls on a handle that have not ended; `CancelIoEx` those with one structure, or all for none.
BOOL WINAPI CancelIo(HANDLE file);
BOOL WINAPI CancelIoEx(HANDLE file, LPOVERLAPPED overlapped);

STRATA_VM_END

#ifdef UNICODE
#define CreateNamedPipe CreateNamedPipeW
#define WaitNamedPipe WaitNamedPipeW
#else
#define CreateNamedPipe CreateNamedPipeA
#define WaitNamedPipe WaitNamedPipeA
#endif

#endif
