/* Copying, filling and comparing memory, and clocks. The calls that the header has macros for are defined in parentheses. */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <string.h>
#include <time.h>

SIZE_T NTAPI RtlCompareMemory(const void *first, const void *second, SIZE_T length)
{
    const BYTE *const one = first, *const other = second;
    SIZE_T i = 0;
    /* Whole words as long as they are equal, then the bytes of the one that is not. */
    for (ULONG64 a, b; length - i >= sizeof a; i += sizeof a) {
        memcpy(&a, one + i, sizeof a);
        memcpy(&b, other + i, sizeof b);
        if (a != b)
            break;
    }
    while (i < length && one[i] == other[i])
        i++;
    return i;
}

SIZE_T NTAPI RtlCompareMemoryUlong(PVOID block, SIZE_T length, ULONG pattern)
{
    const BYTE *const bytes = block;
    SIZE_T i = 0;
    for (ULONG word; length - i >= sizeof word; i += sizeof word) {
        memcpy(&word, bytes + i, sizeof word);
        if (word != pattern)
            break;
    }
    return i;
}

void NTAPI RtlFillMemoryUlong(PVOID block, SIZE_T length, ULONG pattern)
{
    BYTE *const bytes = block;
    for (SIZE_T i = 0; length - i >= sizeof pattern; i += sizeof pattern)
        memcpy(bytes + i, &pattern, sizeof pattern);
}

void NTAPI(RtlMoveMemory)(void *to, const void *from, SIZE_T length) { memmove(to, from, length); }
/* Programs know that it works for blocks that overlap as well. */
void NTAPI(RtlCopyMemory)(void *to, const void *from, SIZE_T length) { memmove(to, from, length); }
void NTAPI(RtlFillMemory)(void *block, SIZE_T length, BYTE value) { memset(block, value, length); }
void NTAPI(RtlZeroMemory)(void *block, SIZE_T length) { memset(block, 0, length); }

/* Nanoseconds since the host was started, with the time that it slept. */
static ULONGLONG uptime(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (ULONGLONG)now.tv_sec * 1000000000u + (ULONGLONG)now.tv_nsec;
}

ULONGLONG WINAPI GetTickCount64(void) { return uptime() / 1000000; }
DWORD WINAPI GetTickCount(void) { return (DWORD)GetTickCount64(); }

static BOOL give(LONGLONG value, LARGE_INTEGER *to)
{
    if (host_copy(to, &value, sizeof value))
        return TRUE;
    strata_vm_set_error(ERROR_NOACCESS, STATUS_ACCESS_VIOLATION);
    return FALSE;
}

BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *count) { return give((LONGLONG)(uptime() / 100), count); }
BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *frequency) { return give(10000000, frequency); }
