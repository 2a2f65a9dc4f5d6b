#ifndef STRATA_VM_SECTIONS_H
#define STRATA_VM_SECTIONS_H

#include "types.h"
#include "memory.h"

#define SEC_FILE 0x00800000
#define SEC_IMAGE 0x01000000
#define SEC_PROTECTED_IMAGE 0x02000000
#define SEC_RESERVE 0x04000000
#define SEC_COMMIT 0x08000000
#define SEC_NOCACHE 0x10000000
#define SEC_IMAGE_NO_EXECUTE (SEC_IMAGE | SEC_NOCACHE)
#define SEC_WRITECOMBINE 0x40000000
#define SEC_LARGE_PAGES 0x80000000u

#define SECTION_QUERY 0x0001
#define SECTION_MAP_WRITE 0x0002
#define SECTION_MAP_READ 0x0004
#define SECTION_MAP_EXECUTE 0x0008
#define SECTION_EXTEND_SIZE 0x0010
#define SECTION_MAP_EXECUTE_EXPLICIT 0x0020
#define SECTION_ALL_ACCESS \
    (STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_WRITE | SECTION_MAP_READ | SECTION_MAP_EXECUTE | SECTION_EXTEND_SIZE)

#define FILE_MAP_COPY SECTION_QUERY
#define FILE_MAP_WRITE SECTION_MAP_WRITE
#define FILE_MAP_READ SECTION_MAP_READ
#define FILE_MAP_ALL_ACCESS SECTION_ALL_ACCESS
#define FILE_MAP_EXECUTE SECTION_MAP_EXECUTE_EXPLICIT
#define FILE_MAP_RESERVE 0x80000000u
#define FILE_MAP_TARGETS_INVALID 0x40000000
#define FILE_MAP_LARGE_PAGES 0x20000000

STRATA_VM_BEGIN

/// Makes a section over a file, or over the paging file where `file` is `INVALID_HANDLE_VALUE`; null with the error in `GetLastError`.
HANDLE WINAPI CreateFileMappingA(
    HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protection, DWORD sizeHigh, DWORD sizeLow, LPCSTR name);
HANDLE WINAPI CreateFileMappingW(
    HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protection, DWORD sizeHigh, DWORD sizeLow, LPCWSTR name);
HANDLE WINAPI CreateFileMapping2(
    HANDLE file, LPSECURITY_ATTRIBUTES attributes, ULONG access, ULONG protection, ULONG type, ULONG64 size, PCWSTR name,
    MEM_EXTENDED_PARAMETER *parameters, ULONG count);
HANDLE WINAPI CreateFileMappingNumaA(
    HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protection, DWORD sizeHigh, DWORD sizeLow, LPCSTR name, DWORD node);
HANDLE WINAPI CreateFileMappingNumaW(
    HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protection, DWORD sizeHigh, DWORD sizeLow, LPCWSTR name, DWORD node);
HANDLE WINAPI CreateFileMappingFromApp(HANDLE file, PSECURITY_ATTRIBUTES attributes, ULONG protection, ULONG64 size, PCWSTR name);
HANDLE WINAPI OpenFileMappingFromApp(ULONG access, BOOL inherit, PCWSTR name);
HANDLE WINAPI OpenFileMappingA(DWORD access, BOOL inherit, LPCSTR name);
HANDLE WINAPI OpenFileMappingW(DWORD access, BOOL inherit, LPCWSTR name);

/// Maps a view of a section; its base, or null with the error in `GetLastError`.
LPVOID WINAPI MapViewOfFile(HANDLE section, DWORD access, DWORD offsetHigh, DWORD offsetLow, SIZE_T size);
LPVOID WINAPI MapViewOfFileEx(HANDLE section, DWORD access, DWORD offsetHigh, DWORD offsetLow, SIZE_T size, LPVOID address);
PVOID WINAPI MapViewOfFile3(
    HANDLE section, HANDLE process, PVOID address, ULONG64 offset, SIZE_T size, ULONG type, ULONG protection,
    MEM_EXTENDED_PARAMETER *parameters, ULONG count);
PVOID WINAPI MapViewOfFile3FromApp(
    HANDLE section, HANDLE process, PVOID address, ULONG64 offset, SIZE_T size, ULONG type, ULONG protection,
    MEM_EXTENDED_PARAMETER *parameters, ULONG count);
PVOID WINAPI MapViewOfFile2(
    HANDLE section, HANDLE process, ULONG64 offset, PVOID address, SIZE_T size, ULONG type, ULONG protection);
PVOID WINAPI MapViewOfFileNuma2(
    HANDLE section, HANDLE process, ULONG64 offset, PVOID address, SIZE_T size, ULONG type, ULONG protection, ULONG node);
LPVOID WINAPI MapViewOfFileExNuma(
    HANDLE section, DWORD access, DWORD offsetHigh, DWORD offsetLow, SIZE_T size, LPVOID address, DWORD node);
PVOID WINAPI MapViewOfFileFromApp(HANDLE section, ULONG access, ULONG64 offset, SIZE_T size);

/// Ends the view that holds the address.
BOOL WINAPI UnmapViewOfFile(LPCVOID address);
BOOL WINAPI UnmapViewOfFileEx(PVOID address, ULONG flags);
BOOL WINAPI UnmapViewOfFile2(HANDLE process, PVOID address, ULONG flags);
BOOL WINAPI FlushViewOfFile(LPCVOID address, SIZE_T size);

STRATA_VM_END

#ifdef UNICODE
#define CreateFileMapping CreateFileMappingW
#define OpenFileMapping OpenFileMappingW
#else
#define CreateFileMapping CreateFileMappingA
#define OpenFileMapping OpenFileMappingA
#endif

#endif
