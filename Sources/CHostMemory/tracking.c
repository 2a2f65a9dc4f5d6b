/*
 * Writes that the kernel keeps track of: pages that userfaultfd protects without asking anybody (Linux 6.7), and a scan of the page tables
 * for those whose protection a write has taken away. Pages that were never touched count as not written without any table behind them.
 */
#define _GNU_SOURCE
#include "host_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of newer kernels than the headers may be. */
#define FEATURE_WP_UNPOPULATED (1ull << 13)
#define FEATURE_WP_ASYNC (1ull << 15)
#define USER_MODE_ONLY 1
#define ADVICE_POPULATE_READ 22
#define ADVICE_POPULATE_WRITE 23
#define ADVICE_DONTNEED_LOCKED 24

enum { PAGE_WPALLOWED = 1, PAGE_WRITTEN = 2, PAGE_PRESENT = 8, PAGE_SWAPPED = 16, PAGE_PFNZERO = 32 };
enum { SCAN_WP_MATCHING = 1 };

struct page_run {
    uint64_t start, end, categories;
};

struct scan_argument {
    uint64_t size, flags, start, end, walk_end, runs, run_count, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

#define IOCTL_SCAN _IOWR('f', 16, struct scan_argument)

static int tracking = -1, page_map = -1;

/*
 * Set in a child of fork, whose memory is not tracked any more: ranges are tracked again when they are asked for, and what was touched
 * before counts as written until it is reset.
 */
static bool is_forked;

static int register_range(uintptr_t address, size_t size)
{
    struct uffdio_register range = {{address, size}, UFFDIO_REGISTER_MODE_WP, 0};
    return ioctl(tracking, UFFDIO_REGISTER, &range) == 0 ? 0 : errno;
}

/* Pages of the categories, but of none of the others. What has no storage is of no interest: kernels differ in what they say of it. */
static int scan(
    uintptr_t *address, uintptr_t end, uint64_t categories, uint64_t others, uint64_t flags, struct page_run *runs, size_t count)
{
    if (is_forked)
        register_range(*address, end - *address);
    struct scan_argument argument = {.size = sizeof argument};
    argument.flags = flags;
    argument.start = *address;
    argument.end = end;
    argument.runs = (uint64_t)(uintptr_t)runs;
    argument.run_count = count;
    argument.category_inverted = others;
    argument.category_mask = categories | others;
    argument.category_anyof_mask = PAGE_PRESENT | PAGE_SWAPPED;
    argument.return_mask = categories;
    const int found = ioctl(page_map, IOCTL_SCAN, &argument);
    if (found < 0)
        return -errno;
    *address = count == 0 ? end : (uintptr_t)argument.walk_end;
    return found;
}

/* As the system counts them where the kernel does not scan page tables: pages of files that only others have mapped are among them. */
static int resident_by_pages(uintptr_t *address, uintptr_t end, struct host_page_run *found, size_t capacity)
{
    enum { CHUNK = 4096 };
    unsigned char pages[CHUNK];
    const size_t size = host_page_size();
    const uintptr_t start = *address, last = end - start > CHUNK * size ? start + CHUNK * size : end;
    if (mincore((void *)start, last - start, pages) != 0) {
        if (errno != ENOMEM)
            return -errno;
        /* Something in between is gone. */
        for (size_t i = 0; i < (last - start) / size; i++)
            if (mincore((void *)(start + i * size), size, pages + i) != 0)
                pages[i] = 0;
    }
    size_t count = 0;
    uintptr_t at = start;
    for (; at < last; at += size) {
        if (!(pages[(at - start) / size] & 1))
            continue;
        if (count > 0 && found[count - 1].end == at) {
            found[count - 1].end = at + size;
            continue;
        }
        if (count == capacity)
            break;
        found[count++] = (struct host_page_run) {at, at + size};
    }
    *address = at;
    return (int)count;
}

int host_resident_pages(int table, uintptr_t *address, uintptr_t end, struct host_page_run *found, size_t capacity)
{
    struct page_run runs[64];
    const size_t limit = sizeof runs / sizeof *runs;
    struct scan_argument argument = {.size = sizeof argument};
    argument.start = *address;
    argument.end = end;
    argument.runs = (uint64_t)(uintptr_t)runs;
    argument.run_count = capacity < limit ? capacity : limit;
    argument.category_mask = argument.return_mask = PAGE_PRESENT;
    const int count = table < 0 ? -1 : ioctl(table, IOCTL_SCAN, &argument);
    if (count < 0)
        return resident_by_pages(address, end, found, capacity);
    for (int i = 0; i < count; i++)
        found[i] = (struct host_page_run) {(uintptr_t)runs[i].start, (uintptr_t)runs[i].end};
    *address = (uintptr_t)argument.walk_end;
    return count;
}

int host_written_pages(uintptr_t *address, uintptr_t end, struct host_page_run *found, size_t capacity)
{
    struct page_run runs[64];
    const size_t limit = sizeof runs / sizeof *runs;
    /* What was only read is the page of zeros that everybody shares, and that is never protected. */
    const int count = scan(
        address, end, PAGE_WPALLOWED | PAGE_WRITTEN, PAGE_PFNZERO, 0, runs, capacity < limit ? capacity : limit);
    for (int i = 0; i < count; i++)
        found[i] = (struct host_page_run) {(uintptr_t)runs[i].start, (uintptr_t)runs[i].end};
    return count;
}

int host_forget_writes(uintptr_t address, size_t size)
{
    const int result = scan(
        &address, address + size, PAGE_WPALLOWED | PAGE_WRITTEN, PAGE_PFNZERO, SCAN_WP_MATCHING, NULL, 0);
    return result < 0 ? -result : 0;
}

int host_track_writes(uintptr_t address, size_t size)
{
    const int error = register_range(address, size);
    if (error != 0)
        return error;
    /* A write to a large page would count for all of it. A kernel without large pages does not know the advice. */
    madvise((void *)address, size, MADV_NOHUGEPAGE);
    return 0;
}

int host_empty_tracked(uintptr_t address, size_t size)
{
    if (mprotect((void *)address, size, PROT_NONE) != 0)
        return errno;
    munlock((void *)address, size);
    return madvise((void *)address, size, ADVICE_DONTNEED_LOCKED) == 0 ? 0 : errno;
}

int host_lock_tracked(uintptr_t address, size_t size)
{
    /* Pages that are locked as a whole would be written by the kernel once more when their protection allows it again. */
    if (mlock2((void *)address, size, MLOCK_ONFAULT) != 0)
        return errno;
    if (madvise((void *)address, size, ADVICE_POPULATE_WRITE) == 0)
        return 0;
    /* Some are not to be written. */
    const size_t page = host_page_size();
    for (uintptr_t at = address; at < address + size; at += page) {
        if (madvise((void *)at, page, ADVICE_POPULATE_WRITE) == 0 || madvise((void *)at, page, ADVICE_POPULATE_READ) == 0)
            continue;
        const int error = errno;
        munlock((void *)address, size);
        return error;
    }
    return 0;
}

/* Whether all of it works, by trying: a page that the kernel writes, one that is read, one that is written again. */
static bool is_working(void)
{
    const size_t page = host_page_size();
    unsigned char *const memory = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    const uintptr_t first = (uintptr_t)memory;
    bool works = host_track_writes(first, 3 * page) == 0;
    const int zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    works = works && zeros >= 0 && *(volatile unsigned char *)memory == 0 && read(zeros, memory + page, 1) == 1;
    for (int round = 0; works && round < 2; round++) {
        struct host_page_run run;
        uintptr_t at = first;
        works = host_written_pages(&at, first + 3 * page, &run, 1) == 1 && run.start == first + page && run.end == first + 2 * page
            && host_forget_writes(first, 3 * page) == 0;
        at = first;
        works = works && host_written_pages(&at, first + 3 * page, &run, 1) == 0 && at == first + 3 * page;
        *(volatile unsigned char *)(memory + page) = 1;
    }
    works = works && host_empty_tracked(first, 3 * page) == 0;
    if (zeros >= 0)
        close(zeros);
    munmap(memory, 3 * page);
    return works;
}

static void close_descriptors(void)
{
    if (tracking >= 0)
        close(tracking);
    if (page_map >= 0)
        close(page_map);
    tracking = page_map = -1;
}

static bool open_descriptors(void)
{
    tracking = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | USER_MODE_ONLY);
    struct uffdio_api api = {UFFD_API, FEATURE_WP_ASYNC | FEATURE_WP_UNPOPULATED, 0};
    if (tracking >= 0 && ioctl(tracking, UFFDIO_API, &api) == 0)
        page_map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (page_map < 0)
        close_descriptors();
    return page_map >= 0;
}

/* The descriptors are the parent's memory's: through them a child would reset what its parent has written. */
static void start_child(void)
{
    /* Not tracked so far; a child that could not open its own has its children try again. */
    if (tracking < 0 && !is_forked)
        return;
    close_descriptors();
    is_forked = true;
    open_descriptors();
}

/* Before there are calls: theirs hold a lock that a fork takes as well, which may hold the one that this needs. */
__attribute__((constructor)) static void follow_forks(void) { pthread_atfork(NULL, NULL, start_child); }

static bool open_tracking(void)
{
    if (open_descriptors() && is_working())
        return true;
    close_descriptors();
    return false;
}

enum host_tracking host_tracking(void)
{
    static enum host_tracking answer;
    static bool is_answered;
    if (is_answered)
        return answer;
    is_answered = true;
    const char *const wanted = getenv("STRATA_WRITE_WATCH");
    const bool insists = wanted != NULL && strcmp(wanted, "kernel") == 0;
    if (wanted != NULL && strcmp(wanted, "faults") == 0)
        answer = HOST_TRACKING_BY_FAULTS;
    else
        answer = open_tracking() ? HOST_TRACKING_BY_KERNEL : insists ? HOST_TRACKING_REFUSED : HOST_TRACKING_BY_FAULTS;
    return answer;
}
