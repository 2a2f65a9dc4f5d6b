/* Pipes within the process, calls on them that end later, and the pages that these write. */
#include "check.h"

static const char name[] = "\\\\.\\pipe\\Strata-Pipes";

static DWORD WINAPI serve(LPVOID pipe)
{
    char bytes[16];
    DWORD done;
    CHECK(ConnectNamedPipe(pipe, NULL) || GetLastError() == ERROR_PIPE_CONNECTED);
    while (ReadFile(pipe, bytes, sizeof bytes, &done, NULL))
        CHECK(WriteFile(pipe, bytes, done, &done, NULL));
    const DWORD error = GetLastError();
    CHECK(DisconnectNamedPipe(pipe));
    return error;
}

static void echo(void)
{
    FAILS(CreateFileA(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) != INVALID_HANDLE_VALUE, ERROR_FILE_NOT_FOUND);
    HANDLE pipe = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 16, 16, 0, NULL);
    CHECK(pipe != INVALID_HANDLE_VALUE && GetLastError() == 0);
    FAILS(CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 1, 16, 16, 0, NULL) != INVALID_HANDLE_VALUE, ERROR_PIPE_BUSY);
    FAILS(CreateNamedPipeA("pipe", PIPE_ACCESS_DUPLEX, 0, 1, 0, 0, 0, NULL) != INVALID_HANDLE_VALUE, ERROR_INVALID_NAME);
    HANDLE thread = CreateThread(NULL, 0, serve, pipe, 0, NULL);
    CHECK(WaitNamedPipeA("\\\\.\\PIPE\\strata-pipes", NMPWAIT_WAIT_FOREVER));
    HANDLE client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(client != INVALID_HANDLE_VALUE);
    FAILS(CreateFileA(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) != INVALID_HANDLE_VALUE, ERROR_PIPE_BUSY);
    char bytes[64];
    DWORD done, mode = PIPE_READMODE_MESSAGE, left;
    CHECK(WriteFile(client, "message", 7, &done, NULL) && done == 7 && WriteFile(client, "", 0, &done, NULL));
    /* The client reads bytes until it asks for messages. */
    CHECK(ReadFile(client, bytes, 4, &done, NULL) && done == 4 && ReadFile(client, bytes + 4, 3, &done, NULL) && memcmp(bytes, "message", 7) == 0);
    CHECK(SetNamedPipeHandleState(client, &mode, NULL, NULL) && ReadFile(client, bytes, 4, &done, NULL) && done == 0);
    CHECK(WriteFile(client, "cut into two", 12, &done, NULL));
    FAILS(ReadFile(client, bytes, 4, &done, NULL), ERROR_MORE_DATA);
    CHECK(done == 4 && PeekNamedPipe(client, bytes + 4, 3, &done, &mode, &left) && done == 3 && mode == 8 && left == 5);
    CHECK(ReadFile(client, bytes + 4, 60, &done, NULL) && done == 8 && memcmp(bytes, "cut into two", 12) == 0);
    /* A message that is too long for the server's buffer ends its loop, and what it wrote can still be read. */
    CHECK(WriteFile(client, "longer than sixteen bytes", 25, &done, NULL) && WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &left) && left == ERROR_MORE_DATA);
    FAILS(ReadFile(client, bytes, 4, &done, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK(CloseHandle(client) && CloseHandle(thread) && CloseHandle(pipe));
}

static DWORD WINAPI wait_for_instance(LPVOID unused)
{
    (void)unused;
    return WaitNamedPipeA(name, NMPWAIT_WAIT_FOREVER);
}

/* Who waits for an instance that is free hears of a new one. */
static void instances(void)
{
    HANDLE first = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL);
    HANDLE client = CreateFileA(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(first != INVALID_HANDLE_VALUE && client != INVALID_HANDLE_VALUE);
    FAILS(WaitNamedPipeA(name, 1), ERROR_SEM_TIMEOUT);
    HANDLE thread = CreateThread(NULL, 0, wait_for_instance, NULL, 0, NULL);
    CHECK(WaitForSingleObject(thread, 20) == WAIT_TIMEOUT);
    HANDLE second = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL);
    DWORD is_free = 0;
    CHECK(second != INVALID_HANDLE_VALUE && WaitForSingleObject(thread, 300000) == WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &is_free) && is_free);
    CHECK(CloseHandle(thread) && CloseHandle(client) && CloseHandle(first) && CloseHandle(second));
}

static void later(void)
{
    const SIZE_T size = 0x8000;
    char *memory = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
    PVOID pages[8];
    ULONG_PTR count = 8;
    ULONG granularity;
    HANDLE pipe = CreateNamedPipeA(name, PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL);
    OVERLAPPED connecting = {0}, *reading = (OVERLAPPED *)(memory + 0x7000);
    connecting.hEvent = CreateEventA(NULL, TRUE, TRUE, NULL);
    DWORD done;
    FAILS(ReadFile(pipe, memory, 16, NULL, &connecting), ERROR_PIPE_LISTENING);
    FAILS(ConnectNamedPipe(pipe, &connecting), ERROR_IO_PENDING);
    FAILS(GetOverlappedResult(pipe, &connecting, &done, FALSE), ERROR_IO_INCOMPLETE);
    CHECK(WaitForSingleObject(connecting.hEvent, 0) == WAIT_TIMEOUT && WaitForSingleObject(pipe, 0) == WAIT_TIMEOUT);
    FAILS(CreateFileA(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) != INVALID_HANDLE_VALUE, ERROR_ACCESS_DENIED);
    HANDLE client = CreateFileA(name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(client != INVALID_HANDLE_VALUE && WaitForSingleObject(connecting.hEvent, 0) == WAIT_OBJECT_0);
    CHECK(GetOverlappedResult(pipe, &connecting, &done, TRUE) && HasOverlappedIoCompleted(&connecting));
    FAILS(ConnectNamedPipe(pipe, NULL), ERROR_PIPE_CONNECTED);

    /* All of the buffer counts as written when the read begins, and what was read when it ends; so does the structure. */
    reading->hEvent = connecting.hEvent;
    CHECK(ResetWriteWatch(memory, size) == 0);
    FAILS(ReadFile(pipe, memory + 0x1800, 0x2000, NULL, reading), ERROR_IO_PENDING);
    CHECK(GetWriteWatch(WRITE_WATCH_FLAG_RESET, memory, size, pages, &count, &granularity) == 0 && count == 4);
    CHECK(pages[0] == memory + 0x1000 && pages[2] == memory + 0x3000 && pages[3] == (PVOID)reading);
    CHECK(WriteFile(client, "abc", 3, &done, NULL) && done == 3 && memory[0x1802] == 'c' && reading->InternalHigh == 3);
    count = 8;
    CHECK(GetWriteWatch(0, memory, size, pages, &count, &granularity) == 0 && count == 2 && pages[0] == memory + 0x1000);
    CHECK(GetOverlappedResult(pipe, reading, &done, TRUE) && done == 3 && WaitForSingleObject(pipe, 0) == WAIT_OBJECT_0);

    /* Calls that are cancelled, whose buffer is gone, and whose other end closes. */
    FAILS(ReadFile(pipe, memory, 16, NULL, reading), ERROR_IO_PENDING);
    FAILS(CancelIoEx(pipe, &connecting), ERROR_NOT_FOUND);
    CHECK(CancelIoEx(pipe, reading) && CancelIo(pipe));
    FAILS(GetOverlappedResult(pipe, reading, &done, TRUE), ERROR_OPERATION_ABORTED);
    FAILS(ReadFile(pipe, memory, 16, NULL, reading), ERROR_IO_PENDING);
    DWORD old;
    CHECK(VirtualProtect(memory, 0x1000, PAGE_NOACCESS, &old) && WriteFile(client, "abc", 3, &done, NULL));
    FAILS(GetOverlappedResult(pipe, reading, &done, TRUE), ERROR_NOACCESS);
    FAILS(ReadFile(pipe, memory, 16, NULL, reading), ERROR_NOACCESS);
    CHECK(VirtualProtect(memory, 0x1000, PAGE_READWRITE, &old) && ReadFile(pipe, memory, 16, &done, reading) && done == 3);
    FAILS(ReadFile(pipe, memory, 16, NULL, reading), ERROR_IO_PENDING);
    CHECK(CloseHandle(client));
    FAILS(GetOverlappedResult(pipe, reading, &done, TRUE), ERROR_BROKEN_PIPE);
    FAILS(ConnectNamedPipe(pipe, &connecting), ERROR_NO_DATA);
    CHECK(DisconnectNamedPipe(pipe));
    FAILS(ConnectNamedPipe(pipe, &connecting), ERROR_IO_PENDING);
    CHECK(CloseHandle(pipe));
    FAILS(GetOverlappedResult(INVALID_HANDLE_VALUE, &connecting, &done, TRUE), ERROR_OPERATION_ABORTED);
    CHECK(CloseHandle(connecting.hEvent) && VirtualFree(memory, 0, MEM_RELEASE));
}

static void anonymous(void)
{
    HANDLE reader, writer;
    char bytes[8];
    DWORD done;
    CHECK(CreatePipe(&reader, &writer, NULL, 0) && WriteFile(writer, "12", 2, &done, NULL) && WriteFile(writer, "345", 3, &done, NULL));
    FAILS(WriteFile(reader, "x", 1, &done, NULL), ERROR_ACCESS_DENIED);
    FAILS(ReadFile(writer, bytes, 1, &done, NULL), ERROR_ACCESS_DENIED);
    CHECK(ReadFile(reader, bytes, 4, &done, NULL) && done == 4 && memcmp(bytes, "1234", 4) == 0 && CloseHandle(writer));
    CHECK(ReadFile(reader, bytes, 4, &done, NULL) && done == 1 && bytes[0] == '5');
    FAILS(ReadFile(reader, bytes, 4, &done, NULL), ERROR_BROKEN_PIPE);
    CHECK(CloseHandle(reader));
    CHECK(CreatePipe(&reader, &writer, NULL, 0) && CloseHandle(reader));
    FAILS(WriteFile(writer, "x", 1, &done, NULL), ERROR_NO_DATA);
    CHECK(CloseHandle(writer));
}

int main(void)
{
    echo();
    instances();
    later();
    anonymous();
    return finish();
}
