#ifndef STRATA_VM_RUNTIME_H
#define STRATA_VM_RUNTIME_H

#include <string.h>

#include "types.h"

STRATA_VM_BEGIN

/// How many bytes two blocks have in common from their beginnings on.
SIZE_T NTAPI RtlCompareMemory(const void *first, const void *second, SIZE_T length);

/// How many bytes of a block, in whole patterns, are a pattern repeated.
SIZE_T NTAPI RtlCompareMemoryUlong(PVOID block, SIZE_T length, ULONG pattern);

/// Fills a block with as many whole patterns as it has room for.
void NTAPI RtlFillMemoryUlong(PVOID block, SIZE_T length, ULONG pattern);

/* Exported for those who look for them by name; the compiler's own are used for those who call them. */
void NTAPI RtlMoveMemory(void *to, const void *from, SIZE_T length);
void NTAPI RtlCopyMemory(void *to, const void *from, SIZE_T length);
void NTAPI RtlFillMemory(void *block, SIZE_T length, BYTE value);
void NTAPI RtlZeroMemory(void *block, SIZE_T length);

/// Milliseconds since the host was started, its sleep included; the short one begins anew after 49.7 days.
DWORD WINAPI GetTickCount(void);
ULONGLONG WINAPI GetTickCount64(void);

/// A count that grows by 10,000,000 a second.
BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *count);
BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *frequency);

STRATA_VM_END

#define RtlEqualMemory(first, second, length) (!memcmp((first), (second), (length)))
#define RtlMoveMemory(to, from, length) memmove((to), (from), (length))
#define RtlCopyMemory(to, from, length) memcpy((to), (from), (length))
#define RtlFillMemory(block, length, value) memset((block), (value), (length))
#define RtlZeroMemory(block, length) memset((block), 0, (length))
#define MoveMemory RtlMoveMemory
#define CopyMemory RtlCopyMemory
#define FillMemory RtlFillMemory
#define ZeroMemory RtlZeroMemory

/// Zeros a block even where nobody reads it afterwards.
static inline PVOID RtlSecureZeroMemory(PVOID block, SIZE_T length)
{
    memset(block, 0, length);
    /* Says that somebody may look at the block. */
    __asm__ volatile("" : : "r"(block) : "memory");
    return block;
}
#define SecureZeroMemory RtlSecureZeroMemory

#endif
