/* Sections that grow: those of files, as far as their protection and their handle allow. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "check.h"

static char name[MAX_PATH];

static HANDLE open_file(DWORD access, DWORD size)
{
    static char bytes[0x20000];
    HANDLE file = CreateFileA(
        name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD done;
    memset(bytes, 'f', sizeof bytes);
    CHECK(WriteFile(file, bytes, size, &done, NULL) && done == size && CloseHandle(file));
    return CreateFileA(
        name, access, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
}

static long long file_size(void)
{
    struct stat information;
    return stat(name, &information) == 0 ? (long long)information.st_size : -1;
}

static NTSTATUS extend(HANDLE section, long long wanted, long long *granted)
{
    LARGE_INTEGER size;
    size.QuadPart = wanted;
    const NTSTATUS status = NtExtendSection(section, &size);
    *granted = size.QuadPart;
    return status;
}

static long long section_size(HANDLE section)
{
    SECTION_BASIC_INFORMATION information;
    memset(&information, 0, sizeof information);
    STATUS(NtQuerySection(section, SectionBasicInformation, &information, sizeof information, NULL), STATUS_SUCCESS);
    return information.Size.QuadPart;
}

int main(void)
{
    char directory[MAX_PATH];
    long long granted = 0;
    CHECK(GetTempPathA(sizeof directory, directory) && GetTempFileNameA(directory, "ext", 0, name));

    /* The file grows with a section that can be written. */
    HANDLE file = open_file(GENERIC_READ | GENERIC_WRITE, 0x1234);
    HANDLE section;
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, NULL, PAGE_READWRITE, SEC_COMMIT, file), STATUS_SUCCESS);
    CHECK(section_size(section) == 0x1234);
    char *small = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    CHECK(small != NULL && small[0x1233] == 'f' && query(small).RegionSize == 0x2000);
    STATUS(extend(section, 0x23456, &granted), STATUS_SUCCESS);
    CHECK(granted == 0x23456 && section_size(section) == 0x23456 && file_size() == 0x23456);
    CHECK(query(small).RegionSize == 0x2000);
    char *large = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    CHECK(large != NULL && query(large).RegionSize == 0x24000 && large[0x1233] == 'f' && large[0x1234] == 0);
    large[0x23455] = 'l';
    small[0x10] = 's';
    CHECK(large[0x10] == 's');
    char *end = MapViewOfFile(section, FILE_MAP_READ, 0, 0x20000, 0);
    CHECK(end != NULL && end[0x3455] == 'l' && query(end).RegionSize == 0x4000);
    /* It never becomes smaller, and the file is not touched where it is large enough. */
    STATUS(extend(section, 0x1000, &granted), STATUS_SUCCESS);
    CHECK(granted == 0x23456 && section_size(section) == 0x23456 && file_size() == 0x23456);
    STATUS(extend(section, 0, &granted), STATUS_SUCCESS);
    CHECK(granted == 0x23456);
    STATUS(extend(section, -1, &granted), STATUS_SECTION_TOO_BIG);
    STATUS(extend(section, 1ll << 62, &granted), STATUS_SECTION_TOO_BIG);
    CHECK(section_size(section) == 0x23456 && file_size() == 0x23456);
    STATUS(NtExtendSection(section, NULL), STATUS_ACCESS_VIOLATION);
    STATUS(NtExtendSection((HANDLE)0xDEADBEEC, (LARGE_INTEGER *)&granted), STATUS_INVALID_HANDLE);
    STATUS(NtExtendSection(file, (LARGE_INTEGER *)&granted), STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(UnmapViewOfFile(small) && UnmapViewOfFile(large) && UnmapViewOfFile(end));
    CHECK(CloseHandle(section));

    /* The handle has to be good for it. */
    STATUS(NtCreateSection(&section, SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE, NULL, NULL, PAGE_READWRITE, SEC_COMMIT, file), STATUS_SUCCESS);
    STATUS(extend(section, 0x40000, &granted), STATUS_ACCESS_DENIED);
    CHECK(section_size(section) == 0x23456 && CloseHandle(section) && CloseHandle(file));

    /* One that is only read grows within its file. */
    file = open_file(GENERIC_READ, 0x8000);
    LARGE_INTEGER part;
    part.QuadPart = 0x1000;
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &part, PAGE_READONLY, SEC_COMMIT, file), STATUS_SUCCESS);
    CHECK(MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0x2000) == NULL);
    STATUS(extend(section, 0x8000, &granted), STATUS_SUCCESS);
    char *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0x8000);
    CHECK(view != NULL && view[0x7FFF] == 'f');
    STATUS(extend(section, 0x8001, &granted), STATUS_SECTION_NOT_EXTENDED);
    CHECK(section_size(section) == 0x8000 && file_size() == 0x8000);
    CHECK(UnmapViewOfFile(view) && CloseHandle(section));
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, NULL, PAGE_WRITECOPY, SEC_COMMIT, file), STATUS_SUCCESS);
    STATUS(extend(section, 0x9000, &granted), STATUS_SECTION_NOT_EXTENDED);
    CHECK(CloseHandle(section) && CloseHandle(file));

    /* The paging file's never grow, reserved or committed. */
    part.QuadPart = 0x10000;
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &part, PAGE_READWRITE, SEC_COMMIT, NULL), STATUS_SUCCESS);
    STATUS(extend(section, 0x20000, &granted), STATUS_SECTION_NOT_EXTENDED);
    CHECK(granted == 0x20000 && section_size(section) == 0x10000 && CloseHandle(section));
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &part, PAGE_READWRITE, SEC_RESERVE, NULL), STATUS_SUCCESS);
    STATUS(extend(section, 0x20000, &granted), STATUS_SECTION_NOT_EXTENDED);
    CHECK(CloseHandle(section) && DeleteFileA(name));
    return finish();
}
