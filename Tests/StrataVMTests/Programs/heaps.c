/* Heaps: what their calls promise, a model of random ones, walks, threads and hostile arguments. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

static uint64_t state = 88172645463325252ull;

static uint64_t next_random(uint64_t *from)
{
    *from ^= *from << 13;
    *from ^= *from >> 7;
    *from ^= *from << 17;
    return *from;
}

/* Mostly small sizes, some of hundreds of KB, few with a region of their own. */
static size_t random_size(uint64_t *from)
{
    const uint64_t value = next_random(from);
    return value % 100 < 80 ? (value >> 8) % 600 : value % 100 < 98 ? (value >> 8) % 60000 : (value >> 8) % 1500000;
}

static void fill(unsigned char *at, size_t size, unsigned char seed)
{
    for (size_t i = 0; i < size; i += i < 64 ? 1 : 61)
        at[i] = (unsigned char)(seed + i);
    if (size > 0)
        at[size - 1] = seed;
}

static int is_filled(const unsigned char *at, size_t size, size_t filled, unsigned char seed)
{
    if (size == filled && size > 0 && at[size - 1] != seed)
        return 0;
    for (size_t i = 0; i < size && i + 1 < filled; i += i < 64 ? 1 : 61)
        if (at[i] != (unsigned char)(seed + i))
            return 0;
    return 1;
}

struct block {
    unsigned char *at;
    size_t size;
    unsigned char seed;
};

/* The walk sees every block of the model, once, and no others; what it tells of lies side by side. */
static void compare(HANDLE heap, const struct block *blocks, size_t count)
{
    size_t busy = 0, wrong = 0, gaps = 0;
    char *end = NULL, *committed = NULL;
    PROCESS_HEAP_ENTRY entry = {.lpData = NULL};
    while (HeapWalk(heap, &entry)) {
        char *const data = entry.lpData;
        if (entry.wFlags & PROCESS_HEAP_REGION) {
            end = (char *)entry.Region.lpFirstBlock - 16;
            committed = data + entry.Region.dwCommittedSize;
            gaps += query(data).AllocationBase != data || query(data).RegionSize != entry.Region.dwCommittedSize;
        } else if (entry.wFlags & PROCESS_HEAP_UNCOMMITTED_RANGE) {
            gaps += end != committed || data != end || query(data).State != MEM_RESERVE;
        } else if (entry.iRegionIndex != 64) {
            gaps += data - 16 != end;
            end = data + entry.cbData + entry.cbOverhead - (entry.wFlags & PROCESS_HEAP_ENTRY_BUSY ? 0 : 16);
        }
        if (entry.wFlags & PROCESS_HEAP_ENTRY_BUSY) {
            size_t i = 0;
            while (i < count && (char *)blocks[i].at != data)
                i++;
            busy++;
            wrong += i == count || blocks[i].size != entry.cbData;
        }
    }
    CHECK(GetLastError() == ERROR_NO_MORE_ITEMS);
    size_t expected = 0;
    for (size_t i = 0; i < count; i++)
        expected += blocks[i].at != NULL;
    CHECK(busy == expected && wrong == 0 && gaps == 0);
}

enum { slots = 400, steps = 60000 };

static void model(DWORD flags, SIZE_T maximum)
{
    HANDLE heap = HeapCreate(flags, 0, maximum);
    struct block *const blocks = calloc(slots, sizeof *blocks);
    size_t wrong = 0, refused = 0;
    for (int step = 0; step < steps; step++) {
        struct block *const block = blocks + next_random(&state) % slots;
        const size_t size = random_size(&state);
        const unsigned char seed = (unsigned char)next_random(&state);
        const DWORD zeroes = next_random(&state) % 4 == 0 ? HEAP_ZERO_MEMORY : 0;
        if (block->at == NULL) {
            unsigned char *const at = HeapAlloc(heap, zeroes, size);
            refused += at == NULL;
            if (at == NULL)
                continue;
            wrong += ((ULONG_PTR)at & 15) != 0;
            for (size_t i = 0; zeroes && i < size; i++)
                wrong += at[i] != 0;
            *block = (struct block){at, size, seed};
        } else if (next_random(&state) % 3 == 0) {
            const DWORD place = next_random(&state) % 3 == 0 ? HEAP_REALLOC_IN_PLACE_ONLY : 0;
            unsigned char *const at = HeapReAlloc(heap, zeroes | place, block->at, size);
            wrong += place && at != NULL && at != block->at;
            if (at != NULL) {
                wrong += !is_filled(at, size < block->size ? size : block->size, block->size, block->seed);
                for (size_t i = block->size; zeroes && i < size; i++)
                    wrong += at[i] != 0;
                *block = (struct block){at, size, seed};
            } else {
                refused++;
                wrong += size <= block->size && place;
            }
        } else {
            wrong += !is_filled(block->at, block->size, block->size, block->seed) || HeapSize(heap, 0, block->at) != block->size;
            wrong += !HeapFree(heap, 0, block->at);
            if (step % 16 == 0)
                wrong += HeapFree(heap, 0, block->at) || GetLastError() != ERROR_INVALID_PARAMETER;
            *block = (struct block){0};
            continue;
        }
        fill(block->at, block->size, block->seed);
        if (step % 4000 == 0) {
            CHECK(HeapValidate(heap, 0, NULL));
            compare(heap, blocks, slots);
        }
        if (step % 9000 == 0)
            HeapCompact(heap, 0);
    }
    CHECK(wrong == 0 && (maximum != 0 || refused < steps / 4));
    CHECK(HeapValidate(heap, 0, NULL));
    for (size_t i = 0; i < slots; i++)
        CHECK(blocks[i].at == NULL || (is_filled(blocks[i].at, blocks[i].size, blocks[i].size, blocks[i].seed) && HeapFree(heap, 0, blocks[i].at)));
    memset(blocks, 0, slots * sizeof *blocks);
    /* All of it comes together again. */
    const SIZE_T largest = HeapCompact(heap, 0);
    PROCESS_HEAP_ENTRY entry = {.lpData = NULL};
    int unused = 0, busy = 0;
    while (HeapWalk(heap, &entry)) {
        unused += entry.wFlags == 0;
        busy += entry.wFlags & PROCESS_HEAP_ENTRY_BUSY;
    }
    CHECK(unused == 1 && busy == 0 && largest > 0x8000 && HeapValidate(heap, 0, NULL) && HeapDestroy(heap));
    free(blocks);
}

static void summary(void)
{
    HANDLE heap = HeapCreate(0, 0, 0);
    HEAP_SUMMARY sizes = {.cb = sizeof sizes};
    char *small = HeapAlloc(heap, 0, 1000), *large = HeapAlloc(heap, 0, 3 << 20);
    CHECK(HeapSummary(heap, 0, &sizes) && sizes.cbAllocated == 1000 + (3 << 20) && sizes.cbCommitted > sizes.cbAllocated);
    CHECK(sizes.cbReserved >= sizes.cbCommitted && sizes.cbMaxReserve >= sizes.cbReserved);
    sizes.cb = 8;
    FAILS(HeapSummary(heap, 0, &sizes), ERROR_INVALID_PARAMETER);
    FAILS(HeapSummary(heap, 0, NULL), ERROR_NOACCESS);
    CHECK(HeapFree(heap, 0, small) && HeapFree(heap, 0, large) && HeapDestroy(heap));
}

/* Blocks are private memory of the library's own, and counted. */
static void memory(void)
{
    const ULONG64 before = StrataGetCommitCharge();
    HANDLE heap = HeapCreate(0, 0, 0), code = HeapCreate(HEAP_CREATE_ENABLE_EXECUTE, 0, 0);
    const MEMORY_BASIC_INFORMATION first = query(HeapAlloc(heap, 0, 100));
    CHECK(first.State == MEM_COMMIT && first.Type == MEM_PRIVATE && first.Protect == PAGE_READWRITE && first.AllocationBase == heap);
    const MEMORY_BASIC_INFORMATION second = query(HeapAlloc(code, 0, 100)), third = query(HeapAlloc(code, 0, 5 << 20));
    CHECK(second.Protect == PAGE_EXECUTE_READWRITE && second.AllocationBase == code && second.AllocationProtect == PAGE_EXECUTE_READWRITE);
    CHECK(third.Protect == PAGE_EXECUTE_READWRITE && third.AllocationBase != code && third.RegionSize > 5 << 20);
    CHECK(StrataGetCommitCharge() >= before + (5 << 20));
#if defined(__x86_64__)
    unsigned char *function = HeapAlloc(code, 0, 6);
    memcpy(function, "\xb8\x2a\x00\x00\x00\xc3", 6);
    CHECK(((int (*)(void))(ULONG_PTR)function)() == 42);
#endif
    CHECK(HeapDestroy(heap) && HeapDestroy(code) && StrataGetCommitCharge() == before);
    CHECK(query(heap).State == MEM_FREE && query(third.AllocationBase).State == MEM_FREE);

    /* What was much and is free goes back. */
    heap = HeapCreate(0, 0, 0);
    char *blocks[200];
    for (int i = 0; i < 200; i++)
        blocks[i] = HeapAlloc(heap, HEAP_ZERO_MEMORY, 200000);
    CHECK(StrataGetCommitCharge() > before + 200 * 200000);
    for (int i = 0; i < 200; i++)
        CHECK(HeapFree(heap, 0, blocks[i]));
    CHECK(StrataGetCommitCharge() < before + (8 << 20) && HeapValidate(heap, 0, NULL));
    HeapCompact(heap, 0);
    CHECK(StrataGetCommitCharge() < before + (4 << 20) && HeapDestroy(heap));
    CHECK(StrataGetCommitCharge() == before);
}

static void sizes(void)
{
    HANDLE heap = HeapCreate(0, 0, 0), fixed = HeapCreate(0, 0x1000, 0x200000);
    FAILS(HeapAlloc(heap, 0, (SIZE_T)-1), ERROR_NOT_ENOUGH_MEMORY);
    FAILS(HeapAlloc(heap, 0, (SIZE_T)-16), ERROR_NOT_ENOUGH_MEMORY);
    FAILS(HeapAlloc(heap, 0, (SIZE_T)1 << 63), ERROR_NOT_ENOUGH_MEMORY);
    FAILS(HeapAlloc(heap, 0, 0x7FFF00000000), ERROR_NOT_ENOUGH_MEMORY);
    char *block = HeapAlloc(heap, 0, 24), *empty = HeapAlloc(heap, 0, 0), *other = HeapAlloc(heap, 0, 0);
    CHECK(empty != NULL && other != NULL && empty != other && HeapSize(heap, 0, empty) == 0);
    FAILS(HeapReAlloc(heap, 0, block, (SIZE_T)-8), ERROR_NOT_ENOUGH_MEMORY);
    CHECK(HeapSize(heap, 0, block) == 24);
    /* Just under a megabyte is the most of a heap of fixed size. */
    char *most = HeapAlloc(fixed, 0, 0xFEFF0);
    CHECK(most != NULL && HeapFree(fixed, 0, most));
    FAILS(HeapAlloc(fixed, 0, 0xFF000), ERROR_NOT_ENOUGH_MEMORY);
    CHECK(HeapAlloc(heap, 0, 0xFF000) != NULL);
    int count = 0;
    while (HeapAlloc(fixed, 0, 0x1000) != NULL)
        count++;
    CHECK(count >= 0x200000 / 0x1010 - 2 && count < 0x200 && GetLastError() == ERROR_NOT_ENOUGH_MEMORY);
    FAILS(HeapCreate(0, 0x3000, 0x2000), ERROR_INVALID_PARAMETER);
    FAILS(HeapCreate(0, (SIZE_T)-1, 0), ERROR_NOT_ENOUGH_MEMORY);
    FAILS(HeapCreate(0, 0, (SIZE_T)-1), ERROR_NOT_ENOUGH_MEMORY);
    CHECK(HeapDestroy(heap) && HeapDestroy(fixed));
}

static volatile LONG handled;
static volatile ULONG_PTR asked;

static LONG CALLBACK go_on(EXCEPTION_POINTERS *pointers)
{
    handled = (LONG)pointers->ExceptionRecord->ExceptionCode;
    asked = pointers->ExceptionRecord->ExceptionInformation[0];
    return EXCEPTION_CONTINUE_EXECUTION;
}

static DWORD exception_of(HANDLE heap, DWORD flags, SIZE_T size)
{
    volatile DWORD code = 0;
    STRATA_TRY(frame) { HeapAlloc(heap, flags, size); }
    STRATA_EXCEPT(frame) { code = frame.record.ExceptionCode; }
    STRATA_END_TRY(frame)
    return code;
}

static void exceptions(void)
{
    HANDLE heap = HeapCreate(HEAP_GENERATE_EXCEPTIONS, 0, 0), quiet = HeapCreate(0, 0, 0x10000);
    CHECK(exception_of(heap, 0, 64) == 0 && exception_of(heap, 0, (SIZE_T)-1) == (DWORD)STATUS_NO_MEMORY);
    CHECK(exception_of(quiet, 0, 0x20000) == 0 && exception_of(quiet, HEAP_GENERATE_EXCEPTIONS, 0x20000) == (DWORD)STATUS_NO_MEMORY);
    volatile DWORD code = 0;
    STRATA_TRY(frame) { HeapReAlloc(heap, 0, (LPVOID)0x12340, 16); }
    STRATA_EXCEPT(frame) { code = frame.record.ExceptionCode; }
    STRATA_END_TRY(frame)
    CHECK(code == EXCEPTION_ACCESS_VIOLATION);
    PVOID handler = AddVectoredExceptionHandler(1, go_on);
    CHECK(HeapAlloc(heap, 0, (SIZE_T)-2) == NULL && handled == STATUS_NO_MEMORY && asked == (SIZE_T)-2);
    const ULONG_PTR arguments[] = {0, 1, 2};
    RaiseException(0xF0001234, 0, 3, arguments);
    CHECK(handled == (LONG)0xE0001234);
    RemoveVectoredExceptionHandler(handler);
    /* The heap is as usable as before, and nobody holds its lock. */
    char *block = HeapAlloc(heap, 0, 100);
    CHECK(block != NULL && HeapFree(heap, 0, block) && !HeapUnlock(heap) && GetLastError() == ERROR_NOT_OWNER);
    CHECK(HeapDestroy(heap) && HeapDestroy(quiet));
}

static void *lock_elsewhere(void *heap)
{
    char *block = HeapAlloc(heap, 0, 10);
    return block != NULL && HeapFree(heap, 0, block) && !HeapUnlock(heap) ? heap : NULL;
}

static volatile LONG passed;

static void *wait_elsewhere(void *heap)
{
    HeapLock(heap);
    passed = 1;
    HeapUnlock(heap);
    return NULL;
}

static void locks(void)
{
    HANDLE heap = HeapCreate(0, 0, 0);
    FAILS(HeapUnlock(heap), ERROR_NOT_OWNER);
    FAILS(HeapLock((HANDLE)0x12345), ERROR_INVALID_HANDLE);
    FAILS(HeapLock(NULL), ERROR_INVALID_HANDLE);
    CHECK(HeapLock(heap) && HeapLock(heap));
    char *block = HeapAlloc(heap, 0, 10);
    CHECK(block != NULL && HeapFree(heap, 0, block));
    pthread_t thread;
    pthread_create(&thread, NULL, wait_elsewhere, heap);
    Sleep(20);
    CHECK(passed == 0 && HeapUnlock(heap));
    Sleep(5);
    CHECK(passed == 0 && HeapUnlock(heap));
    pthread_join(thread, NULL);
    CHECK(passed == 1);
    FAILS(HeapUnlock(heap), ERROR_NOT_OWNER);
    void *result;
    pthread_create(&thread, NULL, lock_elsewhere, heap);
    pthread_join(thread, &result);
    CHECK(result == heap && HeapLock(heap) && HeapDestroy(heap));
}

enum { thread_count = 4, thread_slots = 100, thread_steps = 40000 };

struct worker {
    HANDLE heap;
    uint64_t random;
    size_t wrong;
};

static void *work(void *given)
{
    struct worker *const worker = given;
    struct block blocks[thread_slots] = {{0}};
    for (int step = 0; step < thread_steps; step++) {
        struct block *const block = blocks + next_random(&worker->random) % thread_slots;
        if (block->at != NULL) {
            worker->wrong += !is_filled(block->at, block->size, block->size, block->seed) || !HeapFree(worker->heap, 0, block->at);
            block->at = NULL;
        } else {
            block->size = next_random(&worker->random) % 3000;
            block->seed = (unsigned char)step;
            block->at = HeapAlloc(worker->heap, 0, block->size);
            worker->wrong += block->at == NULL;
            fill(block->at, block->size, block->seed);
        }
        if (step % 8192 == 0)
            worker->wrong += !HeapValidate(worker->heap, 0, NULL);
    }
    for (int i = 0; i < thread_slots; i++)
        if (blocks[i].at != NULL)
            worker->wrong += !HeapFree(worker->heap, 0, blocks[i].at);
    return NULL;
}

static DWORD CALLBACK work_on_program_stack(LPVOID given)
{
    work(given);
    return 7;
}

static void threads(void)
{
    HANDLE heap = HeapCreate(0, 0, 0);
    pthread_t made[thread_count];
    struct worker workers[thread_count + 1];
    for (int i = 0; i <= thread_count; i++)
        workers[i] = (struct worker){heap, 1000003u * (unsigned)(i + 1), 0};
    HANDLE native = CreateThread(NULL, 0, work_on_program_stack, workers + thread_count, 0, NULL);
    for (int i = 0; i < thread_count; i++)
        pthread_create(made + i, NULL, work, workers + i);
    /* Children are made meanwhile: a heap is never in the middle of something there. */
    for (int i = 0; i < 20; i++) {
        const pid_t child = fork();
        if (child == 0) {
            alarm(300);
            char *block = HeapAlloc(heap, 0, 500);
            _exit(block != NULL && HeapFree(heap, 0, block) && HeapValidate(heap, 0, NULL) ? 0 : 1);
        }
        int status = -1;
        waitpid(child, &status, 0);
        CHECK(status == 0);
    }
    for (int i = 0; i < thread_count; i++)
        pthread_join(made[i], NULL);
    WaitForSingleObject(native, INFINITE);
    CloseHandle(native);
    size_t wrong = 0;
    for (int i = 0; i <= thread_count; i++)
        wrong += workers[i].wrong;
    CHECK(wrong == 0 && HeapValidate(heap, 0, NULL) && HeapDestroy(heap));
}

/* Heaps come and go, also while others look for theirs. */
static void *come_and_go(void *wrong)
{
    for (int i = 0; i < 300; i++) {
        HANDLE heap = HeapCreate(0, 0, 0);
        char *block = HeapAlloc(heap, 0, 100);
        const BOOL is_right = block != NULL && HeapFree(heap, 0, block) && HeapDestroy(heap);
        /* Another thread's heap may lie where this one did by now, and have its block there. */
        const SIZE_T size = HeapSize(heap, 0, block);
        if (!is_right || (size != (SIZE_T)-1 && size != 100))
            __atomic_fetch_add((int *)wrong, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

static void handles(void)
{
    HANDLE heaps[2000], all[2100];
    const DWORD before = GetProcessHeaps(0, NULL);
    CHECK(before >= 1 && before < 50);
    for (int i = 0; i < 2000; i++)
        heaps[i] = HeapCreate(0, 0, 0);
    CHECK(GetProcessHeaps(2100, all) == before + 2000 && all[0] == GetProcessHeap());
    int missing = 0;
    for (int i = 0; i < 2000; i++)
        missing += all[before + i] != heaps[i] || HeapAlloc(heaps[i], 0, 10) == NULL;
    CHECK(missing == 0);
    for (int i = 0; i < 2000; i++)
        CHECK(HeapDestroy(heaps[(i * 7) % 2000]));
    CHECK(GetProcessHeaps(0, NULL) == before);
    FAILS(GetProcessHeaps(100, (PHANDLE)0x1000), ERROR_NOACCESS);
    FAILS(HeapDestroy(heaps[5]), ERROR_INVALID_HANDLE);
    HANDLE gone = HeapCreate(0, 0, 0);
    char *block = HeapAlloc(gone, 0, 100);
    CHECK(block != NULL && HeapSize(gone, 0, block) == 100 && HeapDestroy(gone));
    SetLastError(0);
    CHECK(HeapSize(gone, 0, block) == (SIZE_T)-1 && GetLastError() == ERROR_INVALID_HANDLE);
    int wrong = 0;
    pthread_t made[3];
    for (int i = 0; i < 3; i++)
        pthread_create(made + i, NULL, come_and_go, &wrong);
    for (int i = 0; i < 3; i++)
        pthread_join(made[i], NULL);
    CHECK(wrong == 0 && GetProcessHeaps(0, NULL) == before);
}

static HANDLE volatile shared_heap;
static volatile int ends;

static void *use_what_goes(void *used)
{
    while (!ends) {
        const HANDLE heap = shared_heap;
        char *block = HeapAlloc(heap, 0, 300);
        if (block != NULL)
            __atomic_fetch_add((int *)used, 1, __ATOMIC_RELAXED);
        HeapSize(heap, 0, block);
        HeapFree(heap, 0, block);
        HeapValidate(heap, 0, NULL);
    }
    return NULL;
}

/* A heap may go while others are about to use it: they are told that there is none. */
static void races(void)
{
    int used = 0;
    pthread_t made[2];
    shared_heap = HeapCreate(0, 0, 0);
    for (int i = 0; i < 2; i++)
        pthread_create(made + i, NULL, use_what_goes, &used);
    for (int i = 0; i < 3000 || (used < 1000 && i < 10000000); i++) {
        const HANDLE heap = shared_heap;
        shared_heap = HeapCreate(0, 0, 0);
        CHECK(shared_heap != NULL && HeapDestroy(heap));
    }
    ends = 1;
    for (int i = 0; i < 2; i++)
        pthread_join(made[i], NULL);
    CHECK(used >= 1000 && HeapValidate(shared_heap, 0, NULL) && HeapDestroy(shared_heap));
}

/* Whatever a program hands over or writes over, the library neither faults nor gives out what is in use. */
static void hostile(void)
{
    HANDLE heap = HeapCreate(0, 0, 0), other = HeapCreate(0, 0, 0);
    char on_stack[64] __attribute__((aligned(16)));
    char *foreign = HeapAlloc(other, 0, 64), *mapped = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    char *host = malloc(64), *reserved = VirtualAlloc(NULL, 0x10000, MEM_RESERVE, PAGE_READWRITE);
    char *block = HeapAlloc(heap, 0, 100), *large = HeapAlloc(heap, 0, 2 << 20);
    void *const pointers[] = {on_stack, foreign, mapped, mapped + 16, host, reserved + 64, (void *)1, (void *)16, (void *)0xFFFFFFFFFFFFFFF0,
        (void *)0x7FFFFFFF0000, (void *)0xFFFF800000000000, heap, (char *)heap + 16, block + 1, block + 16, block - 16, large + 16,
        large - 64, large + 1, (char *)heap + 0xFFF0, (char *)heap + 0x10000, (char *)heap + 0x100000};
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
        FAILS(HeapFree(heap, 0, pointers[i]), ERROR_INVALID_PARAMETER);
        FAILS(HeapSize(heap, 0, pointers[i]) != (SIZE_T)-1, ERROR_INVALID_PARAMETER);
        FAILS(HeapReAlloc(heap, 0, pointers[i], 10), ERROR_INVALID_PARAMETER);
        CHECK(!HeapValidate(heap, 0, pointers[i]));
        PROCESS_HEAP_ENTRY entry = {.lpData = pointers[i], .wFlags = (WORD)(i % 2 * PROCESS_HEAP_ENTRY_BUSY)};
        if (pointers[i] != block + 16 && pointers[i] != (char *)heap + 0x10000)
            FAILS(HeapWalk(heap, &entry), ERROR_INVALID_PARAMETER);
        if (((ULONG_PTR)pointers[i] & 0xFFFF) != 0)
            FAILS(HeapFree(pointers[i], 0, block), ERROR_INVALID_HANDLE);
    }
    CHECK(HeapFree(heap, 0, NULL) && HeapReAlloc(heap, 0, NULL, 10) == NULL);
    FAILS(HeapSize(heap, 0, NULL) != (SIZE_T)-1, ERROR_INVALID_PARAMETER);
    FAILS(HeapWalk(heap, NULL), ERROR_NOACCESS);
    FAILS(HeapWalk(heap, (LPPROCESS_HEAP_ENTRY)0x8), ERROR_NOACCESS);
    /* Copies of headers are none. */
    memcpy(block + 16, block - 16, 16);
    FAILS(HeapFree(heap, 0, block + 32), ERROR_INVALID_PARAMETER);
    memcpy(mapped, foreign - 16, 16);
    FAILS(HeapFree(other, 0, mapped + 16), ERROR_INVALID_PARAMETER);
    CHECK(HeapValidate(heap, 0, NULL) && HeapFree(heap, 0, large));
    FAILS(HeapFree(heap, 0, large), ERROR_INVALID_PARAMETER);

    /* Twice, also where the block has become a part of a larger one. */
    char *left = HeapAlloc(heap, 0, 3000), *right = HeapAlloc(heap, 0, 3000);
    CHECK(HeapFree(heap, 0, left) && HeapFree(heap, 0, right));
    FAILS(HeapFree(heap, 0, left), ERROR_INVALID_PARAMETER);
    FAILS(HeapFree(heap, 0, right), ERROR_INVALID_PARAMETER);
    char *joined = HeapAlloc(heap, 0, 6000);
    FAILS(HeapFree(heap, 0, right), ERROR_INVALID_PARAMETER);
    CHECK(HeapFree(heap, 0, joined) && HeapValidate(heap, 0, NULL));

    /* Free blocks that are written over, their links and all. */
    char *blocks[300];
    for (uint64_t round = 0; round < 40; round++) {
        for (int i = 0; i < 300; i++)
            memset(blocks[i] = HeapAlloc(heap, 0, 1100 + (size_t)(i % 7) * 16), 'o', 1100);
        for (int i = 0; i < 300; i += 2)
            HeapFree(heap, 0, blocks[i]);
        for (int i = 0; i < 300; i += 6) {
            const uint64_t value = round % 4 == 0 ? (ULONG_PTR)blocks[i + 1] : round % 4 == 1 ? (ULONG_PTR)blocks[(i + 2) % 300] - 16
                : round % 4 == 2                                                              ? next_random(&state)
                                                                                              : 0x10;
            memcpy(blocks[i], &value, 8);
            if (round % 8 < 4)
                memcpy(blocks[i] + 8, &value, 8);
        }
        char *again[150];
        for (int i = 0; i < 150; i++) {
            again[i] = HeapAlloc(heap, 0, 1100 + (size_t)(i % 9) * 16);
            CHECK(again[i] != NULL);
            memset(again[i], 'a', 1100);
            for (int j = 1; j < 300; j += 2)
                if (again[i] + 1100 > blocks[j] && again[i] < blocks[j] + 1100)
                    CHECK(!"given out twice");
        }
        for (int i = 0; i < 150; i++)
            HeapFree(heap, 0, again[i]);
        for (int i = 1; i < 300; i += 2) {
            size_t changed = 0;
            for (int j = 0; j < 1100; j++)
                changed += blocks[i][j] != 'o';
            CHECK(changed == 0 && HeapFree(heap, 0, blocks[i]));
        }
    }
    /* A header that was written over: the block is none any more, and the heap says so. */
    block = HeapAlloc(heap, 0, 100);
    memset(block - 16, 0xFF, 16);
    FAILS(HeapFree(heap, 0, block), ERROR_INVALID_PARAMETER);
    CHECK(!HeapValidate(heap, 0, NULL) && HeapAlloc(heap, 0, 100) != NULL && HeapValidate(other, 0, NULL));
    HeapCompact(heap, 0);
    free(host);
    CHECK(HeapDestroy(heap) && HeapDestroy(other) && VirtualFree(mapped, 0, MEM_RELEASE) && VirtualFree(reserved, 0, MEM_RELEASE));
}

static void information(void)
{
    HANDLE heap = HeapCreate(0, 0, 0), fixed = HeapCreate(0, 0, 0x10000);
    ULONG value = 7;
    SIZE_T needed = 0;
    CHECK(HeapQueryInformation(heap, HeapCompatibilityInformation, &value, sizeof value, &needed) && value == 0 && needed == 4);
    FAILS(HeapQueryInformation(heap, HeapCompatibilityInformation, &value, 2, &needed), ERROR_INSUFFICIENT_BUFFER);
    FAILS(HeapQueryInformation(heap, HeapCompatibilityInformation, (PVOID)8, 4, NULL), ERROR_NOACCESS);
    FAILS(HeapQueryInformation(heap, (HEAP_INFORMATION_CLASS)77, &value, 4, NULL), ERROR_INVALID_PARAMETER);
    value = 2;
    CHECK(HeapSetInformation(heap, HeapCompatibilityInformation, &value, sizeof value));
    FAILS(HeapSetInformation(fixed, HeapCompatibilityInformation, &value, sizeof value), ERROR_GEN_FAILURE);
    value = 0;
    FAILS(HeapSetInformation(heap, HeapCompatibilityInformation, &value, sizeof value), ERROR_GEN_FAILURE);
    FAILS(HeapSetInformation(heap, HeapCompatibilityInformation, (PVOID)8, sizeof value), ERROR_NOACCESS);
    CHECK(HeapQueryInformation(heap, HeapCompatibilityInformation, &value, sizeof value, NULL) && value == 2);
    HEAP_OPTIMIZE_RESOURCES_INFORMATION optimize = {.Version = HEAP_OPTIMIZE_RESOURCES_CURRENT_VERSION};
    CHECK(HeapSetInformation(NULL, HeapOptimizeResources, &optimize, sizeof optimize));
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        freopen("/dev/null", "w", stderr);
        if (!HeapSetInformation(NULL, HeapEnableTerminationOnCorruption, NULL, 0))
            _exit(1);
        char *block = HeapAlloc(heap, 0, 10);
        HeapFree(heap, 0, block);
        HeapFree(heap, 0, block);
        _exit(2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && HeapDestroy(heap) && HeapDestroy(fixed));
}

static void native(void)
{
    PVOID heap = RtlCreateHeap(HEAP_GROWABLE, NULL, 0, 0, NULL, NULL);
    char *block = RtlAllocateHeap(heap, HEAP_ZERO_MEMORY, 100);
    CHECK(heap != NULL && block != NULL && block[99] == 0 && RtlSizeHeap(heap, 0, block) == 100 && RtlValidateHeap(heap, 0, block));
    CHECK((block = RtlReAllocateHeap(heap, HEAP_ZERO_MEMORY, block, 2 << 20)) != NULL && block[(2 << 20) - 1] == 0);
    CHECK(RtlLockHeap(heap) && RtlUnlockHeap(heap) && RtlCompactHeap(heap, 0) > 0 && RtlFreeHeap(heap, 0, block) && !RtlFreeHeap(heap, 0, block));
    CHECK(RtlDestroyHeap(heap) == NULL && RtlDestroyHeap(heap) == heap && RtlDestroyHeap(GetProcessHeap()) == GetProcessHeap());
    /* In the program's own memory, which is still there afterwards. */
    char *memory = VirtualAlloc(NULL, 0x40000, MEM_RESERVE, PAGE_READWRITE);
    VirtualAlloc(memory, 0x2000, MEM_COMMIT, PAGE_READWRITE);
    heap = RtlCreateHeap(0, memory, 0, 0, NULL, NULL);
    CHECK(heap == memory && (block = RtlAllocateHeap(heap, 0, 0x20000)) != NULL && block > memory && block + 0x20000 < memory + 0x40000);
    CHECK(RtlCreateHeap(0, memory, 0, 0, NULL, NULL) == NULL && RtlValidateHeap(heap, 0, NULL));
    CHECK(RtlAllocateHeap(heap, 0, 0x20000) == NULL && RtlDestroyHeap(heap) == NULL && query(memory).AllocationBase == memory);
    CHECK(RtlCreateHeap(0, (PVOID)0x1000, 0, 0, NULL, NULL) == NULL && RtlCreateHeap(0, memory + 8, 0, 0, NULL, NULL) == NULL);
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
    static const char *const names[] = {"HeapAlloc", "HeapWalk", "GlobalAlloc", "LocalReAlloc", "GetProcessHeaps", "RtlAllocateHeap",
        "RtlCreateHeap", "HeapSummary", "GlobalMemoryStatus", "RaiseException"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CHECK(GetProcAddress(GetModuleHandleA(i % 2 ? "ntdll" : "kernel32"), names[i]) != NULL);
}

int main(void)
{
    /* Low addresses are left to those who ask for them. */
    CHECK((ULONG_PTR)GetProcessHeap() >= (ULONG_PTR)1 << 32);
    sizes();
    memory();
    summary();
    model(0, 0);
    model(HEAP_NO_SERIALIZE, 0);
    model(0, 0x80000);
    exceptions();
    locks();
    threads();
    handles();
    races();
    hostile();
    information();
    native();
    return finish();
}
