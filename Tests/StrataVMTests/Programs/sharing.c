/* Who may open a file besides whom, what a file that has sections must not do, and how files come and go. */
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>
#include "check.h"

static char name[MAX_PATH], other[MAX_PATH + 2];

static HANDLE open_as(DWORD access, DWORD share, DWORD disposition, DWORD flags)
{
    SetLastError(0xDEADBEEF);
    return CreateFileA(name, access, share, NULL, disposition, flags, NULL);
}

static void refused(DWORD access, DWORD share, DWORD disposition, DWORD flags, DWORD error, int line)
{
    HANDLE file = open_as(access, share, disposition, flags);
    CHECK(file == INVALID_HANDLE_VALUE && GetLastError() == error);
    if (file != INVALID_HANDLE_VALUE || GetLastError() != error)
        printf("  from line %d\n", line);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
}
#define REFUSED(access, share, disposition, flags, error) refused(access, share, disposition, flags, error, __LINE__)

static void granted(DWORD access, DWORD share, DWORD disposition, DWORD flags, DWORD error, int line)
{
    HANDLE file = open_as(access, share, disposition, flags);
    CHECK(file != INVALID_HANDLE_VALUE && GetLastError() == error);
    if (file == INVALID_HANDLE_VALUE || GetLastError() != error)
        printf("  from line %d\n", line);
    else
        CHECK(CloseHandle(file));
}
#define GRANTED(access, share, disposition, flags, error) granted(access, share, disposition, flags, error, __LINE__)

static const DWORD all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

static bool exists(void) { return access(name, F_OK) == 0; }

static long long size(void)
{
    struct stat information;
    return stat(name, &information) == 0 ? (long long)information.st_size : -1;
}

static void make(DWORD bytes)
{
    HANDLE file = open_as(GENERIC_WRITE, 0, CREATE_ALWAYS, 0);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK(SetFilePointer(file, (LONG)bytes, NULL, FILE_BEGIN) == bytes && SetEndOfFile(file) && CloseHandle(file));
}

/* Every pair of two opens: the kinds of access are three, and each has to be allowed by the other. */
static void matrix(void)
{
    static const DWORD rights[] = {FILE_READ_DATA, FILE_WRITE_DATA, DELETE};
    for (unsigned first = 0; first < 64; first++) {
        DWORD firstAccess = 0x00100000, firstShare = first >> 3;
        for (int i = 0; i < 3; i++)
            firstAccess |= first & 1u << i ? rights[i] : 0;
        HANDLE file = open_as(firstAccess, firstShare, OPEN_EXISTING, 0);
        CHECK(file != INVALID_HANDLE_VALUE && GetLastError() == 0);
        for (unsigned second = 0; second < 64; second++) {
            DWORD access = 0x00100000;
            const DWORD share = second >> 3;
            for (int i = 0; i < 3; i++)
                access |= second & 1u << i ? rights[i] : 0;
            /* Whoever wants nothing is not asked, and does not ask. */
            const bool isAllowed = (first & 7) == 0 || (second & 7) == 0
                || ((second & 7 & ~firstShare) == 0 && (first & 7 & ~share) == 0);
            HANDLE open = open_as(access, share, OPEN_EXISTING, 0);
            CHECK((open != INVALID_HANDLE_VALUE) == isAllowed && GetLastError() == (isAllowed ? 0 : ERROR_SHARING_VIOLATION));
            if (open != INVALID_HANDLE_VALUE)
                CHECK(CloseHandle(open));
        }
        CHECK(CloseHandle(file));
    }
    /* A third one has to agree with both; a duplicate is the same open file. */
    HANDLE one = open_as(GENERIC_READ, all, OPEN_EXISTING, 0), two = open_as(GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING, 0), copy;
    CHECK(one != INVALID_HANDLE_VALUE && two != INVALID_HANDLE_VALUE);
    REFUSED(GENERIC_WRITE, all, OPEN_EXISTING, 0, ERROR_SHARING_VIOLATION);
    CHECK(DuplicateHandle(GetCurrentProcess(), two, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(CloseHandle(two));
    REFUSED(GENERIC_WRITE, all, OPEN_EXISTING, 0, ERROR_SHARING_VIOLATION);
    CHECK(CloseHandle(copy));
    GRANTED(GENERIC_WRITE, all, OPEN_EXISTING, 0, 0);
    REFUSED(GENERIC_WRITE, FILE_SHARE_WRITE, OPEN_EXISTING, 0, ERROR_SHARING_VIOLATION);
    /* Executing is reading, and appending is writing. */
    REFUSED(FILE_APPEND_DATA, FILE_SHARE_WRITE, OPEN_EXISTING, 0, ERROR_SHARING_VIOLATION);
    CHECK(CloseHandle(one));
    one = open_as(GENERIC_EXECUTE, FILE_SHARE_WRITE, OPEN_EXISTING, 0);
    REFUSED(GENERIC_READ, all, OPEN_EXISTING, 0, ERROR_SHARING_VIOLATION);
    CHECK(CloseHandle(one));
    /* The file counts and not its name. */
    snprintf(other, sizeof other, "%s.2", name);
    CHECK(link(name, other) == 0);
    one = CreateFileA(other, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(one != INVALID_HANDLE_VALUE);
    REFUSED(GENERIC_READ, all, OPEN_EXISTING, 0, ERROR_SHARING_VIOLATION);
    CHECK(CloseHandle(one) && DeleteFileA(other) && exists());
    /* A mapping does not keep a closed file to itself. */
    one = open_as(GENERIC_READ | GENERIC_WRITE, 0, OPEN_EXISTING, 0);
    HANDLE section = CreateFileMappingA(one, NULL, PAGE_READWRITE, 0, 0x1000, NULL);
    CHECK(section != NULL && CloseHandle(one));
    GRANTED(GENERIC_READ | GENERIC_WRITE, 0, OPEN_EXISTING, 0, 0);
    CHECK(CloseHandle(section));
}

static void dispositions(void)
{
    make(0x3000);
    REFUSED(GENERIC_READ, all, CREATE_NEW, 0, ERROR_FILE_EXISTS);
    GRANTED(GENERIC_READ, all, OPEN_EXISTING, 0, 0);
    GRANTED(GENERIC_READ, all, OPEN_ALWAYS, 0, ERROR_ALREADY_EXISTS);
    CHECK(size() == 0x3000);
    REFUSED(GENERIC_READ, all, TRUNCATE_EXISTING, 0, ERROR_INVALID_PARAMETER);
    REFUSED(GENERIC_READ, all, 0, 0, ERROR_INVALID_PARAMETER);
    REFUSED(GENERIC_READ, all, 6, 0, ERROR_INVALID_PARAMETER);
    CHECK(size() == 0x3000);
    GRANTED(GENERIC_WRITE, all, TRUNCATE_EXISTING, 0, 0);
    CHECK(size() == 0);
    make(0x3000);
    GRANTED(GENERIC_READ, all, CREATE_ALWAYS, 0, ERROR_ALREADY_EXISTS);
    CHECK(size() == 0 && DeleteFileA(name));
    FAILS(DeleteFileA(name), ERROR_FILE_NOT_FOUND);
    REFUSED(GENERIC_READ, all, OPEN_EXISTING, 0, ERROR_FILE_NOT_FOUND);
    REFUSED(GENERIC_WRITE, all, TRUNCATE_EXISTING, 0, ERROR_FILE_NOT_FOUND);
    CHECK(!exists());
    GRANTED(GENERIC_READ, all, CREATE_NEW, 0, 0);
    CHECK(DeleteFileA(name));
    GRANTED(GENERIC_READ, all, CREATE_ALWAYS, 0, 0);
    CHECK(DeleteFileA(name));
    GRANTED(GENERIC_READ, all, OPEN_ALWAYS, 0, 0);
    CHECK(exists());
    static char missing[MAX_PATH + 16];
    snprintf(missing, sizeof missing, "%s.none/file", name);
    for (DWORD disposition = CREATE_NEW; disposition <= OPEN_ALWAYS; disposition++)
        FAILS(CreateFileA(missing, GENERIC_READ, all, NULL, disposition, 0, NULL) != INVALID_HANDLE_VALUE, ERROR_PATH_NOT_FOUND);
    FAILS(DeleteFileA(missing), ERROR_PATH_NOT_FOUND);
    /* Nothing is truncated by a call that fails. */
    make(0x3000);
    HANDLE file = open_as(GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING, 0);
    REFUSED(GENERIC_WRITE, all, TRUNCATE_EXISTING, 0, ERROR_SHARING_VIOLATION);
    REFUSED(GENERIC_READ, all, CREATE_ALWAYS, 0, ERROR_SHARING_VIOLATION);
    CHECK(size() == 0x3000 && CloseHandle(file));
    /* A file that must not be written. */
    CHECK(chmod(name, 0444) == 0);
    REFUSED(GENERIC_WRITE, all, OPEN_EXISTING, 0, ERROR_ACCESS_DENIED);
    REFUSED(GENERIC_READ, all, CREATE_ALWAYS, 0, ERROR_ACCESS_DENIED);
    GRANTED(GENERIC_READ, all, OPEN_EXISTING, 0, 0);
    FAILS(DeleteFileA(name), ERROR_ACCESS_DENIED);
    CHECK(chmod(name, 0644) == 0 && size() == 0x3000 && DeleteFileA(name));
    file = open_as(GENERIC_READ | GENERIC_WRITE, all, CREATE_NEW, FILE_ATTRIBUTE_READONLY);
    DWORD done;
    CHECK(file != INVALID_HANDLE_VALUE && WriteFile(file, "x", 1, &done, NULL) && CloseHandle(file));
    CHECK(GetFileAttributesA(name) == FILE_ATTRIBUTE_READONLY && chmod(name, 0644) == 0);
    CHECK(GetFileAttributesA("/") == FILE_ATTRIBUTE_DIRECTORY && DeleteFileA(name));
    file = CreateFileA("/dev/zero", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    char byte = 1;
    CHECK(file != INVALID_HANDLE_VALUE && ReadFile(file, &byte, 1, &done, NULL) && byte == 0 && CloseHandle(file));
}

static void deletion(void)
{
    /* Deleting asks those who have the file open, and leaves it to them. */
    make(0x1000);
    HANDLE file = open_as(GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING, 0);
    FAILS(DeleteFileA(name), ERROR_SHARING_VIOLATION);
    CHECK(CloseHandle(file) && exists());
    file = open_as(GENERIC_READ, all, OPEN_EXISTING, 0);
    CHECK(DeleteFileA(name) && !exists() && GetFileSize(file, NULL) == 0x1000 && CloseHandle(file));

    /* The name goes with the last handle, and nobody opens the file once its deleter has closed it. */
    make(0x1000);
    HANDLE deleter = open_as(GENERIC_READ, all, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE);
    REFUSED(GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING, 0, ERROR_SHARING_VIOLATION);
    file = open_as(GENERIC_READ, all, OPEN_EXISTING, 0);
    CHECK(deleter != INVALID_HANDLE_VALUE && file != INVALID_HANDLE_VALUE && CloseHandle(deleter) && exists());
    REFUSED(GENERIC_READ, all, OPEN_EXISTING, 0, ERROR_ACCESS_DENIED);
    REFUSED(GENERIC_READ, all, CREATE_ALWAYS, 0, ERROR_ACCESS_DENIED);
    FAILS(DeleteFileA(name), ERROR_ACCESS_DENIED);
    CHECK(CloseHandle(file) && !exists());
    GRANTED(GENERIC_READ, 0, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE, 0);
    CHECK(!exists());
    /* Only its own name: another file that has it by then stays. */
    make(0x1000);
    deleter = open_as(GENERIC_READ, all, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE);
    CHECK(DeleteFileA(name));
    make(0x2000);
    CHECK(CloseHandle(deleter) && size() == 0x2000);
    CHECK(chmod(name, 0444) == 0);
    REFUSED(GENERIC_READ, all, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, ERROR_ACCESS_DENIED);
    CHECK(chmod(name, 0644) == 0 && DeleteFileA(name));
}

/* What has a section or a view is neither shortened nor deleted. */
static void sections(void)
{
    make(0x5000);
    HANDLE file = open_as(GENERIC_READ | GENERIC_WRITE, all, OPEN_EXISTING, 0);
    HANDLE section = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 0, NULL);
    char *view = NULL;
    for (int round = 0; round < 2; round++) {
        CHECK(SetFilePointer(file, 0x4FFF, NULL, FILE_BEGIN) == 0x4FFF);
        FAILS(SetEndOfFile(file), ERROR_USER_MAPPED_FILE);
        CHECK(SetFilePointer(file, 0x5000, NULL, FILE_BEGIN) == 0x5000 && SetEndOfFile(file));
        CHECK(SetFilePointer(file, 0x7000, NULL, FILE_BEGIN) == 0x7000 && SetEndOfFile(file) && size() == 0x7000);
        CHECK(SetFilePointer(file, 0x5000, NULL, FILE_BEGIN) == 0x5000 && SetEndOfFile(file) && size() == 0x5000);
        REFUSED(GENERIC_WRITE, all, TRUNCATE_EXISTING, 0, ERROR_USER_MAPPED_FILE);
        REFUSED(GENERIC_READ, all, CREATE_ALWAYS, 0, ERROR_USER_MAPPED_FILE);
        GRANTED(GENERIC_READ | GENERIC_WRITE, all, OPEN_ALWAYS, 0, ERROR_ALREADY_EXISTS);
        FAILS(DeleteFileA(name), ERROR_ACCESS_DENIED);
        CHECK(size() == 0x5000);
        if (round == 0) {
            view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
            CHECK(view != NULL && CloseHandle(section));
        }
    }
    CHECK(UnmapViewOfFile(view));
    CHECK(SetFilePointer(file, 0x1000, NULL, FILE_BEGIN) == 0x1000 && SetEndOfFile(file) && size() == 0x1000);
    /* A section that grew needs more of it. */
    LARGE_INTEGER wanted;
    wanted.QuadPart = 0x6000;
    section = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 0, NULL);
    STATUS(NtExtendSection(section, &wanted), STATUS_SUCCESS);
    CHECK(SetFilePointer(file, 0x5FFF, NULL, FILE_BEGIN) == 0x5FFF);
    FAILS(SetEndOfFile(file), ERROR_USER_MAPPED_FILE);
    CHECK(CloseHandle(section) && SetEndOfFile(file) && size() == 0x5FFF && CloseHandle(file));
    GRANTED(GENERIC_WRITE, all, TRUNCATE_EXISTING, 0, 0);

    /* A file that deletes itself lives as long as its view, without its name. */
    make(0x2000);
    file = open_as(GENERIC_READ | GENERIC_WRITE, 0, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE);
    section = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 0, NULL);
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    CHECK(view != NULL && CloseHandle(section) && CloseHandle(file) && !exists());
    view[0x1FFF] = 1;
    CHECK(view[0x1FFF] == 1 && UnmapViewOfFile(view));
}

static void information(void)
{
    make(0x1234);
    CHECK(link(name, other) == 0);
    HANDLE file = open_as(GENERIC_READ, all, OPEN_EXISTING, 0), link = CreateFileA(other, GENERIC_READ, all, NULL, OPEN_EXISTING, 0, NULL);
    BY_HANDLE_FILE_INFORMATION one, two;
    memset(&one, 0xCC, sizeof one);
    memset(&two, 0x33, sizeof two);
    CHECK(GetFileInformationByHandle(file, &one) && GetFileInformationByHandle(link, &two));
    CHECK(memcmp(&one, &two, sizeof one) == 0 && one.nFileSizeLow == 0x1234 && one.nFileSizeHigh == 0 && one.nNumberOfLinks == 2);
    struct stat host;
    CHECK(stat(name, &host) == 0 && one.nFileIndexLow == (DWORD)host.st_ino && one.nFileIndexHigh == (DWORD)(host.st_ino >> 32));
    const ULONG64 written = (ULONG64)one.ftLastWriteTime.dwHighDateTime << 32 | one.ftLastWriteTime.dwLowDateTime;
    CHECK(written / 10000000 - 11644473600ull == (ULONG64)host.st_mtime);
    FAILS(GetFileInformationByHandle(file, NULL), ERROR_NOACCESS);
    FAILS(GetFileInformationByHandle(NULL, &one), ERROR_INVALID_HANDLE);
    CHECK(CloseHandle(file) && CloseHandle(link) && DeleteFileA(other) && DeleteFileA(name));
}

int main(void)
{
    char directory[MAX_PATH];
    CHECK(GetTempPathA(sizeof directory, directory) && GetTempFileNameA(directory, "shr", 0, name));
    make(0x1000);
    matrix();
    dispositions();
    deletion();
    sections();
    information();
    return finish();
}
