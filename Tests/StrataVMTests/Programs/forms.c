/* Calls in the forms for nodes of the machine and for sandboxed programs, and what is asked of regions and pages. */
#include "check.h"

int main(void)
{
    static const DWORD code[] = {PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE};
    for (int i = 0; i < 3; i++)
        FAILS(VirtualAlloc2FromApp(NULL, NULL, 0x1000, MEM_RESERVE, code[i], NULL, 0), ERROR_INVALID_PARAMETER);
    char *memory = VirtualAlloc2FromApp(NULL, NULL, 0x4000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, NULL, 0);
    DWORD old;
    ULONG before;
    CHECK(memory != NULL && touch_write(memory) == 0);
    FAILS(VirtualProtectFromApp(memory, 0x1000, PAGE_EXECUTE_READWRITE, &before), ERROR_INVALID_PARAMETER);
    CHECK(VirtualProtectFromApp(memory, 0x1000, PAGE_EXECUTE_READ, &before) && before == PAGE_READWRITE);
    CHECK(VirtualProtect(memory, 0x1000, PAGE_READWRITE, &old) && VirtualFree(memory + 0x3000, 0x1000, MEM_DECOMMIT));

    WIN32_MEMORY_REGION_INFORMATION region;
    SIZE_T written = 0;
    CHECK(QueryVirtualMemoryInformation(GetCurrentProcess(), memory + 0x2123, MemoryRegionInfo, &region, sizeof region, &written));
    CHECK(written == sizeof region && region.AllocationBase == memory && region.AllocationProtect == PAGE_READWRITE);
    CHECK(region.RegionSize == 0x4000 && region.CommitSize == 0x3000);
    FAILS(QueryVirtualMemoryInformation(GetCurrentProcess(), memory, MemoryRegionInfo, &region, 24, NULL), ERROR_BAD_LENGTH);
    FAILS(QueryVirtualMemoryInformation(GetCurrentProcess(), memory, (WIN32_MEMORY_INFORMATION_CLASS)7, &region, sizeof region, NULL),
        ERROR_INVALID_PARAMETER);
    FAILS(QueryVirtualMemoryInformation(NULL, memory, MemoryRegionInfo, &region, sizeof region, NULL), ERROR_INVALID_HANDLE);
    FAILS(QueryVirtualMemoryInformation(GetCurrentProcess(), (void *)0x12340000, MemoryRegionInfo, &region, sizeof region, NULL),
        ERROR_INVALID_ADDRESS);

    PSAPI_WORKING_SET_EX_INFORMATION pages[2];
    memset(pages, 0, sizeof pages);
    pages[0].VirtualAddress = memory;
    pages[1].VirtualAddress = memory + 0x3000;
    CHECK(QueryWorkingSetEx(GetCurrentProcess(), pages, sizeof pages));
    CHECK(pages[0].VirtualAttributes.Valid && pages[0].VirtualAttributes.Win32Protection == PAGE_READWRITE);
    CHECK(!pages[0].VirtualAttributes.Shared && !pages[1].VirtualAttributes.Valid);
    FAILS(K32QueryWorkingSetEx(GetCurrentProcess(), pages, 8), ERROR_BAD_LENGTH);

    CHECK(VirtualLock(memory, 0x2000) && VirtualUnlockEx(NULL, memory, 0x1000) && VirtualUnlockEx(GetCurrentProcess(), memory + 0x1000, 1));
    FAILS(VirtualUnlockEx(GetCurrentProcess(), memory, 0x1000), ERROR_NOT_LOCKED);
    CHECK(!IsBadHugeReadPtr(memory, 0x3000) && IsBadHugeReadPtr(memory, 0x3001) && !IsBadHugeWritePtr(memory, 1));
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));

    FAILS(CreateFileMappingFromApp(INVALID_HANDLE_VALUE, NULL, PAGE_EXECUTE_READWRITE, 0x20000, NULL), ERROR_INVALID_PARAMETER);
    HANDLE section = CreateFileMappingFromApp(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0x20000, NULL);
    HANDLE other = CreateFileMappingNumaA(INVALID_HANDLE_VALUE, NULL, PAGE_EXECUTE_READWRITE, 0, 0x20000, NULL, 0);
    CHECK(section != NULL && other != NULL);
    FAILS(MapViewOfFileFromApp(other, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0), ERROR_INVALID_PARAMETER);
    FAILS(MapViewOfFile3FromApp(other, NULL, NULL, 0, 0, 0, PAGE_EXECUTE_READ, NULL, 0), ERROR_INVALID_PARAMETER);
    static const WCHAR name[] = {'f', 'o', 'r', 'm', 's', 0};
    FAILS(OpenFileMappingFromApp(FILE_MAP_EXECUTE, FALSE, name), ERROR_INVALID_PARAMETER);
    FAILS(OpenFileMappingFromApp(FILE_MAP_READ, FALSE, name), ERROR_FILE_NOT_FOUND);
    char *view[5];
    view[0] = MapViewOfFileFromApp(section, FILE_MAP_WRITE, 0x10000, 0x10000);
    view[1] = MapViewOfFile2(section, GetCurrentProcess(), 0x10000, NULL, 0x10000, 0, PAGE_READONLY);
    view[2] = MapViewOfFileNuma2(section, GetCurrentProcess(), 0x10000, NULL, 0x10000, 0, PAGE_READONLY, 0);
    view[3] = MapViewOfFileExNuma(section, FILE_MAP_READ, 0, 0x10000, 0x10000, NULL, 0);
    view[4] = MapViewOfFile3FromApp(section, NULL, NULL, 0x10000, 0x10000, 0, PAGE_READONLY, NULL, 0);
    CHECK(view[0] != NULL && touch_write(view[0] + 0x1234) == 0);
    for (int i = 0; i < 5; i++)
        CHECK(view[i] != NULL && view[i][0x1234] == 42 && query(view[i]).RegionSize == 0x10000 && UnmapViewOfFile(view[i]));
    CHECK(CloseHandle(section) && CloseHandle(other));
    return finish();
}
