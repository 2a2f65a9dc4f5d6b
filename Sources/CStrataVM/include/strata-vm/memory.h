#ifndef STRATA_VM_MEMORY_H
#define STRATA_VM_MEMORY_H

#include "types.h"

/* Allocation types, states and region types. Some values mean one thing in one call and another in another. */
#define MEM_COALESCE_PLACEHOLDERS 0x00000001
#define MEM_PRESERVE_PLACEHOLDER 0x00000002
#define MEM_UNMAP_WITH_TRANSIENT_BOOST 0x00000001
#define MEM_COMMIT 0x00001000
#define MEM_RESERVE 0x00002000
#define MEM_DECOMMIT 0x00004000
#define MEM_REPLACE_PLACEHOLDER 0x00004000
#define MEM_RELEASE 0x00008000
#define MEM_FREE 0x00010000
#define MEM_PRIVATE 0x00020000
#define MEM_MAPPED 0x00040000
#define MEM_RESERVE_PLACEHOLDER 0x00040000
#define MEM_RESET 0x00080000
#define MEM_TOP_DOWN 0x00100000
#define MEM_WRITE_WATCH 0x00200000
#define MEM_PHYSICAL 0x00400000
#define MEM_ROTATE 0x00800000
#define MEM_DIFFERENT_IMAGE_BASE_OK 0x00800000
#define MEM_IMAGE 0x01000000
#define MEM_RESET_UNDO 0x01000000
#define MEM_LARGE_PAGES 0x20000000
#define MEM_4MB_PAGES 0x80000000u
#define MEM_64K_PAGES (MEM_LARGE_PAGES | MEM_PHYSICAL)

/* Page protections and their modifiers. */
#define PAGE_NOACCESS 0x01
#define PAGE_READONLY 0x02
#define PAGE_READWRITE 0x04
#define PAGE_WRITECOPY 0x08
#define PAGE_EXECUTE 0x10
#define PAGE_EXECUTE_READ 0x20
#define PAGE_EXECUTE_READWRITE 0x40
#define PAGE_EXECUTE_WRITECOPY 0x80
#define PAGE_GUARD 0x100
#define PAGE_NOCACHE 0x200
#define PAGE_WRITECOMBINE 0x400
#define PAGE_TARGETS_INVALID 0x40000000
#define PAGE_TARGETS_NO_UPDATE 0x40000000

/* Of 32-bit systems: calls on this machine refuse it. */
#define AT_ROUND_TO_PAGE 0x40000000

#define MEM_EXTENDED_PARAMETER_GRAPHICS 0x00000001
#define MEM_EXTENDED_PARAMETER_NONPAGED 0x00000002
#define MEM_EXTENDED_PARAMETER_ZERO_PAGES_OPTIONAL 0x00000004
#define MEM_EXTENDED_PARAMETER_NONPAGED_LARGE 0x00000008
#define MEM_EXTENDED_PARAMETER_NONPAGED_HUGE 0x00000010
#define MEM_EXTENDED_PARAMETER_SOFT_FAULT_PAGES 0x00000020
#define MEM_EXTENDED_PARAMETER_EC_CODE 0x00000040

#define WRITE_WATCH_FLAG_RESET 1

typedef struct _MEMORY_BASIC_INFORMATION {
    PVOID BaseAddress;
    PVOID AllocationBase;
    DWORD AllocationProtect;
    WORD PartitionId;
    SIZE_T RegionSize;
    DWORD State;
    DWORD Protect;
    DWORD Type;
} MEMORY_BASIC_INFORMATION, *PMEMORY_BASIC_INFORMATION;

typedef enum MEM_EXTENDED_PARAMETER_TYPE {
    MemExtendedParameterInvalidType = 0,
    MemExtendedParameterAddressRequirements,
    MemExtendedParameterNumaNode,
    MemExtendedParameterPartitionHandle,
    MemExtendedParameterUserPhysicalHandle,
    MemExtendedParameterAttributeFlags,
    MemExtendedParameterImageMachine,
    MemExtendedParameterMax
} MEM_EXTENDED_PARAMETER_TYPE, *PMEM_EXTENDED_PARAMETER_TYPE;

#define MEM_EXTENDED_PARAMETER_TYPE_BITS 8

__extension__ typedef struct MEM_EXTENDED_PARAMETER {
    __extension__ struct {
        DWORD64 Type : MEM_EXTENDED_PARAMETER_TYPE_BITS;
        DWORD64 Reserved : 64 - MEM_EXTENDED_PARAMETER_TYPE_BITS;
    };
    __extension__ union {
        DWORD64 ULong64;
        PVOID Pointer;
        SIZE_T Size;
        HANDLE Handle;
        DWORD ULong;
    };
} MEM_EXTENDED_PARAMETER, *PMEM_EXTENDED_PARAMETER;

typedef struct _MEM_ADDRESS_REQUIREMENTS {
    PVOID LowestStartingAddress;
    PVOID HighestEndingAddress;
    SIZE_T Alignment;
} MEM_ADDRESS_REQUIREMENTS, *PMEM_ADDRESS_REQUIREMENTS;

#define PROCESSOR_ARCHITECTURE_AMD64 9
#define PROCESSOR_ARCHITECTURE_ARM64 12
#define PROCESSOR_AMD_X8664 8664

typedef struct _SYSTEM_INFO {
    __extension__ union {
        DWORD dwOemId;
        __extension__ struct {
            WORD wProcessorArchitecture;
            WORD wReserved;
        };
    };
    DWORD dwPageSize;
    LPVOID lpMinimumApplicationAddress;
    LPVOID lpMaximumApplicationAddress;
    DWORD_PTR dwActiveProcessorMask;
    DWORD dwNumberOfProcessors;
    DWORD dwProcessorType;
    DWORD dwAllocationGranularity;
    WORD wProcessorLevel;
    WORD wProcessorRevision;
} SYSTEM_INFO, *LPSYSTEM_INFO;

typedef struct _MEMORYSTATUSEX {
    DWORD dwLength;
    DWORD dwMemoryLoad;
    DWORDLONG ullTotalPhys;
    DWORDLONG ullAvailPhys;
    DWORDLONG ullTotalPageFile;
    DWORDLONG ullAvailPageFile;
    DWORDLONG ullTotalVirtual;
    DWORDLONG ullAvailVirtual;
    DWORDLONG ullAvailExtendedVirtual;
} MEMORYSTATUSEX, *LPMEMORYSTATUSEX;

typedef struct _MEMORYSTATUS {
    DWORD dwLength;
    DWORD dwMemoryLoad;
    SIZE_T dwTotalPhys;
    SIZE_T dwAvailPhys;
    SIZE_T dwTotalPageFile;
    SIZE_T dwAvailPageFile;
    SIZE_T dwTotalVirtual;
    SIZE_T dwAvailVirtual;
} MEMORYSTATUS, *LPMEMORYSTATUS;

typedef struct _WIN32_MEMORY_RANGE_ENTRY {
    PVOID VirtualAddress;
    SIZE_T NumberOfBytes;
} WIN32_MEMORY_RANGE_ENTRY, *PWIN32_MEMORY_RANGE_ENTRY;

typedef enum WIN32_MEMORY_INFORMATION_CLASS { MemoryRegionInfo } WIN32_MEMORY_INFORMATION_CLASS;

typedef struct WIN32_MEMORY_REGION_INFORMATION {
    PVOID AllocationBase;
    ULONG AllocationProtect;
    __extension__ union {
        ULONG Flags;
        __extension__ struct {
            ULONG Private : 1;
            ULONG MappedDataFile : 1;
            ULONG MappedImage : 1;
            ULONG MappedPageFile : 1;
            ULONG MappedPhysical : 1;
            ULONG DirectMapped : 1;
            ULONG Reserved : 26;
        };
    };
    SIZE_T RegionSize;
    SIZE_T CommitSize;
} WIN32_MEMORY_REGION_INFORMATION;

typedef union _PSAPI_WORKING_SET_EX_BLOCK {
    ULONG_PTR Flags;
    __extension__ struct {
        ULONG_PTR Valid : 1;
        ULONG_PTR ShareCount : 3;
        ULONG_PTR Win32Protection : 11;
        ULONG_PTR Shared : 1;
        ULONG_PTR Node : 6;
        ULONG_PTR Locked : 1;
        ULONG_PTR LargePage : 1;
        ULONG_PTR Reserved : 7;
        ULONG_PTR Bad : 1;
        ULONG_PTR ReservedUlong : 32;
    };
} PSAPI_WORKING_SET_EX_BLOCK, *PPSAPI_WORKING_SET_EX_BLOCK;

typedef struct _PSAPI_WORKING_SET_EX_INFORMATION {
    PVOID VirtualAddress;
    PSAPI_WORKING_SET_EX_BLOCK VirtualAttributes;
} PSAPI_WORKING_SET_EX_INFORMATION, *PPSAPI_WORKING_SET_EX_INFORMATION;

typedef enum OFFER_PRIORITY {
    VmOfferPriorityVeryLow = 1,
    VmOfferPriorityLow,
    VmOfferPriorityBelowNormal,
    VmOfferPriorityNormal
} OFFER_PRIORITY;

STRATA_VM_ASSERT(sizeof(MEMORY_BASIC_INFORMATION) == 48, "MEMORY_BASIC_INFORMATION");
STRATA_VM_ASSERT(offsetof(MEMORY_BASIC_INFORMATION, AllocationProtect) == 16, "AllocationProtect");
STRATA_VM_ASSERT(offsetof(MEMORY_BASIC_INFORMATION, PartitionId) == 20, "PartitionId");
STRATA_VM_ASSERT(offsetof(MEMORY_BASIC_INFORMATION, RegionSize) == 24, "RegionSize");
STRATA_VM_ASSERT(offsetof(MEMORY_BASIC_INFORMATION, Type) == 40, "Type");
STRATA_VM_ASSERT(sizeof(MEM_EXTENDED_PARAMETER) == 16, "MEM_EXTENDED_PARAMETER");
STRATA_VM_ASSERT(sizeof(MEM_ADDRESS_REQUIREMENTS) == 24, "MEM_ADDRESS_REQUIREMENTS");
STRATA_VM_ASSERT(sizeof(WIN32_MEMORY_REGION_INFORMATION) == 32, "WIN32_MEMORY_REGION_INFORMATION");
STRATA_VM_ASSERT(sizeof(PSAPI_WORKING_SET_EX_INFORMATION) == 16, "PSAPI_WORKING_SET_EX_INFORMATION");
STRATA_VM_ASSERT(sizeof(SYSTEM_INFO) == 48, "SYSTEM_INFO");
STRATA_VM_ASSERT(sizeof(MEMORYSTATUSEX) == 64, "MEMORYSTATUSEX");
STRATA_VM_ASSERT(sizeof(MEMORYSTATUS) == 56, "MEMORYSTATUS");

STRATA_VM_BEGIN

/// Reserves, commits, or resets pages of the calling process; the base address, or null with the error in `GetLastError`.
LPVOID WINAPI VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD protection);
LPVOID WINAPI VirtualAllocEx(HANDLE process, LPVOID address, SIZE_T size, DWORD type, DWORD protection);
LPVOID WINAPI VirtualAllocExNuma(HANDLE process, LPVOID address, SIZE_T size, DWORD type, DWORD protection, DWORD node);
PVOID WINAPI VirtualAlloc2(
    HANDLE process, PVOID address, SIZE_T size, ULONG type, ULONG protection, MEM_EXTENDED_PARAMETER *parameters, ULONG count);
PVOID WINAPI VirtualAllocFromApp(PVOID address, SIZE_T size, ULONG type, ULONG protection);

PVOID WINAPI VirtualAlloc2FromApp(
    HANDLE process, PVOID address, SIZE_T size, ULONG type, ULONG protection, MEM_EXTENDED_PARAMETER *parameters, ULONG count);

/// Decommits pages, or releases a whole allocation, or works on placeholders.
BOOL WINAPI VirtualFree(LPVOID address, SIZE_T size, DWORD type);
BOOL WINAPI VirtualFreeEx(HANDLE process, LPVOID address, SIZE_T size, DWORD type);

/// Changes the protection of committed pages of one allocation; `old` gets the first page's.
BOOL WINAPI VirtualProtect(LPVOID address, SIZE_T size, DWORD protection, PDWORD old);
BOOL WINAPI VirtualProtectEx(HANDLE process, LPVOID address, SIZE_T size, DWORD protection, PDWORD old);
BOOL WINAPI VirtualProtectFromApp(PVOID address, SIZE_T size, ULONG protection, PULONG old);

/// The run of like pages from `address` on; the bytes written, which are 48, or 0 with the error in `GetLastError`.
SIZE_T WINAPI VirtualQuery(LPCVOID address, PMEMORY_BASIC_INFORMATION information, SIZE_T length);
SIZE_T WINAPI VirtualQueryEx(HANDLE process, LPCVOID address, PMEMORY_BASIC_INFORMATION information, SIZE_T length);

/// What the allocation of an address is as a whole.
BOOL WINAPI QueryVirtualMemoryInformation(
    HANDLE process, const void *address, WIN32_MEMORY_INFORMATION_CLASS kind, PVOID information, SIZE_T length, PSIZE_T written);

/// What the working set has of each page that the array names.
BOOL WINAPI QueryWorkingSetEx(HANDLE process, PVOID array, DWORD length);
BOOL WINAPI K32QueryWorkingSetEx(HANDLE process, PVOID array, DWORD length);

BOOL WINAPI VirtualLock(LPVOID address, SIZE_T size);
BOOL WINAPI VirtualUnlock(LPVOID address, SIZE_T size);
BOOL WINAPI VirtualUnlockEx(HANDLE process, LPVOID address, SIZE_T size);

/// The pages written since the region was made or reset, ascending; 0, or ~0 with the error in `GetLastError`.
UINT WINAPI GetWriteWatch(
    DWORD flags, PVOID base, SIZE_T size, PVOID *addresses, ULONG_PTR *count, LPDWORD granularity);
UINT WINAPI ResetWriteWatch(LPVOID base, SIZE_T size);

DWORD WINAPI DiscardVirtualMemory(PVOID address, SIZE_T size);
DWORD WINAPI OfferVirtualMemory(PVOID address, SIZE_T size, OFFER_PRIORITY priority);
DWORD WINAPI ReclaimVirtualMemory(const void *address, SIZE_T size);
BOOL WINAPI PrefetchVirtualMemory(HANDLE process, ULONG_PTR count, PWIN32_MEMORY_RANGE_ENTRY ranges, ULONG flags);

BOOL WINAPI AllocateUserPhysicalPages(HANDLE process, PULONG_PTR count, PULONG_PTR frames);
BOOL WINAPI AllocateUserPhysicalPagesNuma(HANDLE process, PULONG_PTR count, PULONG_PTR frames, DWORD node);
BOOL WINAPI MapUserPhysicalPages(PVOID address, ULONG_PTR count, PULONG_PTR frames);
BOOL WINAPI MapUserPhysicalPagesScatter(PVOID *addresses, ULONG_PTR count, PULONG_PTR frames);
BOOL WINAPI FreeUserPhysicalPages(HANDLE process, PULONG_PTR count, PULONG_PTR frames);

void WINAPI GetSystemInfo(LPSYSTEM_INFO information);
void WINAPI GetNativeSystemInfo(LPSYSTEM_INFO information);
SIZE_T WINAPI GetLargePageMinimum(void);
BOOL WINAPI GlobalMemoryStatusEx(LPMEMORYSTATUSEX status);
/// The same in the older structure, whose length is set and not asked for.
VOID WINAPI GlobalMemoryStatus(LPMEMORYSTATUS status);

/// Whether a part of the memory cannot be read, written or run. A guard page that is touched so loses its guard.
BOOL WINAPI IsBadReadPtr(const void *address, UINT_PTR size);
BOOL WINAPI IsBadWritePtr(LPVOID address, UINT_PTR size);
BOOL WINAPI IsBadHugeReadPtr(const void *address, UINT_PTR size);
BOOL WINAPI IsBadHugeWritePtr(LPVOID address, UINT_PTR size);
BOOL WINAPI IsBadCodePtr(FARPROC address);
BOOL WINAPI IsBadStringPtrA(LPCSTR text, UINT_PTR limit);
BOOL WINAPI IsBadStringPtrW(LPCWSTR text, UINT_PTR limit);

BOOL WINAPI ReadProcessMemory(HANDLE process, LPCVOID address, LPVOID buffer, SIZE_T size, SIZE_T *count);
BOOL WINAPI WriteProcessMemory(HANDLE process, LPVOID address, LPCVOID buffer, SIZE_T size, SIZE_T *count);
BOOL WINAPI FlushInstructionCache(HANDLE process, LPCVOID address, SIZE_T size);
void WINAPI FlushProcessWriteBuffers(void);

/// The most that this process may commit, in bytes: the host's memory and swap until it is set. Not of Windows.
void StrataSetCommitLimit(ULONG64 bytes);
/// Whether this process holds SeLockMemoryPrivilege, which large and physical pages need; not until it is said. Not of Windows.
void StrataHoldLockMemoryPrivilege(BOOL isHeld);
/// What this process has committed, in bytes. Not of Windows.
ULONG64 StrataGetCommitCharge(void);

STRATA_VM_END

#endif
