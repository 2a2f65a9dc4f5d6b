/* LocalAlloc, GlobalAlloc and what is about their objects. */
#include <pthread.h>
#include <stdlib.h>
#include "check.h"

/* The two families under one set of names. */
struct family {
    HANDLE (*allocate)(UINT, SIZE_T);
    HANDLE (*reallocate)(HANDLE, SIZE_T, UINT);
    HANDLE (*free)(HANDLE);
    PVOID (*lock)(HANDLE);
    BOOL (*unlock)(HANDLE);
    SIZE_T (*size)(HANDLE);
    UINT (*flags)(HANDLE);
    HANDLE (*handle)(LPCVOID);
    UINT discardable;
    BOOL unlocksFixed, converts;
};

static const struct family families[] = {
    {LocalAlloc, LocalReAlloc, LocalFree, LocalLock, LocalUnlock, LocalSize, LocalFlags, LocalHandle, LMEM_DISCARDABLE, FALSE, FALSE},
    {GlobalAlloc, GlobalReAlloc, GlobalFree, GlobalLock, GlobalUnlock, GlobalSize, GlobalFlags, GlobalHandle, GMEM_DISCARDABLE, TRUE, TRUE},
};

static void fixed(const struct family *of)
{
    char *memory = of->allocate(LPTR, 100);
    CHECK(memory != NULL && ((ULONG_PTR)memory & 15) == 0 && memory[0] == 0 && memory[99] == 0 && of->size(memory) == 100);
    CHECK(of->lock(memory) == memory && of->handle(memory) == memory && of->flags(memory) == 0);
    SetLastError(77);
    CHECK(of->unlock(memory) == of->unlocksFixed && GetLastError() == (of->unlocksFixed ? 77 : ERROR_NOT_LOCKED));
    CHECK(HeapValidate(GetProcessHeap(), 0, memory) && HeapSize(GetProcessHeap(), 0, memory) == 100);
    char *behind = of->allocate(LMEM_FIXED, 10);
    memory[99] = 'x';
    /* What is fixed moves only where that is allowed. */
    FAILS(of->reallocate(memory, 3 << 20, LMEM_ZEROINIT), ERROR_NOT_ENOUGH_MEMORY);
    CHECK(of->size(memory) == 100 && of->reallocate(memory, 50, LMEM_MODIFY) == memory && of->size(memory) == 100);
    memory = of->reallocate(memory, 3 << 20, LMEM_MOVEABLE | LMEM_ZEROINIT);
    CHECK(memory != NULL && memory[99] == 'x' && memory[100] == 0 && memory[(3 << 20) - 1] == 0 && of->size(memory) == 3 << 20);
    FAILS(of->reallocate(memory, 10, LMEM_DISCARDABLE), ERROR_INVALID_PARAMETER);
    CHECK(of->free(memory) == NULL && of->free(behind) == NULL && of->free(NULL) == NULL);
    FAILS(of->free(memory) == NULL, ERROR_INVALID_HANDLE);
    char *empty = of->allocate(0, 0);
    CHECK(empty != NULL && of->size(empty) == (of->converts ? 1 : 0) && of->free(empty) == NULL);
    FAILS(of->allocate(0, (SIZE_T)-1), ERROR_NOT_ENOUGH_MEMORY);
}

static void movable(const struct family *of)
{
    const HANDLE handle = of->allocate(LHND, 100);
    CHECK(handle != NULL && ((ULONG_PTR)handle & 15) == 8 && of->size(handle) == 100 && of->flags(handle) == 0);
    CHECK(!HeapValidate(GetProcessHeap(), 0, handle));
    char *memory = of->lock(handle);
    CHECK(memory != NULL && (PVOID)memory != handle && ((ULONG_PTR)memory & 15) == 0 && memory[99] == 0 && *(char **)handle == memory);
    CHECK(of->handle(memory) == handle && of->flags(handle) == 1 && HeapSize(GetProcessHeap(), 0, memory) == 100);
    FAILS(of->free(memory) == NULL, ERROR_INVALID_HANDLE);
    memory[99] = 'y';
    /* Neither moved nor discarded while it is locked. */
    FAILS(of->reallocate(handle, 2 << 20, 0), ERROR_NOT_ENOUGH_MEMORY);
    FAILS(of->reallocate(handle, 0, LMEM_MOVEABLE), ERROR_INVALID_PARAMETER);
    CHECK(of->reallocate(handle, 2 << 20, LMEM_MOVEABLE | LMEM_ZEROINIT) == handle && of->size(handle) == 2 << 20);
    char *const moved = of->lock(handle);
    CHECK(moved != memory && moved[99] == 'y' && moved[100] == 0 && of->handle(moved) == handle && of->flags(handle) == 2);
    CHECK(of->unlock(handle) && of->flags(handle) == 1);
    FAILS(of->unlock(handle), NO_ERROR);
    FAILS(of->unlock(handle), ERROR_NOT_LOCKED);
    CHECK(of->reallocate(handle, 50, 0) == handle && of->size(handle) == 50);
    char *const small = of->lock(handle);
    CHECK(small[49] == 0 && of->flags(handle) == 1);
    for (int i = 1; i < 300; i++)
        CHECK(of->lock(handle) == small);
    CHECK(of->flags(handle) == 255);
    for (int i = 0; i < 254; i++)
        CHECK(of->unlock(handle));
    FAILS(of->unlock(handle), NO_ERROR);

    /* Discarded: the handle stays, the memory goes. */
    FAILS(of->reallocate(handle, 0, 0), ERROR_INVALID_PARAMETER);
    CHECK(of->reallocate(handle, 1, LMEM_MODIFY | of->discardable) == handle && of->flags(handle) == of->discardable && of->size(handle) == 50);
    CHECK(of->reallocate(handle, 0, LMEM_MOVEABLE) == handle && of->flags(handle) == (of->discardable | LMEM_DISCARDED) && of->size(handle) == 0);
    FAILS(of->lock(handle), ERROR_DISCARDED);
    CHECK(!HeapValidate(GetProcessHeap(), 0, small) && *(char **)handle == NULL);
    CHECK(of->reallocate(handle, 70, LMEM_MOVEABLE | LMEM_ZEROINIT) == handle && of->size(handle) == 70 && of->flags(handle) == of->discardable);
    CHECK(*(char *)of->lock(handle) == 0 && of->free(handle) == NULL);
    FAILS(of->free(handle) == NULL, ERROR_INVALID_HANDLE);

    const HANDLE none = of->allocate(LMEM_MOVEABLE, 0);
    CHECK(none != NULL && of->flags(none) == LMEM_DISCARDED && of->free(none) == NULL);
    /* Memory gets a handle in one of the families only. */
    char *kept = of->allocate(0, 60);
    kept[59] = 'z';
    const HANDLE converted = of->reallocate(kept, 0, LMEM_MODIFY | LMEM_MOVEABLE);
    CHECK(of->converts ? ((ULONG_PTR)converted & 15) == 8 : converted == kept);
    CHECK(((char *)of->lock(converted))[59] == 'z' && of->size(converted) == 60 && of->free(converted) == NULL);
}

static void hostile(const struct family *of)
{
    const HANDLE freed = of->allocate(LMEM_MOVEABLE, 10), live = of->allocate(LMEM_MOVEABLE, 10);
    char *const memory = of->lock(live), on_stack[32] __attribute__((aligned(16)));
    of->free(freed);
    void *const values[] = {NULL, (void *)1, (void *)8, (void *)16, freed, (char *)live + 1, (char *)live - 8, (char *)live + 0x100000,
        (char *)live + 16000, on_stack, on_stack + 8, memory + 16, memory + 8, (void *)-1, (void *)-8, (void *)-16, GetProcessHeap()};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (values[i] != NULL)
            FAILS(of->free(values[i]) == NULL, ERROR_INVALID_HANDLE);
        FAILS(of->reallocate(values[i], 20, LMEM_MOVEABLE), ERROR_INVALID_HANDLE);
        FAILS(of->reallocate(values[i], 20, LMEM_MODIFY | LMEM_MOVEABLE), ERROR_INVALID_HANDLE);
        FAILS(of->lock(values[i]), ERROR_INVALID_HANDLE);
        FAILS(of->size(values[i]), ERROR_INVALID_HANDLE);
        FAILS(of->flags(values[i]) != LMEM_INVALID_HANDLE, ERROR_INVALID_HANDLE);
        FAILS(of->handle(values[i]), ERROR_INVALID_HANDLE);
        if (((ULONG_PTR)values[i] & 15) == 8)
            FAILS(of->unlock(values[i]), ERROR_INVALID_HANDLE);
    }
    /* What the program writes into the table changes nothing. */
    char *const block = of->allocate(0, 10);
    ((ULONG64 *)live)[-1] = ~(ULONG64)0;
    *(PVOID *)live = on_stack;
    CHECK(of->lock(live) == memory && of->flags(live) == 2 && of->size(live) == 10 && of->free(live) == NULL && of->free(block) == NULL);
}

static void all_handles(void)
{
    static HANDLE handles[0x10001];
    int count = 0;
    while (count < 0x10001 && (handles[count] = GlobalAlloc(GMEM_MOVEABLE, (SIZE_T)count % 3)) != NULL)
        count++;
    CHECK(count == 0x10000 && GetLastError() == ERROR_NOT_ENOUGH_MEMORY);
    FAILS(LocalAlloc(LMEM_MOVEABLE, 10), ERROR_NOT_ENOUGH_MEMORY);
    PVOID fixed = LocalAlloc(0, 10);
    CHECK(fixed != NULL && LocalFree(fixed) == NULL);
    int wrong = 0;
    for (int i = 0; i < count; i++)
        wrong += GlobalSize(handles[i]) != (SIZE_T)i % 3 || GlobalFree(handles[i]) != NULL;
    CHECK(wrong == 0 && HeapValidate(GetProcessHeap(), 0, NULL));
}

static void walk(void)
{
    const HANDLE movable = GlobalAlloc(GMEM_MOVEABLE | GMEM_SHARE, 1000);
    char *const memory = GlobalLock(movable), *const fixed = GlobalAlloc(0, 1000);
    CHECK(GlobalFlags(movable) == (GMEM_SHARE | 1));
    int found = 0;
    HeapLock(GetProcessHeap());
    PROCESS_HEAP_ENTRY entry = {.lpData = NULL};
    while (HeapWalk(GetProcessHeap(), &entry)) {
        if (entry.lpData == memory)
            found += entry.wFlags == (PROCESS_HEAP_ENTRY_BUSY | PROCESS_HEAP_ENTRY_MOVEABLE | PROCESS_HEAP_ENTRY_DDESHARE) && entry.Block.hMem == movable;
        if (entry.lpData == fixed)
            found += entry.wFlags == PROCESS_HEAP_ENTRY_BUSY;
    }
    HeapUnlock(GetProcessHeap());
    CHECK(found == 2 && GlobalFree(movable) == NULL && GlobalFree(fixed) == NULL);
    CHECK(GlobalCompact(0) > 0 && LocalCompact(0) > 0 && LocalShrink(NULL, 0) > 0);
}

/* Objects of a model's, of both families in turns, with their contents. */
static void model(void)
{
    enum { count = 200 };
    static struct object {
        HANDLE handle;
        SIZE_T size;
        unsigned char seed;
        int locks;
        BOOL isFixed;
    } objects[count];
    uint64_t state = 3;
    size_t wrong = 0;
    for (int step = 0; step < 40000; step++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const uint64_t value = state >> 20;
        const struct family *const of = families + value % 2;
        struct object *const object = objects + (value >> 1) % count;
        const SIZE_T size = (value >> 20) % 900;
        if (object->handle == NULL) {
            object->isFixed = value % 5 == 0;
            object->handle = of->allocate(object->isFixed ? 0 : LMEM_MOVEABLE, size);
            object->locks = 0;
        } else if (value % 7 < 2) {
            char *const at = of->lock(object->handle);
            wrong += object->size == 0 && !object->isFixed ? at != NULL : at == NULL;
            for (SIZE_T i = 0; i < object->size; i++)
                wrong += (unsigned char)at[i] != object->seed;
            object->locks += at != NULL && !object->isFixed;
            continue;
        } else if (value % 7 == 2 && object->locks > 0) {
            object->locks--;
            wrong += of->unlock(object->handle) != (object->locks > 0);
            continue;
        } else if (value % 7 < 5) {
            const HANDLE changed = of->reallocate(object->handle, size, LMEM_MOVEABLE);
            wrong += !object->isFixed && changed != (object->locks > 0 && size == 0 ? NULL : object->handle);
            if (changed == NULL)
                continue;
            const SIZE_T shared = size < object->size ? size : object->size;
            char *const at = object->isFixed ? changed : *(char **)changed;
            for (SIZE_T i = 0; i < shared; i++)
                wrong += (unsigned char)at[i] != object->seed;
            object->handle = changed;
        } else {
            wrong += of->free(object->handle) != NULL;
            object->handle = NULL;
            continue;
        }
        object->size = size;
        object->seed = (unsigned char)step;
        wrong += of->size(object->handle) != size && !(object->isFixed && size == 0 && of->size(object->handle) == 1);
        if (size > 0)
            memset(object->isFixed ? object->handle : *(PVOID *)object->handle, object->seed, size);
    }
    for (int i = 0; i < count; i++)
        wrong += GlobalFree(objects[i].handle) != NULL;
    CHECK(wrong == 0 && HeapValidate(GetProcessHeap(), 0, NULL));
}

static void *lock_and_resize(void *handle)
{
    for (int i = 0; i < 3000; i++) {
        char *memory = GlobalLock(handle);
        if (memory == NULL)
            return handle;
        GlobalUnlock(handle);
        const HANDLE own = LocalAlloc(LMEM_MOVEABLE, (SIZE_T)i % 500 + 1);
        if (own == NULL || LocalReAlloc(own, 600, LMEM_MOVEABLE) != own)
            return handle;
        /* What was its memory may be another thread's by now. */
        const PVOID place = LocalLock(own);
        if (LocalHandle(place) != own || LocalUnlock(own) || LocalFree(own) != NULL)
            return handle;
    }
    return NULL;
}

static void threads(void)
{
    pthread_t made[4];
    const HANDLE handle = GlobalAlloc(GMEM_MOVEABLE, 100);
    for (int i = 0; i < 4; i++)
        pthread_create(made + i, NULL, lock_and_resize, handle);
    for (int i = 0; i < 4; i++) {
        void *result = handle;
        pthread_join(made[i], &result);
        CHECK(result == NULL);
    }
    CHECK(GlobalFlags(handle) == 0 && GlobalFree(handle) == NULL);
}

static void status(void)
{
    MEMORYSTATUS status;
    MEMORYSTATUSEX all = {.dwLength = sizeof all};
    /* A machine's memory may be changed while it runs. */
    for (int tries = 0; tries < 10 && (tries == 0 || status.dwTotalPhys != all.ullTotalPhys); tries++) {
        memset(&status, 0xCC, sizeof status);
        GlobalMemoryStatus(&status);
        CHECK(GlobalMemoryStatusEx(&all));
    }
    CHECK(status.dwLength == sizeof status && status.dwMemoryLoad <= 100);
    CHECK(status.dwTotalPhys == all.ullTotalPhys && status.dwAvailPhys <= status.dwTotalPhys && status.dwTotalPageFile == all.ullTotalPageFile);
    CHECK(status.dwTotalVirtual == all.ullTotalVirtual && status.dwAvailVirtual <= status.dwTotalVirtual);
    GlobalMemoryStatus(NULL);
}

int main(void)
{
    for (size_t i = 0; i < 2; i++) {
        fixed(families + i);
        movable(families + i);
        hostile(families + i);
    }
    all_handles();
    walk();
    model();
    threads();
    status();
    return finish();
}
