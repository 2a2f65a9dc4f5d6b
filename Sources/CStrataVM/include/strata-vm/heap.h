#ifndef STRATA_VM_HEAP_H
#define STRATA_VM_HEAP_H

#include "types.h"

#define HEAP_NO_SERIALIZE 0x00000001
#define HEAP_GROWABLE 0x00000002
#define HEAP_GENERATE_EXCEPTIONS 0x00000004
#define HEAP_ZERO_MEMORY 0x00000008
#define HEAP_REALLOC_IN_PLACE_ONLY 0x00000010
#define HEAP_CREATE_ENABLE_EXECUTE 0x00040000

STRATA_VM_BEGIN

/// Heaps of blocks, which the C library's heap holds; a heap of its own is a set of blocks that end together. A heap's handle is the
/// base of a region of private memory. Executable heaps and exceptions for lack of memory are refused with `ERROR_NOT_SUPPORTED`.
HANDLE WINAPI GetProcessHeap(void);
HANDLE WINAPI HeapCreate(DWORD flags, SIZE_T initialSize, SIZE_T maximumSize);
BOOL WINAPI HeapDestroy(HANDLE heap);

/// A block that is aligned to 16 bytes; null where there is no memory.
LPVOID WINAPI HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size);
LPVOID WINAPI HeapReAlloc(HANDLE heap, DWORD flags, LPVOID block, SIZE_T size);
BOOL WINAPI HeapFree(HANDLE heap, DWORD flags, LPVOID block);
/// The size that a block was asked for with; `(SIZE_T)-1` for what is no heap.
SIZE_T WINAPI HeapSize(HANDLE heap, DWORD flags, LPCVOID block);

STRATA_VM_END

#endif
