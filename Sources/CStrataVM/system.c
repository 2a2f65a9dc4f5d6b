/* What the system says of itself. */
#define _GNU_SOURCE
#include "strata-vm.h"

#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "strata-vm-private.h"

void WINAPI GetSystemInfo(LPSYSTEM_INFO information)
{
    const PPEB process = RtlGetCurrentPeb();
    memset(information, 0, sizeof *information);
#if defined(__x86_64__)
    information->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_AMD64;
    information->dwProcessorType = PROCESSOR_AMD_X8664;
#else
    information->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_ARM64;
#endif
    information->dwPageSize = 0x1000;
    information->lpMinimumApplicationAddress = (LPVOID)0x10000;
    information->lpMaximumApplicationAddress = (LPVOID)0x7FFFFFFEFFFF;
    information->dwActiveProcessorMask = process->ActiveProcessAffinityMask;
    information->dwNumberOfProcessors = process->NumberOfProcessors;
    information->dwAllocationGranularity = 0x10000;
}

void WINAPI GetNativeSystemInfo(LPSYSTEM_INFO information) { GetSystemInfo(information); }

BOOL WINAPI GlobalMemoryStatusEx(LPMEMORYSTATUSEX status)
{
    struct sysinfo host;
    if (status == NULL || status->dwLength != sizeof *status || sysinfo(&host) != 0) {
        strata_vm_set_error(ERROR_INVALID_PARAMETER, STATUS_INVALID_PARAMETER);
        return FALSE;
    }
    const DWORDLONG unit = host.mem_unit, total = host.totalram * unit;
    const DWORDLONG available = strata_vm_available_memory(), limit = strata_vm_commit_limit();
    const DWORDLONG charge = StrataGetCommitCharge();
    status->ullTotalPhys = total;
    status->ullAvailPhys = available;
    status->dwMemoryLoad = total == 0 ? 0 : (DWORD)((total - available) * 100 / total);
    status->ullTotalPageFile = limit;
    status->ullAvailPageFile = limit > charge ? limit - charge : 0;
    status->ullTotalVirtual = 0x7FFFFFFE0000;
    status->ullAvailVirtual = status->ullTotalVirtual;
    status->ullAvailExtendedVirtual = 0;
    return TRUE;
}

/* The counts have the pointers' size: nothing is cut as it is in 32 bits. */
VOID WINAPI GlobalMemoryStatus(LPMEMORYSTATUS status)
{
    MEMORYSTATUSEX all = {.dwLength = sizeof all};
    if (!GlobalMemoryStatusEx(&all))
        return;
    MEMORYSTATUS result = {.dwLength = sizeof result, .dwMemoryLoad = all.dwMemoryLoad};
    result.dwTotalPhys = all.ullTotalPhys;
    result.dwAvailPhys = all.ullAvailPhys;
    result.dwTotalPageFile = all.ullTotalPageFile;
    result.dwAvailPageFile = all.ullAvailPageFile;
    result.dwTotalVirtual = all.ullTotalVirtual;
    result.dwAvailVirtual = all.ullAvailVirtual;
    if (!host_copy(status, &result, sizeof result))
        strata_vm_set_error(ERROR_NOACCESS, STATUS_ACCESS_VIOLATION);
}
