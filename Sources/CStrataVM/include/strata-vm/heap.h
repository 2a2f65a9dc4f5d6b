#ifndef STRATA_VM_HEAP_H
#define STRATA_VM_HEAP_H

#include "types.h"

#define HEAP_NO_SERIALIZE 0x00000001
#define HEAP_GROWABLE 0x00000002
#define HEAP_GENERATE_EXCEPTIONS 0x00000004
#define HEAP_ZERO_MEMORY 0x00000008
#define HEAP_REALLOC_IN_PLACE_ONLY 0x00000010
#define HEAP_TAIL_CHECKING_ENABLED 0x00000020
#define HEAP_FREE_CHECKING_ENABLED 0x00000040
#define HEAP_DISABLE_COALESCE_ON_FREE 0x00000080
#define HEAP_CREATE_ALIGN_16 0x00010000
#define HEAP_CREATE_ENABLE_TRACING 0x00020000
#define HEAP_CREATE_ENABLE_EXECUTE 0x00040000
#define HEAP_CREATE_SEGMENT_HEAP 0x00000100
#define HEAP_CREATE_HARDENED 0x00000200

/// An element of a heap.
typedef struct _PROCESS_HEAP_ENTRY {
    PVOID lpData;
    DWORD cbData;
    BYTE cbOverhead;
    BYTE iRegionIndex;
    WORD wFlags;
    __extension__ union {
        struct {
            HANDLE hMem;
            DWORD dwReserved[3];
        } Block;
        struct {
            DWORD dwCommittedSize;
            DWORD dwUnCommittedSize;
            LPVOID lpFirstBlock;
            LPVOID lpLastBlock;
        } Region;
    };
} PROCESS_HEAP_ENTRY, *PPROCESS_HEAP_ENTRY, *LPPROCESS_HEAP_ENTRY;

#define PROCESS_HEAP_REGION 0x0001
#define PROCESS_HEAP_UNCOMMITTED_RANGE 0x0002
#define PROCESS_HEAP_ENTRY_BUSY 0x0004
#define PROCESS_HEAP_SEG_ALLOC 0x0008
#define PROCESS_HEAP_ENTRY_MOVEABLE 0x0010
#define PROCESS_HEAP_ENTRY_DDESHARE 0x0020

typedef struct _HEAP_SUMMARY {
    DWORD cb;
    SIZE_T cbAllocated;
    SIZE_T cbCommitted;
    SIZE_T cbReserved;
    SIZE_T cbMaxReserve;
} HEAP_SUMMARY, *PHEAP_SUMMARY, *LPHEAP_SUMMARY;

typedef enum _HEAP_INFORMATION_CLASS {
    HeapCompatibilityInformation = 0,
    HeapEnableTerminationOnCorruption = 1,
    HeapOptimizeResources = 3
} HEAP_INFORMATION_CLASS;

typedef struct _HEAP_OPTIMIZE_RESOURCES_INFORMATION {
    DWORD Version;
    DWORD Flags;
} HEAP_OPTIMIZE_RESOURCES_INFORMATION, *PHEAP_OPTIMIZE_RESOURCES_INFORMATION;

#define HEAP_OPTIMIZE_RESOURCES_CURRENT_VERSION 1

typedef NTSTATUS(NTAPI *PRTL_HEAP_COMMIT_ROUTINE)(PVOID base, PVOID *commitAddress, PSIZE_T commitSize);

typedef struct _RTL_HEAP_PARAMETERS {
    ULONG Length;
    SIZE_T SegmentReserve;
    SIZE_T SegmentCommit;
    SIZE_T DeCommitFreeBlockThreshold;
    SIZE_T DeCommitTotalFreeThreshold;
    SIZE_T MaximumAllocationSize;
    SIZE_T VirtualMemoryThreshold;
    SIZE_T InitialCommit;
    SIZE_T InitialReserve;
    PRTL_HEAP_COMMIT_ROUTINE CommitRoutine;
    SIZE_T Reserved[2];
} RTL_HEAP_PARAMETERS, *PRTL_HEAP_PARAMETERS;

typedef HANDLE HLOCAL, HGLOBAL;

#define LMEM_FIXED 0x0000
#define LMEM_MOVEABLE 0x0002
#define LMEM_NOCOMPACT 0x0010
#define LMEM_NODISCARD 0x0020
#define LMEM_ZEROINIT 0x0040
#define LMEM_MODIFY 0x0080
#define LMEM_DISCARDABLE 0x0F00
#define LMEM_VALID_FLAGS 0x0F72
#define LMEM_INVALID_HANDLE 0x8000
#define LHND (LMEM_MOVEABLE | LMEM_ZEROINIT)
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
#define NONZEROLHND LMEM_MOVEABLE
#define NONZEROLPTR LMEM_FIXED
#define LMEM_DISCARDED 0x4000
#define LMEM_LOCKCOUNT 0x00FF

#define GMEM_FIXED 0x0000
#define GMEM_MOVEABLE 0x0002
#define GMEM_NOCOMPACT 0x0010
#define GMEM_NODISCARD 0x0020
#define GMEM_ZEROINIT 0x0040
#define GMEM_MODIFY 0x0080
#define GMEM_DISCARDABLE 0x0100
#define GMEM_NOT_BANKED 0x1000
#define GMEM_SHARE 0x2000
#define GMEM_DDESHARE 0x2000
#define GMEM_NOTIFY 0x4000
#define GMEM_LOWER GMEM_NOT_BANKED
#define GMEM_VALID_FLAGS 0x7F72
#define GMEM_INVALID_HANDLE 0x8000
#define GHND (GMEM_MOVEABLE | GMEM_ZEROINIT)
#define GPTR (GMEM_FIXED | GMEM_ZEROINIT)
#define GMEM_DISCARDED 0x4000
#define GMEM_LOCKCOUNT 0x00FF

STRATA_VM_ASSERT(sizeof(PROCESS_HEAP_ENTRY) == 40, "PROCESS_HEAP_ENTRY");
STRATA_VM_ASSERT(offsetof(PROCESS_HEAP_ENTRY, wFlags) == 14 && offsetof(PROCESS_HEAP_ENTRY, Region) == 16, "PROCESS_HEAP_ENTRY");
STRATA_VM_ASSERT(sizeof(HEAP_SUMMARY) == 40, "HEAP_SUMMARY");
STRATA_VM_ASSERT(sizeof(RTL_HEAP_PARAMETERS) == 96, "RTL_HEAP_PARAMETERS");

#define GlobalDiscard(memory) GlobalReAlloc((memory), 0, GMEM_MOVEABLE)
#define LocalDiscard(memory) LocalReAlloc((memory), 0, LMEM_MOVEABLE)

STRATA_VM_BEGIN

/// A heap lies in private memory of its own, whose base is its handle; blocks near a megabyte and larger have regions of their own, except
/// in heaps with a maximum size, which have no such blocks.
HANDLE WINAPI GetProcessHeap(void);
/// The number of heaps; the handles of all where there is room for them.
DWORD WINAPI GetProcessHeaps(DWORD count, PHANDLE heaps);
HANDLE WINAPI HeapCreate(DWORD flags, SIZE_T initialSize, SIZE_T maximumSize);
BOOL WINAPI HeapDestroy(HANDLE heap);

/// A block that is aligned to 16 bytes; null where there is no memory, or `STATUS_NO_MEMORY` with `HEAP_GENERATE_EXCEPTIONS`.
LPVOID WINAPI HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size);
LPVOID WINAPI HeapReAlloc(HANDLE heap, DWORD flags, LPVOID block, SIZE_T size);
/// False with 87 for what is no block of the heap, as one that is free already.
BOOL WINAPI HeapFree(HANDLE heap, DWORD flags, LPVOID block);
/// The size that a block was asked for with; `(SIZE_T)-1` for what is no block.
SIZE_T WINAPI HeapSize(HANDLE heap, DWORD flags, LPCVOID block);

/// Whether a block is one of the heap's, or, without a block, all of the heap as it was left.
BOOL WINAPI HeapValidate(HANDLE heap, DWORD flags, LPCVOID block);
/// The largest free block that is committed, in bytes, after free neighbours have been joined.
SIZE_T WINAPI HeapCompact(HANDLE heap, DWORD flags);
/// Other threads' calls wait until the heap is unlocked, as often as it was locked.
BOOL WINAPI HeapLock(HANDLE heap);
BOOL WINAPI HeapUnlock(HANDLE heap);
/// Goes on from one element to the next, from the start where `lpData` is null; 259 after the last.
BOOL WINAPI HeapWalk(HANDLE heap, LPPROCESS_HEAP_ENTRY entry);
BOOL WINAPI HeapSummary(HANDLE heap, DWORD flags, LPHEAP_SUMMARY summary);
BOOL WINAPI HeapSetInformation(HANDLE heap, HEAP_INFORMATION_CLASS information, PVOID buffer, SIZE_T size);
BOOL WINAPI HeapQueryInformation(HANDLE heap, HEAP_INFORMATION_CLASS information, PVOID buffer, SIZE_T size, PSIZE_T needed);

/// A heap, in memory of the caller's where a base is given.
PVOID NTAPI RtlCreateHeap(
    ULONG flags, PVOID base, SIZE_T reserveSize, SIZE_T commitSize, PVOID lock, PRTL_HEAP_PARAMETERS parameters);
/// Null; the handle where the heap cannot be destroyed.
PVOID NTAPI RtlDestroyHeap(PVOID heap);
PVOID NTAPI RtlAllocateHeap(PVOID heap, ULONG flags, SIZE_T size);
PVOID NTAPI RtlReAllocateHeap(PVOID heap, ULONG flags, PVOID block, SIZE_T size);
BOOLEAN NTAPI RtlFreeHeap(PVOID heap, ULONG flags, PVOID block);
SIZE_T NTAPI RtlSizeHeap(PVOID heap, ULONG flags, PVOID block);
BOOLEAN NTAPI RtlValidateHeap(PVOID heap, ULONG flags, PVOID block);
BOOLEAN NTAPI RtlLockHeap(PVOID heap);
BOOLEAN NTAPI RtlUnlockHeap(PVOID heap);
SIZE_T NTAPI RtlCompactHeap(PVOID heap, ULONG flags);

/// Memory of the process's heap: by its address, or with `LMEM_MOVEABLE` by a handle, which is none of the memory's own addresses and
/// stays the same whatever becomes of the memory. There are 65,536 handles.
HLOCAL WINAPI LocalAlloc(UINT flags, SIZE_T size);
/// Fails rather than moves what is fixed or locked, unless `LMEM_MOVEABLE` is given; a size of 0 with it discards an object's memory.
HLOCAL WINAPI LocalReAlloc(HLOCAL memory, SIZE_T size, UINT flags);
/// Null; the handle where it is none.
HLOCAL WINAPI LocalFree(HLOCAL memory);
/// The address of an object's memory, which counts up to 255 locks; 157 where it is discarded.
PVOID WINAPI LocalLock(HLOCAL memory);
/// Whether locks are left; without an error where that was the last one, and 158 where there was none.
BOOL WINAPI LocalUnlock(HLOCAL memory);
SIZE_T WINAPI LocalSize(HLOCAL memory);
UINT WINAPI LocalFlags(HLOCAL memory);
HLOCAL WINAPI LocalHandle(LPCVOID memory);
SIZE_T WINAPI LocalCompact(UINT size);
SIZE_T WINAPI LocalShrink(HLOCAL memory, UINT size);

/// The same under their older names; fixed memory is always locked here.
HGLOBAL WINAPI GlobalAlloc(UINT flags, SIZE_T size);
HGLOBAL WINAPI GlobalReAlloc(HGLOBAL memory, SIZE_T size, UINT flags);
HGLOBAL WINAPI GlobalFree(HGLOBAL memory);
LPVOID WINAPI GlobalLock(HGLOBAL memory);
BOOL WINAPI GlobalUnlock(HGLOBAL memory);
SIZE_T WINAPI GlobalSize(HGLOBAL memory);
UINT WINAPI GlobalFlags(HGLOBAL memory);
HGLOBAL WINAPI GlobalHandle(LPCVOID memory);
SIZE_T WINAPI GlobalCompact(DWORD size);

STRATA_VM_END

#endif
