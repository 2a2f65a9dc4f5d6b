/* The calls of heaps, as far as they raise exceptions; what heaps do is in Swift. */
#include "strata-vm-private.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static HANDLE process_heap;

static void start_process_heap(void)
{
    strata_vm_heaps_start();
    process_heap = strata_vm_heap_create(0, 0, 1 << 20, 1 << 16, true);
}

HANDLE WINAPI GetProcessHeap(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_process_heap);
    return process_heap;
}

DWORD WINAPI GetProcessHeaps(DWORD count, PHANDLE heaps)
{
    HANDLE own[64], *all = own;
    size_t known = strata_vm_heap_handles(own, sizeof own / sizeof *own);
    if (known > sizeof own / sizeof *own && count >= known) {
        const size_t room = known;
        if ((all = malloc(room * sizeof *all)) == NULL) {
            strata_vm_set_error(ERROR_NOT_ENOUGH_MEMORY, STATUS_NO_MEMORY);
            return 0;
        }
        known = strata_vm_heap_handles(all, room);
        known = known < room ? known : room;
    }
    const bool is_copied = count < known || known == 0 || host_copy(heaps, all, known * sizeof *all);
    if (all != own)
        free(all);
    if (is_copied)
        return (DWORD)known;
    strata_vm_set_error(ERROR_NOACCESS, STATUS_ACCESS_VIOLATION);
    return 0;
}

static bool terminates_on_corruption;

void strata_vm_heaps_terminate(void) { __atomic_store_n(&terminates_on_corruption, true, __ATOMIC_RELAXED); }

/* A pointer that is none of a block: the program's mistake. */
static void refuse_block(void)
{
    if (__atomic_load_n(&terminates_on_corruption, __ATOMIC_RELAXED)) {
        fputs("libstrata-vm: a heap was given what is no block of it\n", stderr);
        abort();
    }
    strata_vm_set_error(ERROR_INVALID_PARAMETER, STATUS_INVALID_PARAMETER);
}

/* Leaves the error of a call that gives a block, or raises its exception. */
static void *refuse(enum strata_vm_heap_result result, DWORD flags, SIZE_T size)
{
    switch (result) {
    case STRATA_VM_HEAP_NO_HEAP:
        strata_vm_set_error(ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
        break;
    case STRATA_VM_HEAP_NO_BLOCK:
        refuse_block();
        break;
    default:
        strata_vm_set_error(ERROR_NOT_ENOUGH_MEMORY, STATUS_NO_MEMORY);
        break;
    }
    if (flags & HEAP_GENERATE_EXCEPTIONS)
        strata_vm_raise_status(result == STRATA_VM_HEAP_NO_MEMORY ? STATUS_NO_MEMORY : STATUS_ACCESS_VIOLATION, size);
    return NULL;
}

PVOID NTAPI RtlAllocateHeap(PVOID heap, ULONG flags, SIZE_T size)
{
    void *block = NULL;
    const enum strata_vm_heap_result result = strata_vm_heap_allocate(heap, &flags, size, &block);
    return __builtin_expect(result == STRATA_VM_HEAP_DONE, true) ? block : refuse(result, flags, size);
}

PVOID NTAPI RtlReAllocateHeap(PVOID heap, ULONG flags, PVOID block, SIZE_T size)
{
    if (block == NULL) {
        strata_vm_set_error(ERROR_SUCCESS, STATUS_SUCCESS);
        return NULL;
    }
    const enum strata_vm_heap_result result = strata_vm_heap_resize(heap, &flags, size, &block);
    return result == STRATA_VM_HEAP_DONE ? block : refuse(result, flags, size);
}

BOOLEAN NTAPI RtlFreeHeap(PVOID heap, ULONG flags, PVOID block)
{
    if (block == NULL)
        return TRUE;
    switch (strata_vm_heap_free(heap, flags, block)) {
    case STRATA_VM_HEAP_DONE:
        return TRUE;
    case STRATA_VM_HEAP_NO_HEAP:
        strata_vm_set_error(ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
        return FALSE;
    default:
        refuse_block();
        return FALSE;
    }
}

SIZE_T NTAPI RtlSizeHeap(PVOID heap, ULONG flags, PVOID block)
{
    size_t size = 0;
    switch (strata_vm_heap_size(heap, flags, block, &size)) {
    case STRATA_VM_HEAP_DONE:
        return size;
    case STRATA_VM_HEAP_NO_HEAP:
        strata_vm_set_error(ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
        return (SIZE_T)-1;
    default:
        strata_vm_set_error(ERROR_INVALID_PARAMETER, STATUS_INVALID_PARAMETER);
        return (SIZE_T)-1;
    }
}

BOOLEAN NTAPI RtlValidateHeap(PVOID heap, ULONG flags, PVOID block)
{
    return strata_vm_heap_validate(heap, flags, block) == STRATA_VM_HEAP_DONE;
}

LPVOID WINAPI HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size) { return RtlAllocateHeap(heap, flags, size); }

LPVOID WINAPI HeapReAlloc(HANDLE heap, DWORD flags, LPVOID block, SIZE_T size)
{
    return RtlReAllocateHeap(heap, flags, block, size);
}

BOOL WINAPI HeapFree(HANDLE heap, DWORD flags, LPVOID block) { return RtlFreeHeap(heap, flags, block); }
SIZE_T WINAPI HeapSize(HANDLE heap, DWORD flags, LPCVOID block) { return RtlSizeHeap(heap, flags, (PVOID)(uintptr_t)block); }
BOOL WINAPI HeapValidate(HANDLE heap, DWORD flags, LPCVOID block) { return RtlValidateHeap(heap, flags, (PVOID)(uintptr_t)block); }

/* Where a heap is kept; leaves an error where there is none. */
static struct strata_vm_heap_place *place_of(HANDLE heap)
{
    struct strata_vm_heap_place *const place = strata_vm_heap_place_of(heap);
    if (place == NULL)
        strata_vm_set_error(ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
    return place;
}

BOOL WINAPI HeapLock(HANDLE heap)
{
    struct strata_vm_heap_place *const place = place_of(heap);
    if (place == NULL)
        return FALSE;
    if (!place->is_serialized)
        return TRUE;
    strata_vm_lock_enter(&place->lock);
    if (place->handle == (uintptr_t)heap) {
        __atomic_fetch_add(&place->lock.program_depth, 1, __ATOMIC_RELAXED);
        return TRUE;
    }
    /* It went while this thread waited. */
    strata_vm_lock_leave(&place->lock);
    strata_vm_set_error(ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
    return FALSE;
}

BOOL WINAPI HeapUnlock(HANDLE heap)
{
    struct strata_vm_heap_place *const place = place_of(heap);
    if (place == NULL)
        return FALSE;
    if (!place->is_serialized)
        return TRUE;
    if (__atomic_load_n(&place->lock.owner, __ATOMIC_RELAXED) == &strata_vm_thread_mark) {
        __atomic_fetch_sub(&place->lock.program_depth, 1, __ATOMIC_RELAXED);
        strata_vm_lock_leave(&place->lock);
        return TRUE;
    }
    strata_vm_set_error(ERROR_NOT_OWNER, STATUS_RESOURCE_NOT_OWNED);
    return FALSE;
}

BOOLEAN NTAPI RtlLockHeap(PVOID heap) { return (BOOLEAN)HeapLock(heap); }
BOOLEAN NTAPI RtlUnlockHeap(PVOID heap) { return (BOOLEAN)HeapUnlock(heap); }
SIZE_T NTAPI RtlCompactHeap(PVOID heap, ULONG flags) { return HeapCompact(heap, flags); }
