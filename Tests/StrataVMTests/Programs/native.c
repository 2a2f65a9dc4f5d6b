/* The native calls: which argument they complain of, what they round to and what they leave alone when they fail. */
#include "check.h"

#define SELF NtCurrentProcess()
#define NOBODY ((HANDLE)(ULONG_PTR)0xABCDE0)
#define BEYOND ((PVOID)0x7FFFFFFF0000)

static NTSTATUS allocate(ULONG_PTR at, ULONG_PTR bits, SIZE_T size, ULONG type, ULONG protection)
{
    PVOID base = (PVOID)at;
    const SIZE_T asked = size;
    const NTSTATUS status = NtAllocateVirtualMemory(SELF, &base, bits, &size, type, protection);
    if (status == STATUS_SUCCESS) {
        SIZE_T all = 0;
        CHECK((at & ~(ULONG_PTR)0xFFFF) == 0 || ((ULONG_PTR)base & ~(ULONG_PTR)0xFFFF) == (at & ~(ULONG_PTR)0xFFFF));
        CHECK(NtFreeVirtualMemory(SELF, &base, &all, MEM_RELEASE) == STATUS_SUCCESS);
    } else {
        CHECK((ULONG_PTR)base == at && size == asked);
    }
    return status;
}

static void test_allocation_arguments(void)
{
    const ULONG both = MEM_RESERVE | MEM_COMMIT;
    PVOID base = NULL;
    SIZE_T size = 0x1000;
    STATUS(NtAllocateVirtualMemory(NULL, &base, 0, &size, both, PAGE_READWRITE), STATUS_INVALID_HANDLE);
    STATUS(NtAllocateVirtualMemory(NOBODY, &base, 0, &size, both, PAGE_READWRITE), STATUS_INVALID_HANDLE);
    STATUS(NtAllocateVirtualMemory(NtCurrentThread(), &base, 0, &size, both, PAGE_READWRITE), STATUS_OBJECT_TYPE_MISMATCH);
    STATUS(NtAllocateVirtualMemory(SELF, NULL, 0, &size, both, PAGE_READWRITE), STATUS_ACCESS_VIOLATION);
    STATUS(NtAllocateVirtualMemory(SELF, &base, 0, NULL, both, PAGE_READWRITE), STATUS_ACCESS_VIOLATION);
    STATUS(NtAllocateVirtualMemory(SELF, (PVOID *)8, 0, &size, both, PAGE_READWRITE), STATUS_ACCESS_VIOLATION);
    CHECK(base == NULL && size == 0x1000);

    static const struct { ULONG_PTR base, bits; SIZE_T size; ULONG type, protection; DWORD status; } rows[] = {
        /* Addresses. */
        {0x60000000, 0, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_SUCCESS},
        {0x6000FFFF, 0, 1, MEM_RESERVE, PAGE_READWRITE, STATUS_SUCCESS},
        {1, 0, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_2},
        {0xFFFF, 0, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_2},
        {0x7FFFFFFF0000, 0, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_2},
        {0xFFFF800000000000, 0, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_2},
        {~(ULONG_PTR)0, 0, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_2},
        {0x60000000, 0, 0x1000, MEM_COMMIT, PAGE_READWRITE, STATUS_CONFLICTING_ADDRESSES},
        /* Sizes. */
        {0, 0, 0, MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_4},
        {0, 0, ~(SIZE_T)0, MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_4},
        {0x60000000, 0, 0x7FFFFFFF0000, MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_4},
        {0x60000000, 0, ~(SIZE_T)0, MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_4},
        {0, 0, 0x7FFF00000000, MEM_RESERVE, PAGE_READWRITE, STATUS_NO_MEMORY},
        /* Zero bits. */
        {0, 1, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_SUCCESS},
        {0, 8, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_SUCCESS},
        {0, 21, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_NO_MEMORY},
        {0, 22, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_3},
        {0, 31, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_3},
        {0, 32, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_NO_MEMORY},
        {0, 0x00FFFFFF, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_SUCCESS},
        {0, ~(ULONG_PTR)0, 0x1000, MEM_RESERVE, PAGE_READWRITE, STATUS_SUCCESS},
        /* Types. */
        {0, 0, 0x1000, 0, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, 0xFFFFFFFF, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, MEM_COMMIT, PAGE_READWRITE, STATUS_SUCCESS},
        {0, 0, 0x1000, MEM_TOP_DOWN, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, MEM_RESERVE | MEM_TOP_DOWN, PAGE_READWRITE, STATUS_SUCCESS},
        {0, 0, 0x1000, MEM_COMMIT | MEM_TOP_DOWN, PAGE_READWRITE, STATUS_SUCCESS},
        {0, 0, 0x1000, MEM_RELEASE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, MEM_DECOMMIT, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, MEM_FREE | MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, MEM_PHYSICAL, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, MEM_PHYSICAL | MEM_COMMIT, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, MEM_PHYSICAL | MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, MEM_PHYSICAL | MEM_RESERVE, PAGE_READWRITE, STATUS_SUCCESS},
        {0, 0, 0x1000, MEM_PHYSICAL | MEM_RESERVE, PAGE_READONLY, STATUS_INVALID_PARAMETER_6},
        {0, 0, 0x1000, MEM_RESET | MEM_COMMIT, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, MEM_RESET | MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, MEM_RESET | MEM_TOP_DOWN, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, MEM_WRITE_WATCH, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {0, 0, 0x1000, MEM_WRITE_WATCH | MEM_RESERVE, PAGE_READWRITE, STATUS_SUCCESS},
        {0, 0, 0x200000, MEM_LARGE_PAGES | MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        /* Protections. */
        {0, 0, 0x1000, MEM_RESERVE, 0, STATUS_INVALID_PAGE_PROTECTION},
        {0, 0, 0x1000, MEM_RESERVE, 0xFFFFFFFF, STATUS_INVALID_PAGE_PROTECTION},
        {0, 0, 0x1000, MEM_RESERVE, PAGE_GUARD, STATUS_INVALID_PAGE_PROTECTION},
        {0, 0, 0x1000, MEM_RESERVE, PAGE_READONLY | PAGE_READWRITE, STATUS_INVALID_PAGE_PROTECTION},
        {0, 0, 0x1000, MEM_RESERVE, PAGE_WRITECOPY, STATUS_INVALID_PAGE_PROTECTION},
        {0, 0, 0x1000, MEM_RESERVE, PAGE_EXECUTE_WRITECOPY, STATUS_INVALID_PAGE_PROTECTION},
        {0, 0, 0x1000, MEM_RESERVE, PAGE_NOACCESS | PAGE_GUARD, STATUS_INVALID_PAGE_PROTECTION},
        {0, 0, 0x1000, MEM_RESERVE, PAGE_NOACCESS | PAGE_WRITECOMBINE, STATUS_INVALID_PAGE_PROTECTION},
        {0, 0, 0x1000, MEM_RESERVE, PAGE_READONLY | PAGE_WRITECOMBINE, STATUS_SUCCESS},
        {0, 0, 0x1000, MEM_RESERVE, PAGE_EXECUTE, STATUS_SUCCESS},
        {0, 0, 0x1000, MEM_RESERVE, PAGE_EXECUTE | PAGE_GUARD, STATUS_SUCCESS},
        {0, 0, 0x1000, MEM_RESERVE, PAGE_NOACCESS, STATUS_SUCCESS},
        /* Which of two wrong arguments: the zero bits, the type, the protection, the address, the size. */
        {1, 25, 0, 0, 0, STATUS_INVALID_PARAMETER_3},
        {1, 0, 0, 0, 0, STATUS_INVALID_PARAMETER_5},
        {1, 0, 0, MEM_RESERVE, 0, STATUS_INVALID_PAGE_PROTECTION},
        {1, 0, 0, MEM_RESERVE, PAGE_READWRITE, STATUS_INVALID_PARAMETER_2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const NTSTATUS given = allocate(rows[i].base, rows[i].bits, rows[i].size, rows[i].type, rows[i].protection);
        checks = checks + 1;
        if (given != (NTSTATUS)rows[i].status) {
            failures = failures + 1;
            printf("row %zu gave %08x, not %08x\n", i, (unsigned)given, (unsigned)rows[i].status);
        }
    }
}

static void test_free_arguments(void)
{
    char local;
    PVOID base = NULL, at = &local;
    SIZE_T size = 0x10000, all = 0;
    STATUS(NtAllocateVirtualMemory(SELF, &base, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE), STATUS_SUCCESS);
    static const ULONG wrong[] = {0, MEM_COMMIT, MEM_RESERVE, MEM_COMMIT | MEM_RESERVE, MEM_RELEASE | MEM_DECOMMIT, MEM_FREE, 0xFFFFFFFF};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        STATUS(NtFreeVirtualMemory(SELF, &base, &all, wrong[i]), STATUS_INVALID_PARAMETER_4);
        STATUS(NtFreeVirtualMemory(SELF, &at, &all, wrong[i]), STATUS_INVALID_PARAMETER_4);
    }
    STATUS(NtFreeVirtualMemory(NULL, &base, &all, MEM_RELEASE), STATUS_INVALID_HANDLE);
    STATUS(NtFreeVirtualMemory(SELF, NULL, &all, MEM_RELEASE), STATUS_ACCESS_VIOLATION);
    STATUS(NtFreeVirtualMemory(SELF, &base, NULL, MEM_RELEASE), STATUS_ACCESS_VIOLATION);
    at = BEYOND;
    STATUS(NtFreeVirtualMemory(SELF, &at, &all, MEM_RELEASE), STATUS_INVALID_PARAMETER_2);
    size = ~(SIZE_T)0;
    STATUS(NtFreeVirtualMemory(SELF, &base, &size, MEM_RELEASE), STATUS_INVALID_PARAMETER_3);
    at = NULL;
    STATUS(NtFreeVirtualMemory(SELF, &at, &all, MEM_RELEASE), STATUS_MEMORY_NOT_ALLOCATED);
    at = (PVOID)0x1234;
    STATUS(NtFreeVirtualMemory(SELF, &at, &all, MEM_DECOMMIT), STATUS_MEMORY_NOT_ALLOCATED);
    *(int *)base = 1;

    /* Parts go, and what is left are allocations of their own. */
    at = (char *)base + 0x4000;
    size = 0x4000;
    STATUS(NtFreeVirtualMemory(SELF, &at, &size, MEM_RELEASE), STATUS_SUCCESS);
    CHECK(at == (char *)base + 0x4000 && size == 0x4000 && query(at).State == MEM_FREE && query(at).RegionSize == 0x4000);
    at = (char *)base + 0x8000;
    CHECK(query(at).AllocationBase == at && query(at).RegionSize == 0x8000 && *(int *)base == 1);
    size = 0;
    STATUS(NtFreeVirtualMemory(SELF, &at, &size, MEM_RELEASE), STATUS_SUCCESS);
    CHECK(size == 0x8000);
    STATUS(NtFreeVirtualMemory(SELF, &base, &all, MEM_RELEASE), STATUS_SUCCESS);
    CHECK(all == 0x4000);
}

static void test_protection_arguments(void)
{
    PVOID base = NULL, at;
    SIZE_T size = 0x10000, all = 0;
    ULONG old = 77;
    STATUS(NtAllocateVirtualMemory(SELF, &base, 0, &size, MEM_RESERVE, PAGE_READWRITE), STATUS_SUCCESS);
    size = 0x2000;
    STATUS(NtProtectVirtualMemory(SELF, &base, &size, PAGE_READONLY, &old), STATUS_NOT_COMMITTED);
    at = base;
    STATUS(NtAllocateVirtualMemory(SELF, &at, 0, &size, MEM_COMMIT, PAGE_READWRITE), STATUS_SUCCESS);
    at = (char *)base + 0xFFF;
    size = 2;
    STATUS(NtProtectVirtualMemory(SELF, &at, &size, PAGE_READONLY, &old), STATUS_SUCCESS);
    CHECK(at == base && size == 0x2000 && old == PAGE_READWRITE);
    size = 0x3000;
    STATUS(NtProtectVirtualMemory(SELF, &at, &size, PAGE_READWRITE, &old), STATUS_NOT_COMMITTED);
    CHECK(size == 0x3000 && query(base).Protect == PAGE_READONLY);
    size = 0x11000;
    STATUS(NtProtectVirtualMemory(SELF, &at, &size, PAGE_READWRITE, &old), STATUS_CONFLICTING_ADDRESSES);
    size = 0x1000;
    STATUS(NtProtectVirtualMemory(SELF, &at, &size, 0, &old), STATUS_INVALID_PAGE_PROTECTION);
    STATUS(NtProtectVirtualMemory(SELF, &at, &size, PAGE_WRITECOPY, &old), STATUS_INVALID_PAGE_PROTECTION);
    STATUS(NtProtectVirtualMemory(SELF, &at, &size, PAGE_READONLY | PAGE_READWRITE, &old), STATUS_INVALID_PAGE_PROTECTION);
    STATUS(NtProtectVirtualMemory(SELF, &at, &size, PAGE_READONLY, NULL), STATUS_ACCESS_VIOLATION);
    STATUS(NtProtectVirtualMemory(SELF, NULL, &size, PAGE_READONLY, &old), STATUS_ACCESS_VIOLATION);
    STATUS(NtProtectVirtualMemory(NULL, &at, &size, PAGE_READONLY, &old), STATUS_INVALID_HANDLE);
    STATUS(NtProtectVirtualMemory(NOBODY, &at, &size, PAGE_READONLY, &old), STATUS_INVALID_HANDLE);
    size = 0;
    STATUS(NtProtectVirtualMemory(SELF, &at, &size, PAGE_READONLY, &old), STATUS_INVALID_PARAMETER_3);
    size = ~(SIZE_T)0;
    STATUS(NtProtectVirtualMemory(SELF, &at, &size, PAGE_READONLY, &old), STATUS_INVALID_PARAMETER_3);
    size = 0x1000;
    at = BEYOND;
    STATUS(NtProtectVirtualMemory(SELF, &at, &size, PAGE_READONLY, &old), STATUS_INVALID_PARAMETER_2);
    STATUS(NtFreeVirtualMemory(SELF, &base, &all, MEM_RELEASE), STATUS_SUCCESS);
    at = base;
    STATUS(NtProtectVirtualMemory(SELF, &at, &size, PAGE_READONLY, &old), STATUS_CONFLICTING_ADDRESSES);

    /* A page that nobody may touch is freed like any other. */
    for (int i = 0; i < 2000; i++) {
        PVOID page = NULL;
        SIZE_T one = 0x1000, none = 0;
        CHECK(NtAllocateVirtualMemory(SELF, &page, 0, &one, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) == STATUS_SUCCESS);
        *(int *)page = i;
        CHECK(NtProtectVirtualMemory(SELF, &page, &one, PAGE_NOACCESS, &old) == STATUS_SUCCESS && old == PAGE_READWRITE);
        CHECK(NtFreeVirtualMemory(SELF, &page, &none, MEM_RELEASE) == STATUS_SUCCESS && none == 0x1000);
    }
}

static void test_section_arguments(void)
{
    HANDLE section = NULL;
    LARGE_INTEGER size = {.QuadPart = 0x20000}, nothing = {.QuadPart = 0}, offset = {.QuadPart = 0};
    STATUS(NtCreateSection(NULL, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE, SEC_COMMIT, NULL), STATUS_ACCESS_VIOLATION);
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, NULL, PAGE_READWRITE, SEC_COMMIT, NULL), STATUS_INVALID_PARAMETER_4);
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &nothing, PAGE_READWRITE, SEC_COMMIT, NULL), STATUS_INVALID_PARAMETER_4);
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE, 0, NULL), STATUS_INVALID_PARAMETER_6);
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE, SEC_COMMIT | SEC_RESERVE, NULL), STATUS_INVALID_PARAMETER_6);
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_NOACCESS, SEC_COMMIT, NULL), STATUS_INVALID_PAGE_PROTECTION);
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE | PAGE_GUARD, SEC_COMMIT, NULL), STATUS_INVALID_PAGE_PROTECTION);
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE, SEC_COMMIT, NOBODY), STATUS_INVALID_HANDLE);
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE, SEC_COMMIT, SELF), STATUS_OBJECT_TYPE_MISMATCH);
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READONLY, SEC_IMAGE, NULL), STATUS_INVALID_FILE_FOR_SECTION);
    CHECK(section == NULL);
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE, SEC_COMMIT, NULL), STATUS_SUCCESS);

    PVOID base = NULL;
    SIZE_T view = 0;
#define MAP(handle, process, bits, commit, inherit, type, protection) \
    NtMapViewOfSection(handle, process, &base, bits, commit, &offset, &view, (SECTION_INHERIT)(inherit), type, protection)
    STATUS(MAP(section, NULL, 0, 0, ViewShare, 0, PAGE_READWRITE), STATUS_INVALID_HANDLE);
    STATUS(MAP(NULL, SELF, 0, 0, ViewShare, 0, PAGE_READWRITE), STATUS_INVALID_HANDLE);
    STATUS(MAP(SELF, SELF, 0, 0, ViewShare, 0, PAGE_READWRITE), STATUS_OBJECT_TYPE_MISMATCH);
    STATUS(MAP(section, SELF, 0, 0, 0, 0, PAGE_READWRITE), STATUS_INVALID_PARAMETER_8);
    STATUS(MAP(section, SELF, 0, 0, 3, 0, PAGE_READWRITE), STATUS_INVALID_PARAMETER_8);
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, MEM_PHYSICAL, PAGE_READWRITE), STATUS_INVALID_PARAMETER_9);
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, MEM_COMMIT, PAGE_READWRITE), STATUS_INVALID_PARAMETER_9);
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, AT_ROUND_TO_PAGE, PAGE_READWRITE), STATUS_INVALID_PARAMETER_9);
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, 0, 0), STATUS_INVALID_PAGE_PROTECTION);
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, 0, PAGE_EXECUTE_READWRITE), STATUS_SECTION_PROTECTION);
    STATUS(MAP(section, SELF, 22, 0, ViewUnmap, 0, PAGE_READWRITE), STATUS_INVALID_PARAMETER_4);
    STATUS(MAP(section, SELF, 0, 0x20001, ViewUnmap, 0, PAGE_READWRITE), STATUS_INVALID_PARAMETER_5);
    STATUS(NtMapViewOfSection(section, SELF, NULL, 0, 0, NULL, &view, ViewUnmap, 0, PAGE_READWRITE), STATUS_ACCESS_VIOLATION);
    STATUS(NtMapViewOfSection(section, SELF, &base, 0, 0, NULL, NULL, ViewUnmap, 0, PAGE_READWRITE), STATUS_ACCESS_VIOLATION);
    base = BEYOND;
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, 0, PAGE_READWRITE), STATUS_INVALID_PARAMETER_3);
    base = (PVOID)0x60000000;
    view = ~(SIZE_T)0;
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, 0, PAGE_READWRITE), STATUS_INVALID_PARAMETER_3);
    view = 0x20001;
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, 0, PAGE_READWRITE), STATUS_INVALID_VIEW_SIZE);
    base = (PVOID)0x60001000;
    view = 0;
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, 0, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
    base = NULL;
    offset.QuadPart = 0x1000;
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, 0, PAGE_READWRITE), STATUS_MAPPED_ALIGNMENT);
    offset.QuadPart = 0x10000;
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, MEM_TOP_DOWN, PAGE_READWRITE), STATUS_SUCCESS);
    CHECK(view == 0x10000 && ((ULONG_PTR)base & 0xFFFF) == 0);
    PVOID second = base;
    STATUS(NtMapViewOfSection(section, SELF, &second, 0, 0, NULL, &view, ViewShare, 0, PAGE_READONLY), STATUS_CONFLICTING_ADDRESSES);
    STATUS(NtUnmapViewOfSection(NULL, base), STATUS_INVALID_HANDLE);
    STATUS(NtUnmapViewOfSection(SELF, (char *)base + 0x10000), STATUS_NOT_MAPPED_VIEW);
    STATUS(NtUnmapViewOfSection(SELF, (char *)base + 0xFFFF), STATUS_SUCCESS);
    STATUS(NtUnmapViewOfSection(SELF, base), STATUS_NOT_MAPPED_VIEW);
    STATUS(NtClose(section), STATUS_SUCCESS);
    STATUS(NtClose(section), STATUS_INVALID_HANDLE);

    /* Only what the handle is for. */
    STATUS(NtCreateSection(&section, SECTION_MAP_READ, NULL, &size, PAGE_READWRITE, SEC_COMMIT, NULL), STATUS_SUCCESS);
    view = 0;
    offset.QuadPart = 0;
    base = NULL;
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, 0, PAGE_READWRITE), STATUS_ACCESS_DENIED);
    SECTION_BASIC_INFORMATION basic;
    STATUS(NtQuerySection(section, SectionBasicInformation, &basic, sizeof basic, NULL), STATUS_ACCESS_DENIED);
    STATUS(MAP(section, SELF, 0, 0, ViewUnmap, 0, PAGE_READONLY), STATUS_SUCCESS);
    STATUS(NtUnmapViewOfSection(SELF, base), STATUS_SUCCESS);
    NtClose(section);
}

static void test_queries(void)
{
    MEMORY_BASIC_INFORMATION basic;
    MEMORY_REGION_INFORMATION region;
    SIZE_T written = 99, size = 0x10000;
    PVOID base = NULL;
    STATUS(NtAllocateVirtualMemory(SELF, &base, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY), STATUS_SUCCESS);
    STATUS(NtQueryVirtualMemory(SELF, base, MemoryBasicInformation, &basic, sizeof basic - 1, &written), STATUS_INFO_LENGTH_MISMATCH);
    STATUS(NtQueryVirtualMemory(SELF, base, (MEMORY_INFORMATION_CLASS)99, &basic, sizeof basic, &written), STATUS_INVALID_INFO_CLASS);
    STATUS(NtQueryVirtualMemory(NULL, base, MemoryBasicInformation, &basic, sizeof basic, &written), STATUS_INVALID_HANDLE);
    STATUS(NtQueryVirtualMemory(SELF, BEYOND, MemoryBasicInformation, &basic, sizeof basic, &written), STATUS_INVALID_PARAMETER);
    STATUS(NtQueryVirtualMemory(SELF, base, MemoryBasicInformation, NULL, sizeof basic, &written), STATUS_ACCESS_VIOLATION);
    CHECK(written == 99);
    /* As much of a region's description as the caller knows of. */
    for (SIZE_T length = 0; length <= sizeof region; length += 8) {
        memset(&region, 0x5A, sizeof region);
        const NTSTATUS status = NtQueryVirtualMemory(SELF, base, MemoryRegionInformation, &region, length, NULL);
        CHECK(status == (length < 24 ? STATUS_INFO_LENGTH_MISMATCH : STATUS_SUCCESS));
        if (length >= 24)
            CHECK(region.AllocationBase == base && region.AllocationProtect == PAGE_READONLY && region.RegionSize == 0x10000);
        for (SIZE_T i = length < 24 ? 0 : length; i < sizeof region; i++)
            CHECK(((unsigned char *)&region)[i] == 0x5A);
    }
    /* What the library did not allocate is described as well: the stack, and code of the program's file. */
    STATUS(NtQueryVirtualMemory(SELF, &region, MemoryRegionInformation, &region, sizeof region, NULL), STATUS_SUCCESS);
    CHECK((PVOID)&region >= region.AllocationBase && (char *)&region < (char *)region.AllocationBase + region.RegionSize);
    CHECK(region.AllocationProtect == PAGE_READWRITE && region.CommitSize == region.RegionSize);
    STATUS(NtQueryVirtualMemory(SELF, (PVOID)(ULONG_PTR)&test_queries, MemoryRegionInformation, &region, sizeof region, NULL), STATUS_SUCCESS);
    CHECK(region.AllocationProtect == PAGE_EXECUTE_READ && region.CommitSize == 0 && region.RegionSize >= 0x1000);
    size = 0;
    STATUS(NtFreeVirtualMemory(SELF, &base, &size, MEM_RELEASE), STATUS_SUCCESS);
    STATUS(NtQueryVirtualMemory(SELF, base, MemoryRegionInformation, &region, sizeof region, NULL), STATUS_INVALID_ADDRESS);
}

static void test_extended_parameters(void)
{
    static const struct { DWORD type, value; DWORD status; } rows[] = {
        {MemExtendedParameterInvalidType, 0, STATUS_INVALID_PARAMETER}, {MemExtendedParameterMax, 0, STATUS_INVALID_PARAMETER},
        {MemExtendedParameterNumaNode, 0, STATUS_SUCCESS}, {MemExtendedParameterAttributeFlags, 0, STATUS_SUCCESS},
        {MemExtendedParameterAttributeFlags, MEM_EXTENDED_PARAMETER_SOFT_FAULT_PAGES, STATUS_SUCCESS},
        {MemExtendedParameterAttributeFlags, MEM_EXTENDED_PARAMETER_EC_CODE, STATUS_INVALID_PARAMETER},
        {MemExtendedParameterAttributeFlags, 0x80000000, STATUS_INVALID_PARAMETER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MEM_EXTENDED_PARAMETER parameters[2];
        memset(parameters, 0, sizeof parameters);
        parameters[0].Type = parameters[1].Type = rows[i].type;
        parameters[0].ULong = parameters[1].ULong = rows[i].value;
        PVOID base = NULL;
        SIZE_T size = 0x10000, all = 0;
        STATUS(NtAllocateVirtualMemoryEx(SELF, &base, &size, MEM_RESERVE, PAGE_READWRITE, parameters, 1), rows[i].status);
        if (base != NULL)
            STATUS(NtFreeVirtualMemory(SELF, &base, &all, MEM_RELEASE), STATUS_SUCCESS);
        base = NULL;
        STATUS(NtAllocateVirtualMemoryEx(SELF, &base, &size, MEM_RESERVE, PAGE_READWRITE, parameters, 2), STATUS_INVALID_PARAMETER);
    }
}

static void test_prefetch(void)
{
    MEMORY_RANGE_ENTRY ranges[2] = {{&ranges, sizeof ranges}, {NULL, 0x1000}};
    ULONG flags = 0;
    STATUS(NtSetInformationVirtualMemory(SELF, VmPrefetchInformation, 2, ranges, &flags, sizeof flags), STATUS_SUCCESS);
    STATUS(NtSetInformationVirtualMemory(SELF, (VIRTUAL_MEMORY_INFORMATION_CLASS)77, 0, NULL, NULL, 0), STATUS_INVALID_PARAMETER_2);
    STATUS(NtSetInformationVirtualMemory(SELF, VmPrefetchInformation, 0, NULL, NULL, 0), STATUS_INVALID_PARAMETER_5);
    STATUS(NtSetInformationVirtualMemory(SELF, VmPrefetchInformation, 0, NULL, &flags, 8), STATUS_INVALID_PARAMETER_6);
    STATUS(NtSetInformationVirtualMemory(SELF, VmPrefetchInformation, 0, ranges, &flags, sizeof flags), STATUS_INVALID_PARAMETER_3);
    STATUS(NtSetInformationVirtualMemory(SELF, VmPrefetchInformation, 1, NULL, &flags, sizeof flags), STATUS_ACCESS_VIOLATION);
    ranges[1].NumberOfBytes = 0;
    STATUS(NtSetInformationVirtualMemory(SELF, VmPrefetchInformation, 2, ranges, &flags, sizeof flags), STATUS_INVALID_PARAMETER_4);
}

static void test_files(void)
{
    char directory[MAX_PATH], path[MAX_PATH], buffer[16];
    CHECK(GetTempPathA(sizeof directory, directory) && GetTempFileNameA(directory, "nat", 0, path));
    HANDLE file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    IO_STATUS_BLOCK io;
    LARGE_INTEGER at = {.QuadPart = 4};
    STATUS(NtWriteFile(file, event, NULL, NULL, &io, "0123456789", 10, NULL, NULL), STATUS_SUCCESS);
    CHECK(io.Information == 10 && WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    STATUS(NtReadFile(file, NULL, NULL, NULL, &io, buffer, 3, &at, NULL), STATUS_SUCCESS);
    CHECK(io.Information == 3 && memcmp(buffer, "456", 3) == 0);
    at.QuadPart = 10;
    STATUS(NtReadFile(file, NULL, NULL, NULL, &io, buffer, 3, &at, NULL), STATUS_END_OF_FILE);
    at.QuadPart = -7;
    STATUS(NtReadFile(file, NULL, NULL, NULL, &io, buffer, 3, &at, NULL), STATUS_INVALID_PARAMETER);
    STATUS(NtReadFile(file, NULL, NULL, NULL, &io, (PVOID)16, 3, NULL, NULL), STATUS_ACCESS_VIOLATION);
    STATUS(NtReadFile(NULL, NULL, NULL, NULL, &io, buffer, 3, NULL, NULL), STATUS_INVALID_HANDLE);
    STATUS(NtReadFile(event, NULL, NULL, NULL, &io, buffer, 3, NULL, NULL), STATUS_OBJECT_TYPE_MISMATCH);
    CloseHandle(event);
    CloseHandle(file);
}

/* Many allocations of many sizes at once: none overlaps another, and each is zero when it comes. */
static void test_many(void)
{
    enum { COUNT = 4096 };
    static struct { char *base; SIZE_T size; } taken[COUNT];
    unsigned seed = 7;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COUNT; i++) {
            seed = seed * 1664525 + 1013904223;
            if (taken[i].base != NULL && (seed >> 16 & 3) != 0)
                continue;
            if (taken[i].base != NULL) {
                CHECK(taken[i].base[0] == (char)i && taken[i].base[taken[i].size - 1] == (char)i);
                PVOID at = taken[i].base;
                SIZE_T all = 0;
                CHECK(NtFreeVirtualMemory(SELF, &at, &all, MEM_RELEASE) == STATUS_SUCCESS && all == taken[i].size);
            }
            PVOID base = NULL;
            SIZE_T size = 1 + (seed >> 10) % 0x23456;
            const SIZE_T rounded = (size + 0xFFF) & ~(SIZE_T)0xFFF;
            CHECK(NtAllocateVirtualMemory(SELF, &base, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) == STATUS_SUCCESS);
            CHECK(size == rounded && ((ULONG_PTR)base & 0xFFFF) == 0);
            taken[i].base = base;
            taken[i].size = size;
            CHECK(taken[i].base[0] == 0 && taken[i].base[size - 1] == 0);
            taken[i].base[0] = taken[i].base[size - 1] = (char)i;
        }
    }
    for (int i = 0; i < COUNT; i++) {
        PVOID at = taken[i].base;
        SIZE_T all = 0;
        CHECK(taken[i].base[0] == (char)i && NtFreeVirtualMemory(SELF, &at, &all, MEM_RELEASE) == STATUS_SUCCESS);
    }
}

int main(void)
{
    test_allocation_arguments();
    test_free_arguments();
    test_protection_arguments();
    test_section_arguments();
    test_queries();
    test_extended_parameters();
    test_prefetch();
    test_files();
    test_many();
    return finish();
}
