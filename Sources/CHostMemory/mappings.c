#define _GNU_SOURCE
#include "host_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

int host_keep(uintptr_t address, size_t size)
{
    if (madvise((void *)address, size, MADV_POPULATE_WRITE) == 0)
        return 0;
    /* Where some may not be written the kernel alone can do it, and nobody else is at it. */
    const int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
    const size_t page = host_page_size();
    int error = memory < 0 ? errno : 0;
    for (size_t done = 0; done < size && error == 0; done += page) {
        char byte;
        const off_t at = (off_t)(address + done);
        if (madvise((void *)(address + done), page, MADV_POPULATE_WRITE) == 0)
            continue;
        if (pread(memory, &byte, 1, at) != 1 || pwrite(memory, &byte, 1, at) != 1)
            error = errno;
    }
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
