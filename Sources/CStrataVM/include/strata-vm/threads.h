#ifndef STRATA_VM_THREADS_H
#define STRATA_VM_THREADS_H

#include "types.h"

struct _TEB;

typedef struct _CLIENT_ID {
    HANDLE UniqueProcess;
    HANDLE UniqueThread;
} CLIENT_ID, *PCLIENT_ID;

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;

typedef struct _NT_TIB {
    PVOID ExceptionList;
    PVOID StackBase;
    PVOID StackLimit;
    PVOID SubSystemTib;
    PVOID FiberData;
    PVOID ArbitraryUserPointer;
    struct _NT_TIB *Self;
} NT_TIB, *PNT_TIB;

/// The head of the process environment block, up to the processors' affinity mask. What has no meaning here is 0.
typedef struct _PEB {
    BOOLEAN InheritedAddressSpace;
    BOOLEAN ReadImageFileExecOptions;
    BOOLEAN BeingDebugged;
    BYTE BitField;
    HANDLE Mutant;
    PVOID ImageBaseAddress;
    PVOID LdrData;
    PVOID ProcessParameters;
    PVOID SubSystemData;
    HANDLE ProcessHeap;
    PVOID FastPebLock;
    PVOID AtlThunkSListPtr;
    PVOID IFEOKey;
    ULONG EnvironmentUpdateCount;
    ULONG Padding1;
    PVOID KernelCallbackTable;
    ULONG Reserved;
    ULONG AtlThunkSListPtr32;
    PVOID ApiSetMap;
    ULONG TlsExpansionCounter;
    ULONG Padding2;
    PVOID TlsBitmap;
    ULONG TlsBitmapBits[2];
    PVOID ReadOnlySharedMemoryBase;
    PVOID SharedData;
    PVOID *ReadOnlyStaticServerData;
    PVOID AnsiCodePageData;
    PVOID OemCodePageData;
    PVOID UnicodeCaseTableData;
    ULONG NumberOfProcessors;
    ULONG NtGlobalFlag;
    LARGE_INTEGER CriticalSectionTimeout;
    SIZE_T HeapSegmentReserve;
    SIZE_T HeapSegmentCommit;
    SIZE_T HeapDeCommitTotalFreeThreshold;
    SIZE_T HeapDeCommitFreeBlockThreshold;
    ULONG NumberOfHeaps;
    ULONG MaximumNumberOfHeaps;
    PVOID *ProcessHeaps;
    PVOID GdiSharedHandleTable;
    PVOID ProcessStarterHelper;
    PVOID GdiDCAttributeList;
    PVOID LoaderLock;
    ULONG OSMajorVersion;
    ULONG OSMinorVersion;
    USHORT OSBuildNumber;
    USHORT OSCSDVersion;
    ULONG OSPlatformId;
    ULONG ImageSubSystem;
    ULONG ImageSubSystemMajorVersion;
    ULONG ImageSubSystemMinorVersion;
    ULONG Padding3;
    ULONG_PTR ActiveProcessAffinityMask;
} PEB, *PPEB;

/// The thread environment block of the documented layout. `NtTib`, `ClientId`, `ProcessEnvironmentBlock`, `LastErrorValue`,
/// `LastStatusValue` and `DeallocationStack` are live; the rest is the program's or 0.
typedef struct _TEB {
    /* Both names are in use. */
    __extension__ union {
        NT_TIB NtTib;
        NT_TIB Tib;
    };
    PVOID EnvironmentPointer;
    CLIENT_ID ClientId;
    PVOID ActiveRpcHandle;
    PVOID ThreadLocalStoragePointer;
    __extension__ union {
        PPEB ProcessEnvironmentBlock;
        PPEB Peb;
    };
    ULONG LastErrorValue;
    ULONG CountOfOwnedCriticalSections;
    BYTE Reserved1[0x1250 - 0x70];
    ULONG LastStatusValue;
    ULONG Padding1;
    UNICODE_STRING StaticUnicodeString;
    WCHAR StaticUnicodeBuffer[261];
    USHORT Padding2;
    ULONG Padding3;
    PVOID DeallocationStack;
    PVOID TlsSlots[64];
    LIST_ENTRY TlsLinks;
    BYTE Reserved2[0x1748 - 0x1690];
    ULONG GuaranteedStackBytes;
    BYTE Reserved3[0x1838 - 0x174C];
} TEB, *PTEB;

STRATA_VM_ASSERT(sizeof(NT_TIB) == 0x38 && offsetof(NT_TIB, Self) == 0x30, "NT_TIB");
STRATA_VM_ASSERT(offsetof(PEB, ImageBaseAddress) == 0x10 && offsetof(PEB, ProcessHeap) == 0x30, "PEB");
STRATA_VM_ASSERT(offsetof(PEB, NumberOfProcessors) == 0xB8 && offsetof(PEB, OSMajorVersion) == 0x118, "PEB");
STRATA_VM_ASSERT(offsetof(PEB, ActiveProcessAffinityMask) == 0x138, "PEB");
STRATA_VM_ASSERT(offsetof(TEB, ClientId) == 0x40 && offsetof(TEB, ProcessEnvironmentBlock) == 0x60, "TEB");
STRATA_VM_ASSERT(offsetof(TEB, LastErrorValue) == 0x68 && offsetof(TEB, LastStatusValue) == 0x1250, "TEB");
STRATA_VM_ASSERT(offsetof(TEB, DeallocationStack) == 0x1478 && offsetof(TEB, TlsSlots) == 0x1480, "TEB");
STRATA_VM_ASSERT(offsetof(TEB, GuaranteedStackBytes) == 0x1748 && sizeof(TEB) == 0x1838, "TEB");

STRATA_VM_BEGIN

/// This thread's environment block. On x86-64 the GS segment points to it as well, so that code which reads `gs:[0x30]` needs no call;
/// on AArch64 the register that Windows keeps for it, x18, is the compiler's, and readers use this call.
PTEB NTAPI NtCurrentTeb(void);
PPEB NTAPI RtlGetCurrentPeb(void);

HANDLE WINAPI GetCurrentProcess(void);
HANDLE WINAPI GetCurrentThread(void);
DWORD WINAPI GetCurrentProcessId(void);
DWORD WINAPI GetCurrentThreadId(void);
HANDLE WINAPI OpenProcess(DWORD access, BOOL inherit, DWORD process);
BOOL WINAPI IsWow64Process(HANDLE process, PBOOL answer);

STRATA_VM_END

#define NtCurrentProcess() ((HANDLE)(LONG_PTR)-1)
#define NtCurrentThread() ((HANDLE)(LONG_PTR)-2)
#define ZwCurrentProcess() NtCurrentProcess()

#define PROCESS_VM_OPERATION 0x0008
#define PROCESS_VM_READ 0x0010
#define PROCESS_VM_WRITE 0x0020
#define PROCESS_SET_QUOTA 0x0100
#define PROCESS_QUERY_INFORMATION 0x0400
#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000
#define PROCESS_ALL_ACCESS 0x001FFFFF

#endif
