/* Reserving, committing and freeing: sizes, states, and the error of every mistake. */
#include <sys/mman.h>
#include "check.h"

static void rounding(void)
{
    static const struct { ULONG_PTR base; SIZE_T size; ULONG type; SIZE_T rounded; } rows[] = {
        {0x50000000, 1, MEM_RESERVE, 0x1000}, {0x50008000, 1, MEM_RESERVE, 0x9000}, {0x50000010, 0x1000, MEM_RESERVE, 0x2000},
        {0x50010000, 0x2000, MEM_RESERVE, 0x2000}, {0x5000FFFF, 0x3000, MEM_RESERVE, 0x13000},
        {0x50001010, 0x7000, MEM_RESERVE, 0x9000}, {0x50001010, 0xC000, MEM_RESERVE, 0xE000},
        {0x50004080, 0x1000, MEM_RESERVE | MEM_COMMIT, 0x6000}, {0x60025000, 0x200, MEM_RESERVE, 0x6000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        PVOID base = (PVOID)rows[i].base;
        SIZE_T size = rows[i].size;
        STATUS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, rows[i].type, PAGE_READWRITE), STATUS_SUCCESS);
        CHECK(base == (PVOID)(rows[i].base & ~(ULONG_PTR)0xFFFF));
        if (rows[i].base != 0x60025000)
            CHECK(size == rows[i].rounded);
        size = 0;
        STATUS(NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE), STATUS_SUCCESS);
    }
}

/* Large regions share no table of page tables with others, as long as there is room for them apart. */
static void large_regions(void)
{
    enum { regions = 3 };
    const SIZE_T unit = (SIZE_T)1 << 30;
    char *at[regions];
    for (int i = 0; i < regions; i++) {
        at[i] = VirtualAlloc(NULL, unit + 0x10000, MEM_RESERVE, PAGE_READWRITE);
        CHECK(at[i] != NULL && (ULONG_PTR)at[i] % unit == 0);
    }
    char *const small = VirtualAlloc(NULL, 0x10000, MEM_RESERVE, PAGE_READWRITE);
    CHECK(small != NULL && (ULONG_PTR)small < (ULONG_PTR)at[0]);
    /* The largest hole is given out as a whole, wherever it begins. */
    MEMORY_BASIC_INFORMATION largest = {.RegionSize = 0};
    for (char *address = small + 0x10000; (ULONG_PTR)address < 0x7FFFFFFE0000; address += query(address).RegionSize)
        if (query(address).State == MEM_FREE && query(address).RegionSize > largest.RegionSize)
            largest = query(address);
    CHECK((ULONG_PTR)largest.BaseAddress % unit != 0 && largest.RegionSize > unit);
    char *const hole = VirtualAlloc(NULL, largest.RegionSize & ~(SIZE_T)0xFFFF, MEM_RESERVE, PAGE_READWRITE);
    CHECK(hole == largest.BaseAddress && VirtualFree(hole, 0, MEM_RELEASE));
    char *const top = VirtualAlloc(NULL, unit, MEM_RESERVE | MEM_TOP_DOWN, PAGE_READWRITE);
    CHECK(top > at[2]);
    for (int i = 0; i < regions; i++)
        CHECK(VirtualFree(at[i], 0, MEM_RELEASE));
    CHECK(VirtualFree(small, 0, MEM_RELEASE) && VirtualFree(top, 0, MEM_RELEASE));
}

int main(void)
{
    large_regions();
    rounding();

    FAILS(VirtualAlloc(NULL, 0, MEM_RESERVE, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    FAILS(VirtualAlloc(NULL, ~(SIZE_T)0, MEM_RESERVE, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    FAILS(VirtualAlloc((void *)0x1000, 0x1000, MEM_RESERVE, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    static const DWORD wrong_types[] = {0, MEM_TOP_DOWN, MEM_WRITE_WATCH, MEM_TOP_DOWN | MEM_RESET, MEM_COMMIT | MEM_RESET,
        MEM_PHYSICAL | MEM_COMMIT, MEM_PHYSICAL, 0x40000000, 0x80};
    for (size_t i = 0; i < sizeof wrong_types / sizeof *wrong_types; i++)
        FAILS(VirtualAlloc(NULL, 0x1000, wrong_types[i], PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    static const DWORD wrong_protections[] = {0, PAGE_READONLY | PAGE_READWRITE, PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY,
        PAGE_NOACCESS | PAGE_GUARD, PAGE_NOACCESS | PAGE_WRITECOMBINE, PAGE_READWRITE | PAGE_GUARD | PAGE_NOCACHE,
        PAGE_READWRITE | PAGE_NOCACHE | PAGE_WRITECOMBINE};
    for (size_t i = 0; i < sizeof wrong_protections / sizeof *wrong_protections; i++) {
        FAILS(VirtualAlloc(NULL, 0x1000, MEM_RESERVE, wrong_protections[i]), ERROR_INVALID_PARAMETER);
        FAILS(VirtualAlloc(NULL, 0x1000, MEM_COMMIT, wrong_protections[i]), ERROR_INVALID_PARAMETER);
    }

    /* A reservation has no storage; a part of it gets some. */
    char *memory = VirtualAlloc(NULL, 0x100000, MEM_RESERVE, PAGE_READWRITE);
    CHECK(memory != NULL && ((ULONG_PTR)memory & 0xFFFF) == 0);
    MEMORY_BASIC_INFORMATION information = query(memory + 0x1234);
    CHECK(information.BaseAddress == memory + 0x1000 && information.AllocationBase == memory);
    CHECK(information.AllocationProtect == PAGE_READWRITE && information.RegionSize == 0xFF000);
    CHECK(information.State == MEM_RESERVE && information.Protect == 0 && information.Type == MEM_PRIVATE);
    CHECK(touch_read(memory) == EXCEPTION_ACCESS_VIOLATION);
    CHECK(VirtualAlloc(memory + 0x10010, 0x1000, MEM_COMMIT, PAGE_READONLY) == memory + 0x10000);
    information = query(memory + 0x10000);
    CHECK(information.RegionSize == 0x2000 && information.State == MEM_COMMIT && information.Protect == PAGE_READONLY);
    CHECK(touch_read(memory + 0x11FFF) == 0 && touch_write(memory + 0x11FFF) == EXCEPTION_ACCESS_VIOLATION);
    CHECK(touch_read(memory + 0x12000) == EXCEPTION_ACCESS_VIOLATION);
    CHECK(VirtualAlloc(memory + 0x10000, 0x2000, MEM_COMMIT, PAGE_READWRITE) == memory + 0x10000);
    memory[0x10000] = 17;
    /* Committing again keeps what is there. */
    CHECK(VirtualAlloc(memory, 0x20000, MEM_COMMIT, PAGE_READWRITE) == memory);
    CHECK(memory[0x10000] == 17 && memory[0x1FFFF] == 0);
    CHECK(VirtualFree(memory + 0x10FFF, 2, MEM_DECOMMIT));
    CHECK(query(memory + 0x10000).State == MEM_RESERVE && query(memory + 0x12000).State == MEM_COMMIT);
    CHECK(touch_read(memory + 0x10000) == EXCEPTION_ACCESS_VIOLATION);
    CHECK(VirtualAlloc(memory + 0x10000, 0x1000, MEM_COMMIT, PAGE_READWRITE) != NULL && memory[0x10000] == 0);

    FAILS(VirtualAlloc(memory, 0x1000, MEM_RESERVE, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    FAILS(VirtualAlloc(memory + 0xFF000, 0x2000, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    FAILS(VirtualFree(memory, 0x1000, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    FAILS(VirtualFree(memory + 0x1000, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    FAILS(VirtualFree(memory, 0x101000, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    FAILS(VirtualFree(memory, 0, 0), ERROR_INVALID_PARAMETER);
    FAILS(VirtualFree(memory, 0, MEM_RELEASE | MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    CHECK(VirtualFree(memory, 0, MEM_DECOMMIT) && query(memory).RegionSize == 0x100000);
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
    FAILS(VirtualFree(memory, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    information = query(memory);
    CHECK(information.State == MEM_FREE && information.Protect == PAGE_NOACCESS && information.AllocationBase == NULL);
    CHECK(touch_read(memory) == EXCEPTION_ACCESS_VIOLATION);

    /* Top down, zero bits, and the native release of a part. */
    char *high = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_TOP_DOWN, PAGE_NOACCESS);
    CHECK((ULONG_PTR)high > 0x100000000);
    CHECK(VirtualFree(high, 0, MEM_RELEASE));
    PVOID base = NULL;
    SIZE_T size = 0x10000;
    STATUS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 1, &size, MEM_RESERVE, PAGE_READWRITE), STATUS_SUCCESS);
    CHECK((ULONG_PTR)base < 0x80000000);
    PVOID part = (char *)base + 0x4000;
    size = 0x1000;
    STATUS(NtFreeVirtualMemory(NtCurrentProcess(), &part, &size, MEM_RELEASE), STATUS_SUCCESS);
    CHECK(query(part).State == MEM_FREE && query((char *)base + 0x5000).AllocationBase == (char *)base + 0x5000);
    part = (char *)base + 0x5000;
    size = 0;
    STATUS(NtFreeVirtualMemory(NtCurrentProcess(), &part, &size, MEM_RELEASE), STATUS_SUCCESS);
    size = 0;
    STATUS(NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE), STATUS_SUCCESS);

    size = 0x1000;
    base = NULL;
    STATUS(NtAllocateVirtualMemory(NULL, &base, 0, &size, MEM_RESERVE, PAGE_READWRITE), STATUS_INVALID_HANDLE);
    STATUS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 22, &size, MEM_RESERVE, PAGE_READWRITE), STATUS_INVALID_PARAMETER_3);
    STATUS(NtAllocateVirtualMemory(NtCurrentProcess(), NULL, 0, &size, MEM_RESERVE, PAGE_READWRITE), STATUS_ACCESS_VIOLATION);

    /* What is committed is charged, and the charge has a limit. */
    StrataSetCommitLimit(StrataGetCommitCharge() + 0x10000);
    FAILS(VirtualAlloc(NULL, 0x11000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE), ERROR_COMMITMENT_LIMIT);
    memory = VirtualAlloc(NULL, 0x20000, MEM_RESERVE, PAGE_READWRITE);
    CHECK(VirtualAlloc(memory, 0x10000, MEM_COMMIT, PAGE_READWRITE) == memory);
    FAILS(VirtualAlloc(memory, 0x11000, MEM_COMMIT, PAGE_READWRITE), ERROR_COMMITMENT_LIMIT);
    CHECK(query(memory).RegionSize == 0x10000);
    FAILS(CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x1000, NULL), ERROR_COMMITMENT_LIMIT);
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
    StrataSetCommitLimit(~(ULONG64)0);

    /* Foreign memory: of this program, and free addresses beside it. */
    static int mine;
    information = query(&mine);
    CHECK(information.State == MEM_COMMIT && information.Protect == PAGE_READWRITE);
    FAILS(VirtualFree(information.AllocationBase, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    FAILS(VirtualAlloc(&mine, 0x1000, MEM_RESERVE, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    FAILS(VirtualAlloc(&mine, 0x1000, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    char *beside = (char *)(((ULONG_PTR)&mine & ~(ULONG_PTR)0xFFFF) + ((ULONG_PTR)32 << 30));
    CHECK(VirtualAlloc(beside, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) == beside);
    CHECK(touch_write(beside) == 0 && VirtualFree(beside, 0, MEM_RELEASE));
    CHECK(touch_write(beside) == EXCEPTION_ACCESS_VIOLATION && query(beside).State == MEM_FREE);
    CHECK(VirtualAlloc(beside, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) == beside && VirtualFree(beside, 0, MEM_RELEASE));

    /* Taken in pieces before, taken in one piece then. */
    CHECK(VirtualAlloc(beside + 0x30000, 0x10000, MEM_RESERVE, PAGE_READWRITE) && VirtualFree(beside + 0x30000, 0, MEM_RELEASE));
    CHECK(VirtualAlloc(beside, 0x80000, MEM_RESERVE, PAGE_READWRITE) == beside && VirtualFree(beside, 0, MEM_RELEASE));
    /* Given back, they are anybody's: the program maps something there, and the library leaves it alone. */
    CHECK(mmap(beside, 0x1000, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == beside);
    FAILS(VirtualAlloc(beside, 0x10000, MEM_RESERVE, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    CHECK(query(beside).State == MEM_COMMIT && query(beside).Protect == PAGE_READONLY);

    MEMORY_BASIC_INFORMATION small;
    FAILS(VirtualQuery(&mine, &small, sizeof small - 1), ERROR_BAD_LENGTH);
    FAILS(VirtualQuery((void *)0x7FFFFFFF0000, &small, sizeof small), ERROR_INVALID_PARAMETER);
    return finish();
}
