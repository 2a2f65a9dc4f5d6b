/* An executable image, made here byte by byte: laid out by its sections, each view with copies of its own. */
#include "check.h"

#include <stdlib.h>

static unsigned char image[0x800];

static void put(size_t at, unsigned long long value, size_t size)
{
    memcpy(image + at, &value, size);
}

static void section(size_t at, const char *name, unsigned size, unsigned address, unsigned bytes, unsigned offset, unsigned flags)
{
    memcpy(image + at, name, strlen(name));
    put(at + 8, size, 4);
    put(at + 12, address, 4);
    put(at + 16, bytes, 4);
    put(at + 20, offset, 4);
    put(at + 36, flags, 4);
}

static void make(void)
{
    put(0, 0x5A4D, 2);
    put(0x3C, 0x80, 4);
    put(0x80, 0x4550, 4);
    put(0x84, 0x8664, 2);
    put(0x86, 3, 2);
    put(0x94, 0xF0, 2);
    put(0x96, 0x2022, 2);
    const size_t optional = 0x98;
    put(optional, 0x20B, 2);
    put(optional + 16, 0x1000, 4);
    put(optional + 24, 0x30000000, 8);
    put(optional + 32, 0x1000, 4);
    put(optional + 36, 0x200, 4);
    put(optional + 48, 6, 2);
    put(optional + 56, 0x5000, 4);
    put(optional + 60, 0x200, 4);
    put(optional + 68, 3, 2);
    put(optional + 108, 16, 4);
    section(0x188, ".text", 0x1800, 0x1000, 0x200, 0x200, 0x60000020);
    section(0x1B0, ".data", 0x100, 0x3000, 0x200, 0x400, 0xC0000040);
    section(0x1D8, ".rdata", 0x100, 0x4000, 0x200, 0x600, 0x40000040);
    memset(image + 0x200, 0xC3, 0x200);
    memset(image + 0x400, 'd', 0x200);
    memset(image + 0x600, 'r', 0x200);
}

int main(void)
{
    char directory[MAX_PATH], path[MAX_PATH];
    DWORD done;
    CHECK(GetTempPathA(sizeof directory, directory) && GetTempFileNameA(directory, "pe", 0, path));
    HANDLE file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    make();
    CHECK(WriteFile(file, image, sizeof image, &done, NULL) && done == sizeof image);
    HANDLE made = CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL);
    CHECK(made != NULL);
    SECTION_IMAGE_INFORMATION information;
    STATUS(NtQuerySection(made, SectionImageInformation, &information, sizeof information, NULL), STATUS_SUCCESS);
    CHECK(information.Machine == 0x8664 && information.ImageContainsCode);

    PVOID base = NULL;
    SIZE_T size = 0;
    STATUS(NtMapViewOfSection(made, NtCurrentProcess(), &base, 0, 0, NULL, &size, ViewShare, 0, PAGE_READONLY), STATUS_SUCCESS);
    char *first = base;
    CHECK(first == (char *)0x30000000 && size == 0x5000);
    char *second = NULL;
    base = NULL;
    size = 0;
    STATUS(NtMapViewOfSection(made, NtCurrentProcess(), &base, 0, 0, NULL, &size, ViewShare, 0, PAGE_READONLY), STATUS_IMAGE_NOT_AT_BASE);
    second = base;
    CHECK(second != NULL && second != first);
    static const struct { SIZE_T at, size; DWORD protection; } parts[] = {
        {0, 0x1000, PAGE_READONLY}, {0x1000, 0x2000, PAGE_EXECUTE_READ}, {0x3000, 0x1000, PAGE_WRITECOPY}, {0x4000, 0x1000, PAGE_READONLY},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        MEMORY_BASIC_INFORMATION block = query(first + parts[i].at);
        CHECK(block.Type == MEM_IMAGE && block.State == MEM_COMMIT && block.Protect == parts[i].protection);
        CHECK(block.RegionSize == parts[i].size && block.AllocationProtect == PAGE_EXECUTE_WRITECOPY);
        CHECK(block.AllocationBase == first);
    }
    CHECK(first[0] == 'M' && (unsigned char)first[0x11FF] == 0xC3 && first[0x1200] == 0 && first[0x3000] == 'd' && first[0x4000] == 'r');
    CHECK(touch_write(first + 0x1000) == EXCEPTION_ACCESS_VIOLATION && touch_write(first + 0x4000) == EXCEPTION_ACCESS_VIOLATION);
    first[0x3000] = 'w';
    CHECK(query(first + 0x3000).Protect == PAGE_READWRITE && second[0x3000] == 'd' && query(second + 0x3000).Protect == PAGE_WRITECOPY);
    char byte = 0;
    CHECK(SetFilePointer(file, 0x400, NULL, FILE_BEGIN) == 0x400 && ReadFile(file, &byte, 1, &done, NULL) && byte == 'd');
    STATUS(NtAreMappedFilesTheSame(first, second), STATUS_SUCCESS);
    MEMORY_IMAGE_INFORMATION mapped;
    STATUS(NtQueryVirtualMemory(NtCurrentProcess(), second + 0x1234, MemoryImageInformation, &mapped, sizeof mapped, NULL), STATUS_SUCCESS);
    CHECK(mapped.ImageBase == second && mapped.SizeOfImage == 0x5000 && mapped.ImageFlags == 0);

    /* A part of an image, by the view's size or by the section's: the size that is told is still that of the whole. */
    base = NULL;
    size = 0x1800;
    STATUS(NtMapViewOfSection(made, NtCurrentProcess(), &base, 0, 0, NULL, &size, ViewShare, 0, PAGE_READONLY), STATUS_IMAGE_NOT_AT_BASE);
    CHECK(size == 0x2000 && query((char *)base + 0x1000).Protect == PAGE_EXECUTE_READ && query((char *)base + 0x1000).RegionSize == 0x1000);
    STATUS(NtQueryVirtualMemory(NtCurrentProcess(), base, MemoryImageInformation, &mapped, sizeof mapped, NULL), STATUS_SUCCESS);
    CHECK(mapped.ImageBase == base && mapped.SizeOfImage == 0x5000 && mapped.ImagePartialMap == 1);
    CHECK(UnmapViewOfFile(base));
    HANDLE part = CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0x3000, NULL);
    base = NULL;
    size = 0;
    STATUS(NtMapViewOfSection(part, NtCurrentProcess(), &base, 0, 0, NULL, &size, ViewShare, 0, PAGE_READONLY), STATUS_IMAGE_NOT_AT_BASE);
    CHECK(size == 0x3000 && (unsigned char)((char *)base)[0x11FF] == 0xC3);
    STATUS(NtQueryVirtualMemory(NtCurrentProcess(), base, MemoryImageInformation, &mapped, sizeof mapped, NULL), STATUS_SUCCESS);
    CHECK(mapped.SizeOfImage == 0x5000 && mapped.ImagePartialMap == 1);
    PVOID more = NULL;
    size = 0x4000;
    STATUS(NtMapViewOfSection(part, NtCurrentProcess(), &more, 0, 0, NULL, &size, ViewShare, 0, PAGE_READONLY), STATUS_INVALID_VIEW_SIZE);
    CHECK(UnmapViewOfFile(base) && CloseHandle(part));
    FAILS(CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0x6000, NULL) != NULL, ERROR_NOT_ENOUGH_MEMORY);

    /* The machine that it has to be for; any with 0, and once only. */
    MEM_EXTENDED_PARAMETER wanted[2] = {{.Type = MemExtendedParameterImageMachine}, {.Type = MemExtendedParameterImageMachine}};
    static const struct { DWORD machine; ULONG count; DWORD status; } machines[] = {
        {0, 1, STATUS_IMAGE_NOT_AT_BASE}, {IMAGE_FILE_MACHINE_AMD64, 1, STATUS_IMAGE_NOT_AT_BASE},
        {IMAGE_FILE_MACHINE_R4000, 1, STATUS_NOT_SUPPORTED}, {0, 2, STATUS_INVALID_PARAMETER},
    };
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        wanted[0].ULong = machines[i].machine;
        base = NULL;
        size = 0;
        STATUS(NtMapViewOfSectionEx(made, NtCurrentProcess(), &base, NULL, &size, 0, PAGE_READONLY, wanted, machines[i].count),
            machines[i].status);
        CHECK(base == NULL || UnmapViewOfFile(base));
    }
    CHECK(UnmapViewOfFile(first + 0x3456) && UnmapViewOfFile(second) && CloseHandle(made));

    /* Whatever the bytes are, the call fails or makes a section. */
    unsigned seed = 1;
    for (int round = 0; round < 500; round++) {
        make();
        for (int change = 0; change < 4; change++) {
            seed = seed * 1664525 + 1013904223;
            image[(seed >> 8) % 0x200] = (unsigned char)(seed >> 24);
        }
        CHECK(SetFilePointer(file, 0, NULL, FILE_BEGIN) == 0 && WriteFile(file, image, sizeof image, &done, NULL));
        HANDLE other = CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL);
        if (other == NULL)
            continue;
        char *view = MapViewOfFile(other, FILE_MAP_READ, 0, 0, 0);
        CHECK(view == NULL || (query(view).Type == MEM_IMAGE && touch_read(view) == 0 && UnmapViewOfFile(view)));
        CHECK(CloseHandle(other));
    }
    CHECK(SetFilePointer(file, 0, NULL, FILE_BEGIN) == 0 && WriteFile(file, "none", 4, &done, NULL));
    FAILS(CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL), ERROR_BAD_EXE_FORMAT);
    CHECK(CloseHandle(file));
    return finish();
}
