/* The loops over Windows's calls: built against libstrata-vm here, and for Wine with Windows's own headers. */
#include "host_benchmark.h"

#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#include <windows.h>
#else
#include "strata-vm.h"
#endif

#include "demand.h"

#define DEMAND(condition) demand((condition) != 0, #condition, GetLastError())

void windows_reserve_size(int rounds, int exponent)
{
    for (int i = 0; i < rounds; i++) {
        void *at = VirtualAlloc(NULL, (size_t)1 << exponent, MEM_RESERVE, PAGE_NOACCESS);
        DEMAND(at != NULL && VirtualFree(at, 0, MEM_RELEASE));
    }
}

void windows_reserve(int rounds) { windows_reserve_size(rounds, 16); }

void windows_reserve_commit(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        void *at = VirtualAlloc(NULL, granule, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        DEMAND(at != NULL && VirtualFree(at, 0, MEM_RELEASE));
    }
}

static void windows_pages(int rounds, int touches)
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

void windows_commit(int rounds) { windows_pages(rounds, 0); }
void windows_commit_touch(int rounds) { windows_pages(rounds, 1); }

static void windows_both_ways(int rounds, char *at, size_t size)
{
    DWORD old;
    for (int i = 0; i < rounds; i++)
        DEMAND(VirtualProtect(at, size, PAGE_READONLY, &old) && VirtualProtect(at, size, PAGE_READWRITE, &old));
}

enum { watched = 1024 };

static char *windows_watched(void)
{
    static char *base;
    if (base == NULL) {
        base = VirtualAlloc(NULL, watched * page, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
        DEMAND(base != NULL);
        for (int i = 0; i < watched; i++)
            base[i * page] = 1;
        DEMAND(ResetWriteWatch(base, watched * page) == 0);
    }
    return base;
}

void windows_watch_write(int rounds)
{
    static int next;
    volatile char *const base = windows_watched();
    for (int i = 0; i < rounds; i++) {
        base[next * page] = 2;
        next = (next + 1) % watched;
        if (next == 0)
            DEMAND(ResetWriteWatch((char *)base, watched * page) == 0);
    }
}

void windows_watch_collect(int rounds)
{
    volatile char *const base = windows_watched();
    DEMAND(ResetWriteWatch((char *)base, watched * page) == 0);
    for (int i = 0; i < rounds; i++) {
        void *written;
        ULONG_PTR count = 1;
        DWORD granularity;
        base[i % watched * page] = 3;
        DEMAND(GetWriteWatch(WRITE_WATCH_FLAG_RESET, (char *)base, watched * page, &written, &count, &granularity) == 0);
        DEMAND(count == 1 && written == base + i % watched * page);
    }
}

void windows_protect(int rounds)
{
    static char *base;
    if (base == NULL)
        base = VirtualAlloc(NULL, mapped, MEM_COMMIT, PAGE_READWRITE);
    windows_both_ways(rounds, base + granule, page);
}

void windows_protect_large(int rounds)
{
    static char *base;
    if (base == NULL)
        base = VirtualAlloc(NULL, large, MEM_COMMIT, PAGE_READWRITE);
    windows_both_ways(rounds, base, large);
}

void windows_map(int rounds)
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

void windows_query_begin(int exponent)
{
    queried_size = (size_t)1 << exponent;
    DEMAND(queried = VirtualAlloc(NULL, queried_size, MEM_RESERVE, PAGE_NOACCESS));
}

void windows_query(int rounds)
{
    MEMORY_BASIC_INFORMATION information;
    for (int i = 0; i < rounds; i++)
        DEMAND(VirtualQuery(queried + queried_size / 2, &information, sizeof information) != 0);
}

void windows_query_end(void) { DEMAND(VirtualFree(queried, 0, MEM_RELEASE)); }

static void **many;

int windows_many_prepare(int count)
{
    many = realloc(many, (size_t)count * sizeof *many);
    return many != NULL;
}

void windows_many_reserve(int count)
{
    for (int i = 0; i < count; i++)
        DEMAND(many[i] = VirtualAlloc(NULL, granule, MEM_RESERVE, PAGE_NOACCESS));
}

void windows_many_holes(int count)
{
    for (int i = 1; i < count; i += 2)
        DEMAND(VirtualFree(many[i], 0, MEM_RELEASE));
}

void windows_many_query(int count, int rounds)
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

int windows_walk(void)
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

void windows_past_holes(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        void *at = VirtualAlloc(NULL, 2 * granule, MEM_RESERVE, PAGE_NOACCESS);
        DEMAND(at != NULL && VirtualFree(at, 0, MEM_RELEASE));
    }
}

void windows_many_release(int count)
{
    for (int i = 0; i < count; i += 2)
        DEMAND(VirtualFree(many[i], 0, MEM_RELEASE));
}

static void windows_blocks(int rounds, size_t size)
{
    const HANDLE heap = GetProcessHeap();
    for (int i = 0; i < rounds; i++) {
        volatile char *const block = HeapAlloc(heap, 0, size);
        DEMAND(block != NULL);
        *block = 1;
        DEMAND(HeapFree(heap, 0, (void *)block));
    }
}

void windows_heap(int rounds) { windows_blocks(rounds, 64); }
void windows_heap_larger(int rounds) { windows_blocks(rounds, 5000); }

void windows_heap_random(int rounds)
{
    enum { count = 10000 };
    static void *blocks[count];
    static unsigned state = 1;
    for (int i = 0; i < rounds; i++) {
        state = state * 1664525 + 1013904223;
        void **const block = blocks + (state >> 8) % count;
        DEMAND(HeapFree(GetProcessHeap(), 0, *block));
        *block = HeapAlloc(GetProcessHeap(), 0, 16 + (state >> 20) % 985);
        DEMAND(*block != NULL);
    }
}
