/* Placeholders, address requirements, physical pages, and memory that is declared dispensable. */
#include "check.h"

int main(void)
{
    char *place = VirtualAlloc2(NULL, NULL, 0x40000, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0);
    CHECK(place != NULL && query(place).State == MEM_RESERVE && query(place).RegionSize == 0x40000);
    FAILS(VirtualAlloc2(NULL, NULL, 0x1000, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_READWRITE, NULL, 0), ERROR_INVALID_PARAMETER);
    FAILS(VirtualAlloc(place, 0x1000, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    CHECK(VirtualFree(place + 0x10000, 0x20000, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    CHECK(query(place).RegionSize == 0x10000 && query(place + 0x10000).AllocationBase == place + 0x10000);

    /* A ring: one section, twice, side by side. */
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x10000, NULL);
    FAILS(MapViewOfFile3(section, NULL, place + 0x10000, 0, 0x10000, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0), ERROR_INVALID_ADDRESS);
    CHECK(VirtualFree(place + 0x10000, 0x10000, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    char *first = MapViewOfFile3(section, NULL, place + 0x10000, 0, 0x10000, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0);
    char *second = MapViewOfFile3(section, NULL, place + 0x20000, 0, 0x10000, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0);
    CHECK(first == place + 0x10000 && second == place + 0x20000);
    /* One byte by two addresses, which the compiler must not know. */
    volatile char *const ring = first;
    for (int i = 0; i < 8; i++)
        ring[0xFFFC + i] = "overflow"[i];
    CHECK(ring[0] == 'f' && ring[3] == 'w' && ring[0x1FFFC] == 'o' && ring[0x1FFFF] == 'r');
    CHECK(UnmapViewOfFileEx(first, MEM_PRESERVE_PLACEHOLDER) && UnmapViewOfFile2(GetCurrentProcess(), second, MEM_PRESERVE_PLACEHOLDER));
    CHECK(touch_read(first) == EXCEPTION_ACCESS_VIOLATION && CloseHandle(section));
    CHECK(VirtualFree(place, 0x40000, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS) && query(place).RegionSize == 0x40000);
    CHECK(VirtualAlloc2(NULL, place, 0x40000, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0) == place);
    place[5] = 1;
    CHECK(VirtualFree(place, 0, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER) || GetLastError() == ERROR_INVALID_PARAMETER);
    CHECK(VirtualFree(place, 0x40000, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    CHECK(VirtualAlloc2(NULL, place, 0x40000, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0) == place);
    CHECK(place[5] == 0 && VirtualFree(place, 0, MEM_RELEASE));

    MEM_ADDRESS_REQUIREMENTS requirements = {(PVOID)0x20000000, (PVOID)0x2FFFFFFF, 0x1000000};
    MEM_EXTENDED_PARAMETER parameter;
    memset(&parameter, 0, sizeof parameter);
    parameter.Type = MemExtendedParameterAddressRequirements;
    parameter.Pointer = &requirements;
    char *low = VirtualAlloc2(NULL, NULL, 0x10000, MEM_RESERVE, PAGE_READWRITE, &parameter, 1);
    CHECK((ULONG_PTR)low >= 0x20000000 && (ULONG_PTR)low < 0x30000000 && ((ULONG_PTR)low & 0xFFFFFF) == 0);
    FAILS(VirtualAlloc2(NULL, low, 0x10000, MEM_RESERVE, PAGE_READWRITE, &parameter, 1), ERROR_INVALID_PARAMETER);
    CHECK(VirtualFree(low, 0, MEM_RELEASE));
    requirements.Alignment = 0x8000;
    FAILS(VirtualAlloc2(NULL, NULL, 0x10000, MEM_RESERVE, PAGE_READWRITE, &parameter, 1), ERROR_INVALID_PARAMETER);
    FAILS(VirtualAlloc2(NULL, NULL, 0x10000, MEM_RESERVE, PAGE_READWRITE, NULL, 1), ERROR_INVALID_PARAMETER);

    char *memory = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    memset(memory, 7, 0x10000);
    CHECK(VirtualAlloc(memory, 0x10000, MEM_RESET, PAGE_READWRITE) == memory && (memory[0] == 7 || memory[0] == 0));
    CHECK(OfferVirtualMemory(memory, 0x10000, VmOfferPriorityLow) == 0);
    CHECK(DiscardVirtualMemory(memory, 0x1001) == ERROR_INVALID_PARAMETER && DiscardVirtualMemory(memory, 0x10000) == 0);
    WIN32_MEMORY_RANGE_ENTRY range = {memory, 0x10000};
    CHECK(PrefetchVirtualMemory(GetCurrentProcess(), 1, &range, 0));
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));

    memory = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_PHYSICAL, PAGE_READWRITE);
    CHECK(memory != NULL);
    ULONG_PTR frames[4], count = 4;
    FAILS(AllocateUserPhysicalPages(GetCurrentProcess(), &count, frames), ERROR_PRIVILEGE_NOT_HELD);
    StrataHoldLockMemoryPrivilege(TRUE);
    CHECK(AllocateUserPhysicalPages(GetCurrentProcess(), &count, frames) && count == 4);
    CHECK(MapUserPhysicalPages(memory, 4, frames));
    memory[0x1000] = 9;
    CHECK(MapUserPhysicalPages(memory, 4, NULL) && touch_read(memory) == EXCEPTION_ACCESS_VIOLATION);
    ULONG_PTR one = frames[1];
    CHECK(MapUserPhysicalPages(memory + 0x8000, 1, &one) && memory[0x8000] == 9);
    CHECK(FreeUserPhysicalPages(GetCurrentProcess(), &count, frames) && touch_read(memory + 0x8000) == EXCEPTION_ACCESS_VIOLATION);
    /* A frame that is given out again is zeros. */
    CHECK(MapUserPhysicalPages(memory, 1, frames) == FALSE);
    count = 4;
    const ULONG_PTR before = frames[0] + frames[1] + frames[2] + frames[3];
    CHECK(AllocateUserPhysicalPages(GetCurrentProcess(), &count, frames) && MapUserPhysicalPages(memory, 4, frames));
    CHECK(frames[0] + frames[1] + frames[2] + frames[3] == before);
    CHECK(memory[0] == 0 && memory[0x1000] == 0 && memory[0x2000] == 0 && memory[0x3000] == 0);

    /* Single pages, in any order and of any such region; or none of them. */
    char *const other = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_PHYSICAL, PAGE_READWRITE);
    PVOID pages[] = {other + 0x3000, memory + 0x2000, memory + 0x123};
    for (int i = 0; i < 4; i++)
        memory[i * 0x1000] = 10 + i;
    FAILS(MapUserPhysicalPagesScatter(pages, 3, frames), ERROR_INVALID_PARAMETER);
    ULONG_PTR turned[] = {frames[0], frames[2], frames[0]};
    FAILS(MapUserPhysicalPagesScatter(pages, 3, turned), ERROR_INVALID_PARAMETER);
    PVOID twice[] = {other, other + 1}, strange[] = {other, (char *)frames};
    FAILS(MapUserPhysicalPagesScatter(twice, 2, NULL), ERROR_INVALID_PARAMETER);
    FAILS(MapUserPhysicalPagesScatter(strange, 2, NULL), ERROR_INVALID_PARAMETER);
    FAILS(MapUserPhysicalPagesScatter(pages, 0, NULL), ERROR_INVALID_PARAMETER);
    FAILS(MapUserPhysicalPagesScatter(NULL, 1, NULL), ERROR_NOACCESS);
    CHECK(memory[0] == 10 && memory[0x2000] == 12 && touch_read(other + 0x3000) == EXCEPTION_ACCESS_VIOLATION);
    turned[1] = frames[2];
    turned[2] = frames[1];
    CHECK(NtMapUserPhysicalPagesScatter(pages, 3, turned) == STATUS_INVALID_PARAMETER);
    CHECK(MapUserPhysicalPages(memory + 0x1000, 1, NULL) && NtMapUserPhysicalPagesScatter(pages, 3, turned) == STATUS_SUCCESS);
    CHECK(other[0x3000] == 10 && memory[0] == 11 && memory[0x2000] == 12 && memory[0x3000] == 13);
    MEMORY_BASIC_INFORMATION found;
    CHECK(VirtualQuery(other + 0x3000, &found, sizeof found) && found.State == MEM_COMMIT && found.RegionSize == 0x1000);
    CHECK(MapUserPhysicalPagesScatter(pages, 2, NULL) && touch_read(other + 0x3000) == EXCEPTION_ACCESS_VIOLATION);
    CHECK(touch_read(memory + 0x2000) == EXCEPTION_ACCESS_VIOLATION && memory[0] == 11 && memory[0x3000] == 13);
    CHECK(VirtualFree(other, 0, MEM_RELEASE));
    /* Released while frames are there: nothing of them stays to be seen. */
    memory[0] = 1;
    CHECK(VirtualFree(memory, 0, MEM_RELEASE) && touch_read(memory) == EXCEPTION_ACCESS_VIOLATION);
    return finish();
}
