#ifndef STRATA_VM_PROCESS_H
#define STRATA_VM_PROCESS_H

#include "memory.h"
#include "types.h"

#define QUOTA_LIMITS_HARDWS_MIN_ENABLE 0x00000001
#define QUOTA_LIMITS_HARDWS_MIN_DISABLE 0x00000002
#define QUOTA_LIMITS_HARDWS_MAX_ENABLE 0x00000004
#define QUOTA_LIMITS_HARDWS_MAX_DISABLE 0x00000008

/// Of the native interface: `ProcessQuotaLimits`.
typedef struct _QUOTA_LIMITS {
    SIZE_T PagedPoolLimit;
    SIZE_T NonPagedPoolLimit;
    SIZE_T MinimumWorkingSetSize;
    SIZE_T MaximumWorkingSetSize;
    SIZE_T PagefileLimit;
    LARGE_INTEGER TimeLimit;
} QUOTA_LIMITS, *PQUOTA_LIMITS;

typedef union _RATE_QUOTA_LIMIT {
    DWORD RateData;
    __extension__ struct {
        DWORD RatePercent : 7;
        DWORD Reserved0 : 25;
    };
} RATE_QUOTA_LIMIT, *PRATE_QUOTA_LIMIT;

typedef struct _QUOTA_LIMITS_EX {
    SIZE_T PagedPoolLimit;
    SIZE_T NonPagedPoolLimit;
    SIZE_T MinimumWorkingSetSize;
    SIZE_T MaximumWorkingSetSize;
    SIZE_T PagefileLimit;
    LARGE_INTEGER TimeLimit;
    SIZE_T WorkingSetLimit;
    SIZE_T Reserved2;
    SIZE_T Reserved3;
    SIZE_T Reserved4;
    DWORD Flags;
    RATE_QUOTA_LIMIT CpuRateLimit;
} QUOTA_LIMITS_EX, *PQUOTA_LIMITS_EX;

typedef struct _PROCESS_MEMORY_COUNTERS {
    DWORD cb;
    DWORD PageFaultCount;
    SIZE_T PeakWorkingSetSize;
    SIZE_T WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage;
    SIZE_T QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage;
    SIZE_T QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage;
    SIZE_T PeakPagefileUsage;
} PROCESS_MEMORY_COUNTERS, *PPROCESS_MEMORY_COUNTERS;

typedef struct _PROCESS_MEMORY_COUNTERS_EX {
    DWORD cb;
    DWORD PageFaultCount;
    SIZE_T PeakWorkingSetSize;
    SIZE_T WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage;
    SIZE_T QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage;
    SIZE_T QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage;
    SIZE_T PeakPagefileUsage;
    SIZE_T PrivateUsage;
} PROCESS_MEMORY_COUNTERS_EX, *PPROCESS_MEMORY_COUNTERS_EX;

typedef struct _PROCESS_MEMORY_COUNTERS_EX2 {
    DWORD cb;
    DWORD PageFaultCount;
    SIZE_T PeakWorkingSetSize;
    SIZE_T WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage;
    SIZE_T QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage;
    SIZE_T QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage;
    SIZE_T PeakPagefileUsage;
    SIZE_T PrivateUsage;
    SIZE_T PrivateWorkingSetSize;
    ULONG64 SharedCommitUsage;
} PROCESS_MEMORY_COUNTERS_EX2, *PPROCESS_MEMORY_COUNTERS_EX2;

/// Of the native interface: `ProcessVmCounters`.
typedef struct _VM_COUNTERS {
    SIZE_T PeakVirtualSize;
    SIZE_T VirtualSize;
    ULONG PageFaultCount;
    SIZE_T PeakWorkingSetSize;
    SIZE_T WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage;
    SIZE_T QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage;
    SIZE_T QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage;
    SIZE_T PeakPagefileUsage;
} VM_COUNTERS, *PVM_COUNTERS;

typedef struct _VM_COUNTERS_EX {
    SIZE_T PeakVirtualSize;
    SIZE_T VirtualSize;
    ULONG PageFaultCount;
    SIZE_T PeakWorkingSetSize;
    SIZE_T WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage;
    SIZE_T QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage;
    SIZE_T QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage;
    SIZE_T PeakPagefileUsage;
    SIZE_T PrivateUsage;
} VM_COUNTERS_EX, *PVM_COUNTERS_EX;

/// Sizes in pages.
typedef struct _PERFORMANCE_INFORMATION {
    DWORD cb;
    SIZE_T CommitTotal;
    SIZE_T CommitLimit;
    SIZE_T CommitPeak;
    SIZE_T PhysicalTotal;
    SIZE_T PhysicalAvailable;
    SIZE_T SystemCache;
    SIZE_T KernelTotal;
    SIZE_T KernelPaged;
    SIZE_T KernelNonpaged;
    SIZE_T PageSize;
    DWORD HandleCount;
    DWORD ProcessCount;
    DWORD ThreadCount;
} PERFORMANCE_INFORMATION, *PPERFORMANCE_INFORMATION, PERFORMACE_INFORMATION, *PPERFORMACE_INFORMATION;

typedef union _PSAPI_WORKING_SET_BLOCK {
    ULONG_PTR Flags;
    __extension__ struct {
        ULONG_PTR Protection : 5;
        ULONG_PTR ShareCount : 3;
        ULONG_PTR Shared : 1;
        ULONG_PTR Reserved : 3;
        ULONG_PTR VirtualPage : 52;
    };
} PSAPI_WORKING_SET_BLOCK, *PPSAPI_WORKING_SET_BLOCK;

typedef struct _PSAPI_WORKING_SET_INFORMATION {
    ULONG_PTR NumberOfEntries;
    PSAPI_WORKING_SET_BLOCK WorkingSetInfo[1];
} PSAPI_WORKING_SET_INFORMATION, *PPSAPI_WORKING_SET_INFORMATION;

typedef enum _MEMORY_RESOURCE_NOTIFICATION_TYPE {
    LowMemoryResourceNotification,
    HighMemoryResourceNotification
} MEMORY_RESOURCE_NOTIFICATION_TYPE;

#define MEHC_PATROL_SCRUBBER_PRESENT 0x1

STRATA_VM_ASSERT(sizeof(QUOTA_LIMITS) == 48, "QUOTA_LIMITS");
STRATA_VM_ASSERT(sizeof(QUOTA_LIMITS_EX) == 88 && offsetof(QUOTA_LIMITS_EX, Flags) == 80, "QUOTA_LIMITS_EX");
STRATA_VM_ASSERT(sizeof(PROCESS_MEMORY_COUNTERS) == 72, "PROCESS_MEMORY_COUNTERS");
STRATA_VM_ASSERT(sizeof(PROCESS_MEMORY_COUNTERS_EX) == 80, "PROCESS_MEMORY_COUNTERS_EX");
STRATA_VM_ASSERT(sizeof(PROCESS_MEMORY_COUNTERS_EX2) == 96, "PROCESS_MEMORY_COUNTERS_EX2");
STRATA_VM_ASSERT(sizeof(VM_COUNTERS) == 88 && sizeof(VM_COUNTERS_EX) == 96, "VM_COUNTERS");
STRATA_VM_ASSERT(sizeof(PERFORMANCE_INFORMATION) == 104, "PERFORMANCE_INFORMATION");
STRATA_VM_ASSERT(offsetof(PERFORMANCE_INFORMATION, HandleCount) == 88, "PERFORMANCE_INFORMATION");
STRATA_VM_ASSERT(sizeof(PSAPI_WORKING_SET_INFORMATION) == 16, "PSAPI_WORKING_SET_INFORMATION");

STRATA_VM_BEGIN

/// The least and the most memory that the process may count on, in bytes: 50 and 345 pages until they are set. Setting both to
/// `(SIZE_T)-1` empties the working set. Nothing is held to them but VirtualLock: from the first setting on, no more can be locked than the minimum less 8 pages; until then
/// the host's own limit alone holds.
BOOL WINAPI GetProcessWorkingSetSize(HANDLE process, PSIZE_T minimum, PSIZE_T maximum);
BOOL WINAPI GetProcessWorkingSetSizeEx(HANDLE process, PSIZE_T minimum, PSIZE_T maximum, PDWORD flags);
BOOL WINAPI SetProcessWorkingSetSize(HANDLE process, SIZE_T minimum, SIZE_T maximum);
BOOL WINAPI SetProcessWorkingSetSizeEx(HANDLE process, SIZE_T minimum, SIZE_T maximum, DWORD flags);

/// Asks the host to write pages out, as far as it has room to.
BOOL WINAPI EmptyWorkingSet(HANDLE process);
BOOL WINAPI K32EmptyWorkingSet(HANDLE process);

/// Every page that is in memory and can be accessed. With too small a buffer `ERROR_BAD_LENGTH`, and how many there are in
/// `NumberOfEntries`.
BOOL WINAPI QueryWorkingSet(HANDLE process, PVOID buffer, DWORD length);
BOOL WINAPI K32QueryWorkingSet(HANDLE process, PVOID buffer, DWORD length);

/// What the process has of the host's memory, and what it has committed; as much as the size says, of the three structures.
BOOL WINAPI GetProcessMemoryInfo(HANDLE process, PPROCESS_MEMORY_COUNTERS counters, DWORD length);
BOOL WINAPI K32GetProcessMemoryInfo(HANDLE process, PPROCESS_MEMORY_COUNTERS counters, DWORD length);

/// What the host has, as its kernel counts it; the commit charge and its limit are this process's.
BOOL WINAPI GetPerformanceInfo(PPERFORMANCE_INFORMATION information, DWORD length);
BOOL WINAPI K32GetPerformanceInfo(PPERFORMANCE_INFORMATION information, DWORD length);

/// The host's memory in kilobytes.
BOOL WINAPI GetPhysicallyInstalledSystemMemory(PULONGLONG kilobytes);

/// The name of the file that an address is a view of, as the host names it; its length, or the size where it was cut, with
/// `ERROR_INSUFFICIENT_BUFFER`.
DWORD WINAPI GetMappedFileNameA(HANDLE process, LPVOID address, LPSTR name, DWORD size);
DWORD WINAPI GetMappedFileNameW(HANDLE process, LPVOID address, LPWSTR name, DWORD size);
DWORD WINAPI K32GetMappedFileNameA(HANDLE process, LPVOID address, LPSTR name, DWORD size);
DWORD WINAPI K32GetMappedFileNameW(HANDLE process, LPVOID address, LPWSTR name, DWORD size);

/// Tells when the host has little memory, or much: signaled while it has at most 32 MB for each 4 GB, and 64 MB in all, or at least
/// three times that. Who waits for it is told within a quarter of a second.
HANDLE WINAPI CreateMemoryResourceNotification(MEMORY_RESOURCE_NOTIFICATION_TYPE type);
BOOL WINAPI QueryMemoryResourceNotification(HANDLE notification, PBOOL isSignaled);

/// None.
BOOL WINAPI GetMemoryErrorHandlingCapabilities(PULONG capabilities);

STRATA_VM_END

#ifdef UNICODE
#define GetMappedFileName GetMappedFileNameW
#else
#define GetMappedFileName GetMappedFileNameA
#endif

#endif
