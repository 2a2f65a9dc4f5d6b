#define _GNU_SOURCE
#include "host_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MADV_FREE
#define MADV_FREE 8
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static int map_new(uintptr_t address, size_t size, int protection, int flags, int descriptor, off_t offset)
{
    void *at = mmap((void *)address, size, protection, flags | MAP_FIXED_NOREPLACE, descriptor, offset);
    if (at == MAP_FAILED)
        return errno;
    if (at != (void *)address) {
        /* A kernel that does not know the flag took the address for a hint. */
        munmap(at, size);
        return EEXIST;
    }
    return 0;
}

int host_map_new(uintptr_t address, size_t size, int protection)
{
    return map_new(address, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

int host_claim(uintptr_t address, size_t size)
{
    return host_map_new(address, size, PROT_NONE);
}

static int file_flags(bool shared)
{
    return shared ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE;
}

int host_map_new_file(uintptr_t address, size_t size, int protection, int descriptor, uint64_t offset, bool shared)
{
    return map_new(address, size, protection, file_flags(shared), descriptor, (off_t)offset);
}

int host_unclaim(uintptr_t address, size_t size)
{
    return munmap((void *)address, size) == 0 ? 0 : errno;
}

int host_map_file(uintptr_t address, size_t size, int protection, int descriptor, uint64_t offset, bool shared)
{
    void *at = mmap(
        (void *)address, size, protection, file_flags(shared) | MAP_FIXED,
        descriptor, (off_t)offset);
    return at == MAP_FAILED ? errno : 0;
}

int host_make_free(uintptr_t address, size_t size)
{
    return madvise((void *)address, size, MADV_FREE) == 0 ? 0 : errno;
}

/* Whether the kernel brings in pages for writing: asked of a page that can be written, since it refuses others in the same words. */
static bool can_populate(void)
{
    static int answer;
    if (__atomic_load_n(&answer, __ATOMIC_RELAXED) == 0) {
        const size_t page = host_page_size();
        void *const own = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (own == MAP_FAILED)
            return false;
        __atomic_store_n(&answer, madvise(own, page, MADV_POPULATE_WRITE) == 0 ? 1 : -1, __ATOMIC_RELAXED);
        munmap(own, page);
    }
    return __atomic_load_n(&answer, __ATOMIC_RELAXED) > 0;
}

/* Dirties a page that is in memory, without a change. */
static int dirty(uintptr_t page, int *memory)
{
    if (madvise((void *)page, host_page_size(), MADV_POPULATE_WRITE) == 0)
        return 0;
    if (errno != EINVAL)
        return errno;
    if (*memory < 0 && (*memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC)) < 0)
        return errno;
    char byte;
    return pread(*memory, &byte, 1, (off_t)page) == 1 && pwrite(*memory, &byte, 1, (off_t)page) == 1 ? 0 : errno;
}

enum { KEPT_AT_ONCE = 16 };

static int keep_some(uintptr_t address, size_t count, int *memory)
{
    const size_t page = host_page_size(), size = count * page;
    unsigned char resident[KEPT_AT_ONCE];
    /* Locked ones cannot go between the look and what keeps them. Where locking is refused that is a matter of microseconds. */
    const bool is_locked = syscall(SYS_mlock2, address, size, MLOCK_ONFAULT) == 0;
    int error = mincore((void *)address, size, resident) == 0 ? 0 : errno;
    for (size_t i = 0; i < count && error == 0; i++)
        error = resident[i] & 1 ? 0 : ENODATA;
    for (size_t i = 0; i < count && error == 0; i++)
        error = dirty(address + i * page, memory);
    if (is_locked)
        munlock((void *)address, size);
    return error;
}

int host_keep(uintptr_t address, size_t size)
{
    if (!can_populate())
        return ENOSYS;
    const size_t count = size / host_page_size();
    int memory = -1, error = 0;
    for (size_t done = 0; done < count && error == 0; done += KEPT_AT_ONCE)
        error = keep_some(address + done * host_page_size(), count - done < KEPT_AT_ONCE ? count - done : KEPT_AT_ONCE, &memory);
    if (memory >= 0)
        close(memory);
    return error;
}

int host_prefetch(uintptr_t address, size_t size)
{
    return madvise((void *)address, size, MADV_WILLNEED) == 0 ? 0 : errno;
}

int host_page_out(uintptr_t address, size_t size)
{
    return madvise((void *)address, size, MADV_PAGEOUT) == 0 ? 0 : errno;
}

void host_allow_locking(uint64_t size)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur >= size || limit.rlim_cur >= limit.rlim_max)
        return;
    limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
    setrlimit(RLIMIT_MEMLOCK, &limit);
}

int host_lock(uintptr_t address, size_t size)
{
    return mlock((void *)address, size) == 0 ? 0 : errno;
}

int host_unlock(uintptr_t address, size_t size)
{
    return munlock((void *)address, size) == 0 ? 0 : errno;
}

int host_synchronize(uintptr_t address, size_t size)
{
    return msync((void *)address, size, MS_SYNC) == 0 ? 0 : errno;
}

int host_residency(uintptr_t address, size_t size, unsigned char *pages)
{
    return mincore((void *)address, size, pages) == 0 ? 0 : errno;
}

int host_anonymous_file(const char *name, uint64_t size)
{
    int descriptor = memfd_create(name, MFD_CLOEXEC);
    if (descriptor < 0)
        return -errno;
    if (ftruncate(descriptor, (off_t)size) != 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

size_t host_page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

uint64_t host_address_space_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT64_MAX;
    return limit.rlim_cur;
}

uintptr_t host_program_break(void)
{
    return (uintptr_t)sbrk(0);
}

uintptr_t host_stack(void) { return (uintptr_t)getauxval(AT_RANDOM); }

uintptr_t host_next_mapping(void)
{
    const size_t size = host_page_size();
    void *at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        return 0;
    munmap(at, size);
    return (uintptr_t)at;
}

int host_prefer_large_pages(uintptr_t address, size_t size)
{
    return madvise((void *)address, size, MADV_HUGEPAGE) == 0 ? 0 : errno;
}

bool host_has_large_pages(size_t size)
{
    void *at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    if (at == MAP_FAILED)
        return false;
    munmap(at, size);
    return true;
}

int host_map_large_pages(uintptr_t address, size_t size, int protection)
{
    /* Taken elsewhere first: a mapping that fails at its place may have taken away what was there. */
    void *at = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    if (at == MAP_FAILED)
        return errno;
    if (mremap(at, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)address) != MAP_FAILED)
        return 0;
    const int error = errno;
    munmap(at, size);
    host_clear(address, size);
    return error;
}

int host_punch_hole(int descriptor, uint64_t offset, uint64_t size)
{
    return fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)size) == 0 ? 0 : errno;
}

uint64_t host_memory_and_swap(void)
{
    struct sysinfo information;
    if (sysinfo(&information) != 0)
        return 0;
    return ((uint64_t)information.totalram + information.totalswap) * information.mem_unit;
}

int64_t host_file_size(int descriptor)
{
    struct stat information;
    return fstat(descriptor, &information) == 0 ? (int64_t)information.st_size : -errno;
}

int host_resize_file(int descriptor, uint64_t size)
{
    return ftruncate(descriptor, (off_t)size) == 0 ? 0 : errno;
}

int host_synchronize_file(int descriptor)
{
    return fsync(descriptor) == 0 ? 0 : errno;
}
