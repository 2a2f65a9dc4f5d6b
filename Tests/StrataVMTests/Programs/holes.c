/* What was released as a whole leaves a hole in the library's addresses, in which anybody may map something. */
#include <stdbool.h>
#include <sys/mman.h>
#include "check.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

enum { granule = 0x10000, page = 0x1000 };

static bool is_free(const void *at, size_t size)
{
    MEMORY_BASIC_INFORMATION information;
    return VirtualQuery(at, &information, sizeof information) != 0 && information.State == MEM_FREE && information.RegionSize >= size;
}

static char *commit(void *at, size_t size) { return VirtualAlloc(at, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE); }

/* Somebody else's mapping where the library had memory before; NULL where the kernel refuses. */
static char *intrude(char *at, size_t size)
{
    char *const mapping = mmap(at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (mapping == MAP_FAILED)
        return NULL;
    memset(mapping, 0xA5, size);
    return mapping;
}

static bool is_untouched(const char *at, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)at[i] != 0xA5)
            return false;
    return true;
}

static void check_intruders(void)
{
    const size_t size = 4 * granule;
    for (int way = 0; way < 4; way++) {
        char *const old = commit(NULL, size);
        CHECK(old != NULL && VirtualFree(old, 0, MEM_RELEASE) && is_free(old, size));
        char *const theirs = intrude(old + granule, 2 * page);
        CHECK(theirs == old + granule);
        char *mine = NULL;
        if (way == 0)
            mine = commit(NULL, size);
        if (way == 1)
            mine = VirtualAlloc(NULL, size, MEM_RESERVE, PAGE_NOACCESS);
        if (way == 2)
            mine = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
        if (way == 3) {
            const HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, (DWORD)size, NULL);
            mine = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
            CHECK(section != NULL && CloseHandle(section));
        }
        /* Elsewhere, and theirs is as they left it. */
        CHECK(mine != NULL && (mine + size <= theirs || mine >= theirs + 2 * page));
        CHECK(is_untouched(theirs, 2 * page));
        CHECK(commit(old, size) == NULL && GetLastError() == ERROR_INVALID_ADDRESS);
        MEMORY_BASIC_INFORMATION information;
        CHECK(VirtualQuery(theirs, &information, sizeof information) != 0 && information.State == MEM_COMMIT);
        CHECK(way == 3 ? UnmapViewOfFile(mine) : VirtualFree(mine, 0, MEM_RELEASE));
        CHECK(is_untouched(theirs, 2 * page) && munmap(theirs, 2 * page) == 0);
        /* They are gone: whoever asks for the addresses by name gets them. */
        CHECK((mine = commit(old, size)) == old && old[granule] == 0);
        CHECK(VirtualFree(old, 0, MEM_RELEASE));
    }
}

/* Named addresses in a hole that somebody has taken are in use. */
static void check_names(void)
{
    char *const old = commit(NULL, 2 * granule);
    CHECK(old != NULL && VirtualFree(old, 0, MEM_RELEASE));
    char *const theirs = intrude(old, page);
    CHECK(theirs == old);
    CHECK(VirtualAlloc(old, granule, MEM_RESERVE, PAGE_NOACCESS) == NULL && GetLastError() == ERROR_INVALID_ADDRESS);
    CHECK(commit(old, granule) == NULL && GetLastError() == ERROR_INVALID_ADDRESS);
    CHECK(is_untouched(theirs, page) && munmap(theirs, page) == 0);
}

/* In every size and order: what is new is empty, and the holes never are many. */
static void check_churn(void)
{
    enum { blocks = 64, steps = 20000 };
    static char *block[blocks];
    static size_t size[blocks];
    static bool isCommitted[blocks];
    unsigned long long state = 88172645463325252ull;
    const int before = count_mappings();
    for (int step = 0; step < steps; step++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        const unsigned i = (unsigned)(state >> 20) % blocks;
        if (block[i] != NULL) {
            CHECK(!isCommitted[i] || (block[i][0] == (char)i && block[i][size[i] - 1] == (char)~i));
            CHECK(VirtualFree(block[i], 0, MEM_RELEASE) && is_free(block[i], size[i]));
            block[i] = NULL;
            continue;
        }
        size[i] = (1 + (state >> 30) % 40) * page;
        const unsigned kind = (unsigned)(state >> 40) % 4;
        isCommitted[i] = kind != 0;
        block[i] = VirtualAlloc(
            NULL, size[i], MEM_RESERVE | (isCommitted[i] ? MEM_COMMIT : 0) | (kind == 1 ? MEM_TOP_DOWN : 0), PAGE_READWRITE);
        CHECK(block[i] != NULL);
        if (!isCommitted[i]) {
            isCommitted[i] = (state >> 50) % 2 == 0;
            CHECK(!isCommitted[i] || VirtualAlloc(block[i], size[i], MEM_COMMIT, PAGE_READWRITE) == block[i]);
        }
        if (!isCommitted[i])
            continue;
        bool isEmpty = true;
        for (size_t at = 0; at < size[i]; at += page / 4)
            isEmpty = isEmpty && block[i][at] == 0;
        CHECK(isEmpty);
        block[i][0] = (char)i;
        block[i][size[i] - 1] = (char)~i;
    }
    /* Blocks that border on each other are one mapping or several; holes are 32 at most. */
    CHECK(count_mappings() <= before + 2 * blocks + 2 * 32);
    for (int i = 0; i < blocks; i++)
        CHECK(block[i] == NULL || VirtualFree(block[i], 0, MEM_RELEASE));
    CHECK(count_mappings() <= before + 2 * 32);
}

/* Watched memory, placeholders and views take the place of what was there. */
static void check_kinds(void)
{
    const size_t size = 2 * granule;
    char *const old = commit(NULL, size);
    CHECK(old != NULL && VirtualFree(old, 0, MEM_RELEASE));
    CHECK(VirtualAlloc(old, size, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE) == old);
    old[page] = 1;
    PVOID pages[2];
    ULONG_PTR count = 2;
    ULONG granularity;
    CHECK(GetWriteWatch(0, old, size, pages, &count, &granularity) == 0 && count == 1 && pages[0] == old + page);
    CHECK(VirtualFree(old, 0, MEM_RELEASE));
    CHECK(VirtualAlloc2(NULL, old, size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0) == old);
    CHECK(VirtualFree(old, granule, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    const HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, (DWORD)size, NULL);
    CHECK(MapViewOfFile3(section, NULL, old, 0, granule, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0) == old);
    old[0] = 2;
    CHECK(UnmapViewOfFile2(GetCurrentProcess(), old, MEM_PRESERVE_PLACEHOLDER));
    CHECK(VirtualFree(old, size, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS) && VirtualFree(old, 0, MEM_RELEASE));
    for (int round = 0; round < 3; round++) {
        char *const view = MapViewOfFileEx(section, FILE_MAP_WRITE, 0, 0, 0, old);
        CHECK(view == old && view[0] == 2 + round);
        view[0]++;
        CHECK(UnmapViewOfFile(view) && is_free(old, size));
    }
    CHECK(CloseHandle(section));
}

int main(void)
{
    check_intruders();
    check_names();
    check_kinds();
    check_churn();
    return finish();
}
