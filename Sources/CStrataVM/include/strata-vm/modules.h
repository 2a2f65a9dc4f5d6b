#ifndef STRATA_VM_MODULES_H
#define STRATA_VM_MODULES_H

#include "types.h"

#define LOAD_LIBRARY_AS_DATAFILE 0x00000002
#define LOAD_LIBRARY_SEARCH_SYSTEM32 0x00000800

STRATA_VM_BEGIN

/// The base of a library of Windows's whose calls are here, or of the program for no name: kernel32, kernelbase, ntdll, psapi, and the
/// API sets.
/// The libraries are images in the system directory that export every call; their code leads to the library's own.
HMODULE WINAPI GetModuleHandleA(LPCSTR name);
HMODULE WINAPI GetModuleHandleW(LPCWSTR name);
HMODULE WINAPI LoadLibraryA(LPCSTR name);
HMODULE WINAPI LoadLibraryW(LPCWSTR name);
HMODULE WINAPI LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags);
HMODULE WINAPI LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags);
BOOL WINAPI FreeLibrary(HMODULE module);

/// The call of a name, for programs that look for those that may be missing; null with the error in `GetLastError`.
FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name);

/// The path of a module's file; its length, which is the size where it was cut.
DWORD WINAPI GetModuleFileNameA(HMODULE module, LPSTR buffer, DWORD size);
DWORD WINAPI GetModuleFileNameW(HMODULE module, LPWSTR buffer, DWORD size);

/// Where the libraries are: the folder of the host that `STRATA_SYSTEM_DIRECTORY` names, or `C:\\windows\\system32`, in which the
/// library has images of its own. The length, or the size that is needed where the buffer is too small.
UINT WINAPI GetSystemDirectoryA(LPSTR buffer, UINT size);
UINT WINAPI GetSystemDirectoryW(LPWSTR buffer, UINT size);

STRATA_VM_END

#ifdef UNICODE
#define GetModuleHandle GetModuleHandleW
#define LoadLibrary LoadLibraryW
#define LoadLibraryEx LoadLibraryExW
#define GetModuleFileName GetModuleFileNameW
#define GetSystemDirectory GetSystemDirectoryW
#else
#define GetModuleHandle GetModuleHandleA
#define LoadLibrary LoadLibraryA
#define LoadLibraryEx LoadLibraryExA
#define GetModuleFileName GetModuleFileNameA
#define GetSystemDirectory GetSystemDirectoryA
#endif

#endif
