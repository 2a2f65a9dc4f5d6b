/*
 * Calls that are others in a form of their own: for a node of the machine, all of whose memory is one here, for sandboxed programs, and
 * under a second name.
 */
#include "strata-vm-private.h"

enum { EXECUTABLE = PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY };

/* What sandboxed programs may not ask for. */
static bool refuse(bool isAsked)
{
    if (isAsked)
        strata_vm_set_error(ERROR_INVALID_PARAMETER, STATUS_INVALID_PARAMETER);
    return isAsked;
}

static bool refuse_code(ULONG protection) { return refuse((protection & EXECUTABLE) != 0); }

PVOID WINAPI VirtualAlloc2FromApp(
    HANDLE process, PVOID address, SIZE_T size, ULONG type, ULONG protection, MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    return refuse_code(protection) ? NULL : VirtualAlloc2(process, address, size, type, protection, parameters, count);
}

/* Code may be made of data and not be written at the same time. */
BOOL WINAPI VirtualProtectFromApp(PVOID address, SIZE_T size, ULONG protection, PULONG old)
{
    return !refuse((protection & (PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY)) != 0)
        && VirtualProtect(address, size, protection, old);
}

HANDLE WINAPI CreateFileMappingFromApp(HANDLE file, PSECURITY_ATTRIBUTES attributes, ULONG protection, ULONG64 size, PCWSTR name)
{
    return refuse_code(protection)
        ? NULL
        : CreateFileMappingW(file, attributes, protection, (DWORD)(size >> 32), (DWORD)size, name);
}

HANDLE WINAPI OpenFileMappingFromApp(ULONG access, BOOL inherit, PCWSTR name)
{
    return refuse((access & FILE_MAP_EXECUTE) != 0) ? NULL : OpenFileMappingW(access, inherit, name);
}

PVOID WINAPI MapViewOfFileFromApp(HANDLE section, ULONG access, ULONG64 offset, SIZE_T size)
{
    return refuse((access & FILE_MAP_EXECUTE) != 0)
        ? NULL
        : MapViewOfFile(section, access, (DWORD)(offset >> 32), (DWORD)offset, size);
}

PVOID WINAPI MapViewOfFile3FromApp(
    HANDLE section, HANDLE process, PVOID address, ULONG64 offset, SIZE_T size, ULONG type, ULONG protection,
    MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    return refuse_code(protection) ? NULL : MapViewOfFile3(section, process, address, offset, size, type, protection, parameters, count);
}

PVOID WINAPI MapViewOfFileNuma2(
    HANDLE section, HANDLE process, ULONG64 offset, PVOID address, SIZE_T size, ULONG type, ULONG protection, ULONG node)
{
    (void)node;
    return MapViewOfFile3(section, process, address, offset, size, type, protection, NULL, 0);
}

PVOID WINAPI MapViewOfFile2(
    HANDLE section, HANDLE process, ULONG64 offset, PVOID address, SIZE_T size, ULONG type, ULONG protection)
{
    return MapViewOfFile3(section, process, address, offset, size, type, protection, NULL, 0);
}

LPVOID WINAPI MapViewOfFileExNuma(
    HANDLE section, DWORD access, DWORD offsetHigh, DWORD offsetLow, SIZE_T size, LPVOID address, DWORD node)
{
    (void)node;
    return MapViewOfFileEx(section, access, offsetHigh, offsetLow, size, address);
}

HANDLE WINAPI CreateFileMappingNumaA(
    HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protection, DWORD sizeHigh, DWORD sizeLow, LPCSTR name, DWORD node)
{
    (void)node;
    return CreateFileMappingA(file, attributes, protection, sizeHigh, sizeLow, name);
}

HANDLE WINAPI CreateFileMappingNumaW(
    HANDLE file, LPSECURITY_ATTRIBUTES attributes, DWORD protection, DWORD sizeHigh, DWORD sizeLow, LPCWSTR name, DWORD node)
{
    (void)node;
    return CreateFileMappingW(file, attributes, protection, sizeHigh, sizeLow, name);
}

BOOL WINAPI AllocateUserPhysicalPagesNuma(HANDLE process, PULONG_PTR count, PULONG_PTR frames, DWORD node)
{
    (void)node;
    return AllocateUserPhysicalPages(process, count, frames);
}

BOOL WINAPI IsBadHugeReadPtr(const void *address, UINT_PTR size) { return IsBadReadPtr(address, size); }
BOOL WINAPI IsBadHugeWritePtr(LPVOID address, UINT_PTR size) { return IsBadWritePtr(address, size); }

static BOOL answer(NTSTATUS status)
{
    if (NT_SUCCESS(status))
        return TRUE;
    strata_vm_set_error(RtlNtStatusToDosError(status), status);
    return FALSE;
}

BOOL WINAPI VirtualUnlockEx(HANDLE process, LPVOID address, SIZE_T size)
{
    return answer(NtUnlockVirtualMemory(process == NULL ? GetCurrentProcess() : process, &address, &size, 1));
}

BOOL WINAPI QueryVirtualMemoryInformation(
    HANDLE process, const void *address, WIN32_MEMORY_INFORMATION_CLASS kind, PVOID information, SIZE_T length, PSIZE_T written)
{
    if (refuse(kind != MemoryRegionInfo))
        return FALSE;
    if (length < sizeof(WIN32_MEMORY_REGION_INFORMATION))
        return answer(STATUS_INFO_LENGTH_MISMATCH);
    /* As much as the structure has, of the native one that goes on. */
    const NTSTATUS status = NtQueryVirtualMemory(
        process, address, MemoryRegionInformation, information, sizeof(WIN32_MEMORY_REGION_INFORMATION), NULL);
    const SIZE_T size = sizeof(WIN32_MEMORY_REGION_INFORMATION);
    if (NT_SUCCESS(status) && written != NULL && !host_copy(written, &size, sizeof size))
        return answer(STATUS_ACCESS_VIOLATION);
    return answer(status);
}

BOOL WINAPI K32QueryWorkingSetEx(HANDLE process, PVOID array, DWORD length)
{
    return answer(NtQueryVirtualMemory(process, NULL, MemoryWorkingSetExInformation, array, length, NULL));
}

BOOL WINAPI QueryWorkingSetEx(HANDLE process, PVOID array, DWORD length) { return K32QueryWorkingSetEx(process, array, length); }

/* What psapi.dll had, and kernel32.dll has as well. */

BOOL WINAPI K32QueryWorkingSet(HANDLE process, PVOID buffer, DWORD length)
{
    return answer(NtQueryVirtualMemory(process, NULL, MemoryWorkingSetInformation, buffer, length, NULL));
}

BOOL WINAPI QueryWorkingSet(HANDLE process, PVOID buffer, DWORD length) { return K32QueryWorkingSet(process, buffer, length); }

BOOL WINAPI K32EmptyWorkingSet(HANDLE process) { return SetProcessWorkingSetSize(process, (SIZE_T)-1, (SIZE_T)-1); }
BOOL WINAPI EmptyWorkingSet(HANDLE process) { return K32EmptyWorkingSet(process); }

BOOL WINAPI SetProcessWorkingSetSize(HANDLE process, SIZE_T minimum, SIZE_T maximum)
{
    return SetProcessWorkingSetSizeEx(process, minimum, maximum, 0);
}

BOOL WINAPI GetProcessMemoryInfo(HANDLE process, PPROCESS_MEMORY_COUNTERS counters, DWORD length)
{
    return K32GetProcessMemoryInfo(process, counters, length);
}

BOOL WINAPI GetPerformanceInfo(PPERFORMANCE_INFORMATION information, DWORD length)
{
    return K32GetPerformanceInfo(information, length);
}

DWORD WINAPI GetMappedFileNameA(HANDLE process, LPVOID address, LPSTR name, DWORD size)
{
    return K32GetMappedFileNameA(process, address, name, size);
}

DWORD WINAPI GetMappedFileNameW(HANDLE process, LPVOID address, LPWSTR name, DWORD size)
{
    return K32GetMappedFileNameW(process, address, name, size);
}
