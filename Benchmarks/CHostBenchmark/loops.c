#define _GNU_SOURCE
#include "host_benchmark.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "strata-vm.h"

static void demand(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "%s failed (error %u)\n", what, GetLastError());
        exit(1);
    }
}

#define DEMAND(condition) demand((condition) != 0, #condition)

enum { page = 0x1000, granule = 0x10000, mapped = 0x100000 };
static const size_t large = (size_t)1 << 30;

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

void strata_reserve_size(int rounds, int exponent)
{
    for (int i = 0; i < rounds; i++) {
        void *at = VirtualAlloc(NULL, (size_t)1 << exponent, MEM_RESERVE, PAGE_NOACCESS);
        DEMAND(at != NULL && VirtualFree(at, 0, MEM_RELEASE));
    }
}

void raw_reserve(int rounds) { raw_reserve_size(rounds, 16); }
void strata_reserve(int rounds) { strata_reserve_size(rounds, 16); }

void raw_reserve_commit(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        void *at = mmap(NULL, granule, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        DEMAND(at != MAP_FAILED && munmap(at, granule) == 0);
    }
}

void strata_reserve_commit(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        void *at = VirtualAlloc(NULL, granule, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        DEMAND(at != NULL && VirtualFree(at, 0, MEM_RELEASE));
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

static void strata_pages(int rounds, int touches)
{
    static char *base;
    if (base == NULL)
        base = VirtualAlloc(NULL, mapped, MEM_RESERVE, PAGE_READWRITE);
    for (int i = 0; i < rounds; i++) {
        DEMAND(VirtualAlloc(base + granule, page, MEM_COMMIT, PAGE_READWRITE) != NULL);
        if (touches)
            *(volatile char *)(base + granule) = 1;
        DEMAND(VirtualFree(base + granule, page, MEM_DECOMMIT));
    }
}

void raw_commit(int rounds) { raw_pages(rounds, 0); }
void strata_commit(int rounds) { strata_pages(rounds, 0); }
void raw_commit_touch(int rounds) { raw_pages(rounds, 1); }
void strata_commit_touch(int rounds) { strata_pages(rounds, 1); }

static void raw_both_ways(int rounds, char *at, size_t size)
{
    for (int i = 0; i < rounds; i++)
        DEMAND(mprotect(at, size, PROT_READ) == 0 && mprotect(at, size, PROT_READ | PROT_WRITE) == 0);
}

static void strata_both_ways(int rounds, char *at, size_t size)
{
    DWORD old;
    for (int i = 0; i < rounds; i++)
        DEMAND(VirtualProtect(at, size, PAGE_READONLY, &old) && VirtualProtect(at, size, PAGE_READWRITE, &old));
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

void strata_protect(int rounds)
{
    static char *base;
    if (base == NULL)
        base = VirtualAlloc(NULL, mapped, MEM_COMMIT, PAGE_READWRITE);
    strata_both_ways(rounds, base + granule, page);
}

void raw_protect_large(int rounds)
{
    static char *base;
    if (base == NULL)
        base = raw_committed(large);
    raw_both_ways(rounds, base, large);
}

void strata_protect_large(int rounds)
{
    static char *base;
    if (base == NULL)
        base = VirtualAlloc(NULL, large, MEM_COMMIT, PAGE_READWRITE);
    strata_both_ways(rounds, base, large);
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

void strata_map(int rounds)
{
    static HANDLE section;
    if (section == NULL)
        section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, mapped, NULL);
    for (int i = 0; i < rounds; i++) {
        void *at = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
        DEMAND(at != NULL && UnmapViewOfFile(at));
    }
}

static char *queried;
static size_t queried_size;

void strata_query_begin(int exponent)
{
    queried_size = (size_t)1 << exponent;
    DEMAND(queried = VirtualAlloc(NULL, queried_size, MEM_RESERVE, PAGE_NOACCESS));
}

void strata_query(int rounds)
{
    MEMORY_BASIC_INFORMATION information;
    for (int i = 0; i < rounds; i++)
        DEMAND(VirtualQuery(queried + queried_size / 2, &information, sizeof information) != 0);
}

void strata_query_end(void) { DEMAND(VirtualFree(queried, 0, MEM_RELEASE)); }

static void **many;

int strata_many_prepare(int count)
{
    many = realloc(many, (size_t)count * sizeof *many);
    return many != NULL;
}

void strata_many_reserve(int count)
{
    for (int i = 0; i < count; i++)
        DEMAND(many[i] = VirtualAlloc(NULL, granule, MEM_RESERVE, PAGE_NOACCESS));
}

void strata_many_holes(int count)
{
    for (int i = 1; i < count; i += 2)
        DEMAND(VirtualFree(many[i], 0, MEM_RELEASE));
}

void strata_many_query(int count, int rounds)
{
    MEMORY_BASIC_INFORMATION information;
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < rounds; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        DEMAND(VirtualQuery(many[state % (uint64_t)count & ~(uint64_t)1], &information, sizeof information) != 0);
    }
}

int strata_walk(void)
{
    MEMORY_BASIC_INFORMATION information;
    int blocks = 0;
    const char *at = (const char *)many[0];
    while (VirtualQuery(at, &information, sizeof information) != 0 && information.RegionSize < (size_t)1 << 40) {
        blocks++;
        at = (const char *)information.BaseAddress + information.RegionSize;
    }
    return blocks;
}

void strata_past_holes(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        void *at = VirtualAlloc(NULL, 2 * granule, MEM_RESERVE, PAGE_NOACCESS);
        DEMAND(at != NULL && VirtualFree(at, 0, MEM_RELEASE));
    }
}

void strata_many_release(int count)
{
    for (int i = 0; i < count; i += 2)
        DEMAND(VirtualFree(many[i], 0, MEM_RELEASE));
}
