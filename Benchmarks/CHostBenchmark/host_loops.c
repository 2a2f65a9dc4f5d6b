#define _GNU_SOURCE
#include "host_benchmark.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "demand.h"

#define DEMAND(condition) demand((condition) != 0, #condition, (unsigned)errno)

static void *raw_none(size_t size)
{
    void *at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    DEMAND(at != MAP_FAILED);
    return at;
}

void raw_reserve_size(int rounds, int exponent)
{
    for (int i = 0; i < rounds; i++)
        DEMAND(munmap(raw_none((size_t)1 << exponent), (size_t)1 << exponent) == 0);
}

void raw_reserve(int rounds) { raw_reserve_size(rounds, 16); }

void raw_reserve_commit(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        void *at = mmap(NULL, granule, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        DEMAND(at != MAP_FAILED && munmap(at, granule) == 0);
    }
}

static void raw_pages(int rounds, int touches)
{
    static char *base;
    if (base == NULL)
        base = raw_none(mapped);
    for (int i = 0; i < rounds; i++) {
        DEMAND(mprotect(base + granule, page, PROT_READ | PROT_WRITE) == 0);
        if (touches)
            *(volatile char *)(base + granule) = 1;
        DEMAND(mmap(base + granule, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED);
    }
}

void raw_commit(int rounds) { raw_pages(rounds, 0); }
void raw_commit_touch(int rounds) { raw_pages(rounds, 1); }

static void raw_both_ways(int rounds, char *at, size_t size)
{
    for (int i = 0; i < rounds; i++)
        DEMAND(mprotect(at, size, PROT_READ) == 0 && mprotect(at, size, PROT_READ | PROT_WRITE) == 0);
}

static char *raw_committed(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    DEMAND(at != MAP_FAILED);
    return at;
}

void raw_protect(int rounds)
{
    static char *base;
    if (base == NULL)
        base = raw_committed(mapped);
    raw_both_ways(rounds, base + granule, page);
}

void raw_protect_large(int rounds)
{
    static char *base;
    if (base == NULL)
        base = raw_committed(large);
    raw_both_ways(rounds, base, large);
}

void raw_protect_inside(int rounds)
{
    /* Between pages of the same mapping, one of them touched: as a region lies among others. */
    static char *base;
    if (base == NULL) {
        base = raw_committed(large + 2 * (size_t)mapped);
        *(volatile char *)base = 1;
    }
    raw_both_ways(rounds, base + mapped, large);
}

void raw_map(int rounds)
{
    static int file = -1;
    if (file < 0) {
        file = memfd_create("benchmark", 0);
        DEMAND(file >= 0 && ftruncate(file, mapped) == 0);
    }
    for (int i = 0; i < rounds; i++) {
        void *at = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        DEMAND(at != MAP_FAILED && munmap(at, mapped) == 0);
    }
}

static void raw_blocks(int rounds, size_t size)
{
    for (int i = 0; i < rounds; i++) {
        volatile char *const block = malloc(size);
        DEMAND(block != NULL);
        *block = 1;
        free((void *)block);
    }
}

void raw_heap(int rounds) { raw_blocks(rounds, 64); }
void raw_heap_larger(int rounds) { raw_blocks(rounds, 5000); }

void raw_heap_random(int rounds)
{
    enum { count = 10000 };
    static void *blocks[count];
    static unsigned state = 1;
    for (int i = 0; i < rounds; i++) {
        state = state * 1664525 + 1013904223;
        void **const block = blocks + (state >> 8) % count;
        free(*block);
        *block = malloc(16 + (state >> 20) % 985);
        DEMAND(*block != NULL);
    }
}
