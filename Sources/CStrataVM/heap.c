/* Heaps: sets of blocks of the C library's, under handles of their own. */
#include "strata-vm-private.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Before every block. */
struct block {
    struct heap *heap;
    size_t size;
    struct block *next, *previous;
};

/* At the base of a region that tells the heap from other things. */
struct heap {
    ULONG64 signature;
    pthread_mutex_t lock;
    struct block *first;
};

#define SIGNATURE 0x70616548206D5673ull
#define REFUSED (HEAP_GENERATE_EXCEPTIONS | HEAP_CREATE_ENABLE_EXECUTE)

_Static_assert(sizeof(struct block) % 16 == 0, "blocks are aligned as their headers are");

static struct heap *make_heap(void)
{
    struct heap *heap = VirtualAlloc(NULL, sizeof *heap, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (heap != NULL) {
        pthread_mutex_init(&heap->lock, NULL);
        heap->signature = SIGNATURE;
    }
    return heap;
}

static struct heap *process_heap;

static void start_process_heap(void) { process_heap = make_heap(); }

HANDLE WINAPI GetProcessHeap(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_process_heap);
    return process_heap;
}

static bool refuse(DWORD flags)
{
    if ((flags & REFUSED) == 0)
        return false;
    strata_vm_set_error(ERROR_NOT_SUPPORTED, STATUS_NOT_SUPPORTED);
    return true;
}

static struct heap *heap_of(HANDLE handle)
{
    ULONG64 signature = 0;
    if (host_copy(&signature, handle, sizeof signature) && signature == SIGNATURE)
        return handle;
    strata_vm_set_error(ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
    return NULL;
}

/* The header of a heap's block; NULL for anything else. */
static struct block *block_of(struct heap *heap, LPCVOID memory)
{
    struct block copy;
    struct block *const block = (struct block *)((uintptr_t)memory - sizeof copy);
    if (memory != NULL && host_copy(&copy, block, sizeof copy) && copy.heap == heap)
        return block;
    strata_vm_set_error(ERROR_INVALID_PARAMETER, STATUS_INVALID_PARAMETER);
    return NULL;
}

HANDLE WINAPI HeapCreate(DWORD flags, SIZE_T initialSize, SIZE_T maximumSize)
{
    if (refuse(flags))
        return NULL;
    if (maximumSize != 0 && initialSize > maximumSize) {
        strata_vm_set_error(ERROR_INVALID_PARAMETER, STATUS_INVALID_PARAMETER);
        return NULL;
    }
    return make_heap();
}

BOOL WINAPI HeapDestroy(HANDLE handle)
{
    struct heap *const heap = heap_of(handle);
    if (heap == NULL || heap == process_heap)
        return FALSE;
    for (struct block *at = heap->first, *next; at != NULL; at = next) {
        next = at->next;
        free(at);
    }
    pthread_mutex_destroy(&heap->lock);
    return VirtualFree(heap, 0, MEM_RELEASE);
}

static void link_block(struct heap *heap, struct block *block)
{
    block->previous = NULL;
    block->next = heap->first;
    if (heap->first != NULL)
        heap->first->previous = block;
    heap->first = block;
}

static void unlink_block(struct heap *heap, struct block *block)
{
    if (block->previous != NULL)
        block->previous->next = block->next;
    else
        heap->first = block->next;
    if (block->next != NULL)
        block->next->previous = block->previous;
}

LPVOID WINAPI HeapAlloc(HANDLE handle, DWORD flags, SIZE_T size)
{
    struct heap *const heap = heap_of(handle);
    if (heap == NULL || refuse(flags))
        return NULL;
    struct block *const block = size > SIZE_MAX - sizeof *block ? NULL
        : flags & HEAP_ZERO_MEMORY                              ? calloc(1, sizeof *block + size)
                                                                : malloc(sizeof *block + size);
    if (block == NULL) {
        strata_vm_set_error(ERROR_NOT_ENOUGH_MEMORY, STATUS_NO_MEMORY);
        return NULL;
    }
    block->heap = heap;
    block->size = size;
    pthread_mutex_lock(&heap->lock);
    link_block(heap, block);
    pthread_mutex_unlock(&heap->lock);
    return block + 1;
}

LPVOID WINAPI HeapReAlloc(HANDLE handle, DWORD flags, LPVOID memory, SIZE_T size)
{
    struct heap *const heap = heap_of(handle);
    if (heap == NULL || refuse(flags))
        return NULL;
    struct block *block = block_of(heap, memory);
    if (block == NULL)
        return NULL;
    const size_t before = block->size;
    if (flags & HEAP_REALLOC_IN_PLACE_ONLY) {
        if (size > before) {
            strata_vm_set_error(ERROR_NOT_ENOUGH_MEMORY, STATUS_NO_MEMORY);
            return NULL;
        }
        block->size = size;
        return memory;
    }
    pthread_mutex_lock(&heap->lock);
    unlink_block(heap, block);
    struct block *const larger = size > SIZE_MAX - sizeof *block ? NULL : realloc(block, sizeof *block + size);
    if (larger != NULL) {
        larger->size = size;
        block = larger;
    }
    link_block(heap, block);
    pthread_mutex_unlock(&heap->lock);
    if (larger == NULL) {
        strata_vm_set_error(ERROR_NOT_ENOUGH_MEMORY, STATUS_NO_MEMORY);
        return NULL;
    }
    if (flags & HEAP_ZERO_MEMORY && size > before)
        memset((char *)(block + 1) + before, 0, size - before);
    return block + 1;
}

BOOL WINAPI HeapFree(HANDLE handle, DWORD flags, LPVOID memory)
{
    (void)flags;
    struct heap *const heap = heap_of(handle);
    if (heap == NULL)
        return FALSE;
    if (memory == NULL)
        return TRUE;
    struct block *const block = block_of(heap, memory);
    if (block == NULL)
        return FALSE;
    pthread_mutex_lock(&heap->lock);
    unlink_block(heap, block);
    pthread_mutex_unlock(&heap->lock);
    block->heap = NULL;
    free(block);
    return TRUE;
}

SIZE_T WINAPI HeapSize(HANDLE handle, DWORD flags, LPCVOID memory)
{
    (void)flags;
    struct heap *const heap = heap_of(handle);
    const struct block *const block = heap == NULL ? NULL : block_of(heap, memory);
    return block == NULL ? (SIZE_T)-1 : block->size;
}
