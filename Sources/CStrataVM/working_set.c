/* Calls that are others under a second name, which they had in a library of their own; and what the native interface has to do for them. */
#include "strata-vm-private.h"

static BOOL answer(NTSTATUS status)
{
    if (NT_SUCCESS(status))
        return TRUE;
    strata_vm_set_error(RtlNtStatusToDosError(status), status);
    return FALSE;
}

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
