/* Write watches against a model of every page, and against writers that do not wait. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "watch.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

enum { pageSize = 0x1000, pageCount = 96, steps = 20000 };

static unsigned long long state = 88172645463325252ull;

static unsigned random_below(unsigned limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 20) % limit);
}

static struct page {
    bool isCommitted, isWritable, isWritten, isLatched, isLocked;
    unsigned char value;
} model[pageCount];

static char *memory;
static bool is_tracked;
/* Whether the host lets the program lock all that it locks here. */
static bool can_lock;
static int zeros;

/* The written pages are those of the model, the first so many of them, and with a reset they are not any more. */
static void compare(unsigned first, unsigned end, ULONG_PTR capacity, DWORD flags)
{
    PVOID pages[pageCount];
    ULONG granularity;
    ULONG_PTR count = capacity, expected = 0;
    CHECK(GetWriteWatch(flags, memory + first * pageSize, (end - first) * pageSize, pages, &count, &granularity) == 0);
    for (unsigned page = first; page < end && expected < capacity; page++) {
        if (!model[page].isWritten)
            continue;
        CHECK(expected < count && pages[expected] == memory + page * pageSize);
        expected++;
        if (flags != 0)
            model[page].isWritten = model[page].isLatched = false;
    }
    CHECK(count == expected);
}

static void step(void)
{
    const unsigned first = random_below(pageCount), end = first + 1 + random_below(pageCount - first < 16 ? pageCount - first : 16);
    char *const start = memory + first * pageSize;
    const size_t size = (end - first) * pageSize;
    bool allCommitted = true;
    for (unsigned page = first; page < end; page++)
        allCommitted = allCommitted && model[page].isCommitted;
    struct page *const page = &model[first];
    DWORD old;
    switch (random_below(13)) {
    case 0:
        CHECK(VirtualAlloc(start, size, MEM_COMMIT, PAGE_READWRITE) == start);
        for (unsigned i = first; i < end; i++)
            model[i].isCommitted = model[i].isWritable = true;
        break;
    case 1:
        if (random_below(3) != 0)
            break;
        CHECK(VirtualFree(start, size, MEM_DECOMMIT));
        for (unsigned i = first; i < end; i++)
            model[i] = (struct page){.isWritten = model[i].isLatched, .isLatched = model[i].isLatched};
        break;
    case 2:
    case 3: {
        const bool isWritable = random_below(4) != 0;
        CHECK(VirtualProtect(start, size, isWritable ? PAGE_READWRITE : PAGE_READONLY, &old) == allCommitted);
        for (unsigned i = first; allCommitted && i < end; i++) {
            model[i].isWritable = isWritable;
            model[i].isLatched = model[i].isWritten;
        }
        break;
    }
    case 4:
        compare(first, end, pageCount, 0);
        break;
    case 5:
        compare(first, end, 1 + random_below(5), random_below(2));
        break;
    case 6:
        if (random_below(4) != 0)
            break;
        CHECK(ResetWriteWatch(start, size) == 0);
        for (unsigned i = first; i < end; i++)
            model[i].isWritten = model[i].isLatched = false;
        break;
    case 7:
        if (!can_lock)
            break;
        /* Locked pages are brought in for writing, where that is allowed. */
        CHECK(VirtualLock(start, size) == allCommitted);
        for (unsigned i = first; allCommitted && i < end; i++)
            model[i].isWritten = model[i].isWritten || model[i].isWritable;
        if (allCommitted) {
            const bool stays = random_below(2) == 0;
            CHECK(stays || VirtualUnlock(start, size));
            for (unsigned i = first; i < end; i++)
                model[i].isLocked = stays;
        }
        break;
    case 8:
        if (is_tracked && page->isCommitted && page->isWritable) {
            CHECK(read(zeros, start + 100, 1) == 1);
            page->isWritten = true;
        }
        break;
    case 9:
        if (allCommitted && random_below(8) == 0) {
            CHECK(VirtualAlloc(start, size, MEM_RESET, PAGE_READWRITE) == start);
            /* As a host that needs memory would do, before it is undone or afterwards. */
            if (random_below(2) == 0)
                madvise(start, size, MADV_PAGEOUT);
            /* Page by page: what it succeeds for holds what it did, and keeps it. */
            for (unsigned i = first; i < end; i++) {
                char *const at = start + (i - first) * pageSize;
                const bool isKept = VirtualAlloc(at, pageSize, MEM_RESET_UNDO, PAGE_READWRITE) == at;
                madvise(at, pageSize, MADV_PAGEOUT);
                if (!isKept)
                    model[i].value = (unsigned char)*at;
                /* The kernel cannot tell what keeps them from a write; locked ones need nothing. */
                model[i].isWritten = model[i].isWritten || (isKept && is_tracked && !model[i].isLocked);
                CHECK((unsigned char)*at == model[i].value);
            }
        }
        break;
    default:
        if (!page->isCommitted)
            break;
        CHECK((unsigned char)*start == page->value);
        if (page->isWritable && random_below(2) == 0) {
            *start = (char)(page->value = (unsigned char)random_below(256));
            page->isWritten = true;
        }
    }
}

/* Two threads write numbers that grow; whoever copies what is reported has in the end what they wrote. */
enum { sharedPages = 64, rounds = 20000 };
static unsigned *volatile shared;
static volatile int writing = 2;

static void *writer(void *seed)
{
    unsigned long long mine = (size_t)seed;
    for (unsigned round = 1; round <= rounds; round++) {
        mine = mine * 6364136223846793005ull + 1442695040888963407ull;
        const size_t page = (mine >> 33) % sharedPages;
        ((volatile unsigned *)shared)[page * (pageSize / 4) + (size_t)seed] = round;
    }
    __sync_fetch_and_sub(&writing, 1);
    return NULL;
}

static void check_writers(void)
{
    static unsigned copy[sharedPages][2];
    const size_t size = sharedPages * pageSize;
    shared = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, writer, (void *)i) == 0);
    bool isLast = false;
    for (unsigned round = 0; !isLast; round++) {
        isLast = writing == 0;
        PVOID pages[sharedPages];
        ULONG_PTR count = isLast ? sharedPages : 5;
        ULONG granularity;
        if (GetWriteWatch(WRITE_WATCH_FLAG_RESET, shared, size, pages, &count, &granularity) != 0)
            CHECK(!"watched");
        for (ULONG_PTR i = 0; i < count; i++) {
            volatile unsigned *const page = pages[i];
            memcpy(copy[(page - (volatile unsigned *)shared) / (pageSize / 4)], (void *)page, sizeof copy[0]);
        }
        /* Locking at the same time loses nothing either, nor does having what was dispensable kept. */
        if (round % 8 == 0 && !isLast && can_lock)
            CHECK(VirtualLock((char *)shared + round % sharedPages * pageSize, pageSize));
        if (round % 8 == 4 && !isLast)
            VirtualAlloc((char *)shared + round / 8 % sharedPages * pageSize, pageSize, MEM_RESET_UNDO, PAGE_READWRITE);
    }
    for (size_t i = 0; i < 2; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    for (size_t page = 0; page < sharedPages; page++)
        CHECK(memcmp(copy[page], (void *)(shared + page * (pageSize / 4)), sizeof copy[page]) == 0);
    CHECK(VirtualFree((void *)shared, 0, MEM_RELEASE));
}

/* A child has watches of its own: what it resets is still its parent's, and it misses nothing. */
static void check_fork(void)
{
    char *const start = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
    PVOID pages[16];
    ULONG_PTR count = 16;
    ULONG granularity;
    start[0x1000] = start[0x2000] = 1;
    CHECK(ResetWriteWatch(start, 0x10000) == 0);
    start[0x3000] = 1;
    const pid_t child = fork();
    if (child == 0) {
        start[0x4000] = 1;
        int isFound = 0;
        if (GetWriteWatch(0, start, 0x10000, pages, &count, &granularity) != 0)
            _exit(1);
        for (ULONG_PTR i = 0; i < count; i++)
            isFound += pages[i] == start + 0x3000 || pages[i] == start + 0x4000;
        start[0x5000] = 1;
        if (isFound != 2 || ResetWriteWatch(start, 0x10000) != 0)
            _exit(2);
        start[0x6000] = 1;
        count = 16;
        if (GetWriteWatch(0, start, 0x10000, pages, &count, &granularity) != 0 || count != 1 || pages[0] != start + 0x6000)
            _exit(3);
        _exit(0);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    count = 16;
    CHECK(GetWriteWatch(0, start, 0x10000, pages, &count, &granularity) == 0 && count == 1 && pages[0] == start + 0x3000);
    CHECK(VirtualFree(start, 0, MEM_RELEASE));
}

int main(void)
{
    memory = VirtualAlloc(NULL, pageCount * pageSize, MEM_RESERVE | MEM_WRITE_WATCH, PAGE_READWRITE);
    if (memory == NULL && is_unavailable())
        return finish();
    void *const most = mmap(NULL, 2 * pageCount * pageSize, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    can_lock = most != MAP_FAILED && mlock(most, 2 * pageCount * pageSize) == 0 && munmap(most, 2 * pageCount * pageSize) == 0;
    zeros = open("/dev/zero", O_RDONLY);
    CHECK(VirtualAlloc(memory, pageSize, MEM_COMMIT, PAGE_READWRITE) == memory);
    model[0].isCommitted = model[0].isWritable = true;
    is_tracked = read(zeros, memory, 1) == 1;
    model[0].isWritten = is_tracked;
    for (int i = 0; i < steps; i++)
        step();
    compare(0, pageCount, pageCount, 0);
    compare(0, pageCount, pageCount, WRITE_WATCH_FLAG_RESET);
    compare(0, pageCount, pageCount, 0);

    /* What was watched is ordinary memory again, and the other way round. */
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
    char *const plain = VirtualAlloc(memory, pageCount * pageSize, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    CHECK(plain == memory);
    memset(plain, 1, pageCount * pageSize);
    CHECK(VirtualFree(plain, 0, MEM_RELEASE));
    CHECK(VirtualAlloc(memory, pageCount * pageSize, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE) == memory);
    memset(model, 0, sizeof model);
    compare(0, pageCount, pageCount, 0);
    memory[7 * pageSize] = 0;
    model[7].isWritten = true;
    compare(0, pageCount, pageCount, 0);

    /* As much as there is: the cost is that of the pages which were touched. */
    char *const large = VirtualAlloc(NULL, 1ull << 40, MEM_RESERVE | MEM_WRITE_WATCH, PAGE_READWRITE);
    CHECK(large != NULL && VirtualAlloc(large + (1ull << 39), 0x10000, MEM_COMMIT, PAGE_READWRITE) != NULL);
    large[(1ull << 39) + 0x5000] = 1;
    PVOID pages[4];
    ULONG_PTR count = 4;
    ULONG granularity;
    CHECK(GetWriteWatch(WRITE_WATCH_FLAG_RESET, large, 1ull << 40, pages, &count, &granularity) == 0 && count == 1);
    CHECK(pages[0] == large + (1ull << 39) + 0x5000 && ResetWriteWatch(large, 1ull << 40) == 0);
    CHECK(VirtualFree(large, 0, MEM_RELEASE));
    /* What was watched leaves nothing behind. */
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
    char *watched[20];
    const int before = count_mappings();
    for (int i = 0; i < 20; i++)
        CHECK((watched[i] = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_WRITE_WATCH, PAGE_READWRITE)) != NULL);
    for (int i = 0; i < 20; i += 2)
        CHECK(VirtualFree(watched[i], 0, MEM_RELEASE));
    for (int i = 1; i < 20; i += 2)
        CHECK(VirtualFree(watched[i], 0, MEM_RELEASE));
    CHECK(count_mappings() <= before);
    check_fork();
    check_writers();
    return finish();
}
