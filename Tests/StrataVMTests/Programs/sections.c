/* Sections of files and of memory, their views, copies on write and names. */
#include "check.h"

static char path[MAX_PATH];

static HANDLE make_file(DWORD size)
{
    char directory[MAX_PATH];
    CHECK(GetTempPathA(sizeof directory, directory) && GetTempFileNameA(directory, "sec", 0, path));
    HANDLE file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0, NULL);
    CHECK(file != INVALID_HANDLE_VALUE && GetLastError() == ERROR_ALREADY_EXISTS);
    for (DWORD at = 0; at < size; at += 4) {
        DWORD done;
        WriteFile(file, &at, 4, &done, NULL);
    }
    return file;
}

static void copies(void)
{
    HANDLE file = make_file(0x14000);
    HANDLE section = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 0, NULL);
    CHECK(section != NULL);
    char *shared = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    char *copy = MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);
    char *tail = MapViewOfFile(section, FILE_MAP_READ, 0, 0x10000, 0);
    CHECK(shared != NULL && copy != NULL && tail != NULL);
    CHECK(*(DWORD *)(tail + 0x10) == 0x10010 && touch_write(tail) == EXCEPTION_ACCESS_VIOLATION);
    MEMORY_BASIC_INFORMATION information = query(copy);
    CHECK(information.Protect == PAGE_WRITECOPY && information.RegionSize == 0x14000 && information.Type == MEM_MAPPED);
    copy[0x3001] = 'c';
    information = query(copy);
    CHECK(information.Protect == PAGE_WRITECOPY && information.RegionSize == 0x3000);
    information = query(copy + 0x3000);
    CHECK(information.Protect == PAGE_READWRITE && information.RegionSize == 0x1000 && information.AllocationProtect == PAGE_WRITECOPY);
    CHECK(shared[0x3001] == 0x30 && copy[0x3001] == 'c');
    shared[0x2001] = 's';
    shared[0x3002] = 't';
    /* A page without a copy shows the file; one with a copy no longer does. */
    CHECK(copy[0x2001] == 's' && copy[0x3002] == 0);
    DWORD done, old;
    char bytes[2];
    CHECK(SetFilePointer(file, 0x3001, NULL, FILE_BEGIN) == 0x3001 && ReadFile(file, bytes, 2, &done, NULL));
    CHECK(bytes[0] == 0x30 && bytes[1] == 't');
    CHECK(FlushViewOfFile(shared, 0) && FlushViewOfFile(shared + 0x1000, 0x1000));
    CHECK(VirtualProtect(shared, 0x1000, PAGE_READONLY, &old) && old == PAGE_READWRITE);
    FAILS(VirtualProtect(tail, 0x1000, PAGE_READWRITE, &old), ERROR_INVALID_PARAMETER);
    FAILS(VirtualAlloc(shared, 0x1000, MEM_COMMIT, PAGE_READWRITE), ERROR_ACCESS_DENIED);
    FAILS(VirtualFree(shared, 0, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    CHECK(CloseHandle(section) && touch_read(shared) == 0);
    CHECK(UnmapViewOfFile(shared + 0x1234) && touch_read(shared) == EXCEPTION_ACCESS_VIOLATION);
    FAILS(UnmapViewOfFile(shared), ERROR_INVALID_ADDRESS);
    CHECK(UnmapViewOfFile(copy) && UnmapViewOfFile(tail + 100));
    CHECK(CloseHandle(file) && DeleteFileA(path));
}

/* A page of a shared view that is protected as copy on write leaves its file alone, whatever the file was opened for. */
static void shared_pages(void)
{
    HANDLE file = make_file(0x13000);
    CHECK(CloseHandle(file));
    for (int writable = 0; writable < 2; writable++) {
        file = CreateFileA(path, writable ? GENERIC_READ | GENERIC_WRITE : GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
        HANDLE section = CreateFileMappingA(file, NULL, writable ? PAGE_READWRITE : PAGE_READONLY, 0, 0, NULL);
        char *view = MapViewOfFile(section, writable ? FILE_MAP_WRITE : FILE_MAP_READ, 0, 0x10000, 0);
        char *other = MapViewOfFile(section, FILE_MAP_READ, 0, 0x10000, 0);
        DWORD old, done, word;
        CHECK(view != NULL && other != NULL && VirtualProtect(view + 0x1000, 0x2000, PAGE_WRITECOPY, &old));
        CHECK(touch_write(view + 0x1234) == 0 && view[0x1234] == 42 && view[0x1235] == 0x12);
        CHECK(query(view + 0x1000).Protect == PAGE_READWRITE && query(view + 0x1000).RegionSize == 0x1000);
        CHECK(query(view + 0x2000).Protect == PAGE_WRITECOPY && other[0x1234] == 0x34);
        SetFilePointer(file, 0x11234, NULL, FILE_BEGIN);
        CHECK(ReadFile(file, &word, sizeof word, &done, NULL) && done == sizeof word && word == 0x11234);
        /* The copy stays, whatever the page is protected as afterwards. */
        CHECK(VirtualProtect(view + 0x1000, 0x1000, PAGE_READONLY, &old) && old == PAGE_READWRITE && view[0x1234] == 42);
        CHECK(VirtualProtect(view + 0x1000, 0x1000, PAGE_WRITECOPY, &old) && old == PAGE_READONLY);
        CHECK(query(view + 0x1000).Protect == PAGE_READWRITE && touch_write(view + 0x1236) == 0 && other[0x1236] == 1);
        CHECK(UnmapViewOfFile(view) && UnmapViewOfFile(other) && CloseHandle(section) && CloseHandle(file));
    }
    CHECK(DeleteFileA(path));
    /* Memory without a file is copied likewise. */
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x2000, NULL);
    char *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0), *other = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    DWORD old;
    CHECK(VirtualProtect(view, 0x1000, PAGE_WRITECOPY, &old) && touch_write(view) == 0 && other[0] == 0 && view[0] == 42);
    CHECK(UnmapViewOfFile(view) && UnmapViewOfFile(other) && CloseHandle(section));
}

/* What a view is wanted for, against what its handle was opened for. */
static void access(void)
{
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x2000, NULL);
    static const struct { DWORD granted, wanted, protection; } rows[] = {
        {SECTION_MAP_READ, 0, PAGE_NOACCESS}, {0, 0, 0}, {SECTION_MAP_WRITE, 0, 0}, {SECTION_MAP_READ, FILE_MAP_COPY, PAGE_WRITECOPY},
        {SECTION_MAP_READ, FILE_MAP_COPY | SECTION_MAP_EXECUTE, PAGE_NOACCESS}, {SECTION_QUERY, FILE_MAP_COPY, 0},
        {SECTION_MAP_WRITE, FILE_MAP_WRITE | FILE_MAP_COPY, PAGE_READWRITE}, {SECTION_MAP_READ, FILE_MAP_READ | FILE_MAP_COPY, PAGE_READONLY},
        {SECTION_MAP_WRITE, FILE_MAP_READ | FILE_MAP_WRITE, 0}, {SECTION_MAP_READ | SECTION_MAP_WRITE, FILE_MAP_READ | FILE_MAP_WRITE, PAGE_READWRITE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        HANDLE handle;
        CHECK(DuplicateHandle(GetCurrentProcess(), section, GetCurrentProcess(), &handle, rows[i].granted, FALSE, 0));
        if (rows[i].protection == 0) {
            FAILS(MapViewOfFile(handle, rows[i].wanted, 0, 0, 0), ERROR_ACCESS_DENIED);
        } else {
            void *view = MapViewOfFile(handle, rows[i].wanted, 0, 0, 0);
            CHECK(view != NULL && query(view).Protect == rows[i].protection && UnmapViewOfFile(view));
        }
        CHECK(CloseHandle(handle));
    }
    CHECK(CloseHandle(section));
}

/* A view ends where its section does, to the byte, and the buffer of a query is written by nobody unless all of it can be. */
static void ends(void)
{
    HANDLE file = make_file(0x3458);
    HANDLE section = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0x3456, NULL);
    PVOID view = NULL;
    SIZE_T size = 0x3457;
    STATUS(NtMapViewOfSection(section, NtCurrentProcess(), &view, 0, 0, NULL, &size, ViewShare, 0, PAGE_READONLY), STATUS_INVALID_VIEW_SIZE);
    size = 0x3456;
    STATUS(NtMapViewOfSection(section, NtCurrentProcess(), &view, 0, 0, NULL, &size, ViewShare, 0, PAGE_READONLY), STATUS_SUCCESS);
    CHECK(size == 0x4000 && UnmapViewOfFile(view));
    SECTION_BASIC_INFORMATION *basic = VirtualAlloc(NULL, 0x2000, MEM_RESERVE, PAGE_READWRITE);
    CHECK(VirtualAlloc(basic, 0x1000, MEM_COMMIT, PAGE_READWRITE) == basic);
    STATUS(NtQuerySection(section, SectionBasicInformation, basic, 0x1000, NULL), STATUS_SUCCESS);
    CHECK(basic->Size.QuadPart == 0x3456);
    STATUS(NtQuerySection(section, SectionBasicInformation, basic, 0x1001, NULL), STATUS_ACCESS_VIOLATION);
    STATUS(NtQuerySection(section, SectionBasicInformation, basic, sizeof *basic - 1, NULL), STATUS_INFO_LENGTH_MISMATCH);
    CHECK(VirtualFree(basic, 0, MEM_RELEASE) && CloseHandle(section));
    /* What a call for an image demands of its words comes before the file is looked at. */
    FAILS(CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE | SEC_RESERVE, 0, 0, NULL), ERROR_INVALID_PARAMETER);
    FAILS(CreateFileMappingA(file, NULL, PAGE_NOACCESS | SEC_IMAGE, 0, 0, NULL), ERROR_INVALID_PARAMETER);
    FAILS(CreateFileMappingA(file, NULL, PAGE_EXECUTE_READ | SEC_IMAGE, 0, 0, NULL), ERROR_ACCESS_DENIED);
    FAILS(CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL), ERROR_BAD_EXE_FORMAT);
    CHECK(CloseHandle(file) && DeleteFileA(path));
}

static void errors(void)
{
    FAILS(CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0, NULL), ERROR_INVALID_PARAMETER);
    static const struct { DWORD protection, error; } rows[] = {
        {PAGE_READWRITE | SEC_RESERVE, 0}, {PAGE_READWRITE | SEC_COMMIT, 0}, {PAGE_READWRITE, 0},
        {PAGE_READWRITE | SEC_RESERVE | SEC_NOCACHE, 0}, {PAGE_READWRITE | SEC_COMMIT | SEC_WRITECOMBINE, 0},
        {PAGE_READWRITE | SEC_RESERVE | SEC_COMMIT, ERROR_INVALID_PARAMETER}, {PAGE_READWRITE | SEC_NOCACHE, ERROR_INVALID_PARAMETER},
        {PAGE_READWRITE | SEC_FILE, ERROR_INVALID_PARAMETER}, {PAGE_READONLY | SEC_IMAGE, ERROR_BAD_EXE_FORMAT},
        {PAGE_READWRITE | SEC_IMAGE | SEC_COMMIT, ERROR_INVALID_PARAMETER}, {PAGE_NOACCESS, ERROR_INVALID_PARAMETER},
        {PAGE_EXECUTE, ERROR_INVALID_PARAMETER}, {0, ERROR_INVALID_PARAMETER}, {PAGE_READONLY | PAGE_READWRITE, ERROR_INVALID_PARAMETER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        SetLastError(0xDEADBEEF);
        HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, rows[i].protection, 0, 0x3452, NULL);
        CHECK((section != NULL) == (rows[i].error == 0) && GetLastError() == rows[i].error);
        if (section != NULL)
            CHECK(CloseHandle(section));
    }
    HANDLE file = make_file(0);
    FAILS(CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL), ERROR_FILE_INVALID);
    HANDLE section = CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 0x12345, NULL);
    CHECK(section != NULL && GetFileSize(file, NULL) == 0x12345);
    SECTION_BASIC_INFORMATION basic;
    STATUS(NtQuerySection(section, SectionBasicInformation, &basic, sizeof basic, NULL), STATUS_SUCCESS);
    CHECK(basic.Attributes == SEC_FILE && basic.Size.QuadPart == 0x12345);
    FAILS(MapViewOfFile(section, FILE_MAP_READ, 0, 0x1000, 0), ERROR_MAPPED_ALIGNMENT);
    FAILS(MapViewOfFile(section, FILE_MAP_READ, 0, 0x20000, 0), ERROR_INVALID_PARAMETER);
    FAILS(MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0x20000), ERROR_ACCESS_DENIED);
    FAILS(MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, 0), ERROR_ACCESS_DENIED);
    FAILS(MapViewOfFile(file, FILE_MAP_READ, 0, 0, 0), ERROR_INVALID_HANDLE);
    HANDLE reader;
    CHECK(DuplicateHandle(GetCurrentProcess(), section, GetCurrentProcess(), &reader, SECTION_MAP_READ, FALSE, 0));
    FAILS(MapViewOfFile(reader, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
    char *view = MapViewOfFile(reader, FILE_MAP_READ, 0, 0, 0);
    CHECK(view != NULL && CloseHandle(reader) && UnmapViewOfFile(view));
    FAILS(CloseHandle(reader), ERROR_INVALID_HANDLE);
    CHECK(CloseHandle(section) && CloseHandle(file));
    file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    FAILS(CreateFileMappingA(file, NULL, PAGE_READWRITE, 0, 0, NULL), ERROR_ACCESS_DENIED);
    FAILS(CreateFileMappingA(file, NULL, PAGE_EXECUTE_READ, 0, 0, NULL), ERROR_ACCESS_DENIED);
    FAILS(CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0x20000, NULL), ERROR_NOT_ENOUGH_MEMORY);
    CHECK(CloseHandle(file) && DeleteFileA(path));
    FAILS(CreateFileA(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) != INVALID_HANDLE_VALUE, ERROR_FILE_NOT_FOUND);
    FAILS(DeleteFileA(path), ERROR_FILE_NOT_FOUND);
}

static void reserved(void)
{
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0, 0x40000, NULL);
    char *one = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0), *other = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0x10000, 0x20000);
    CHECK(one != NULL && other != NULL && touch_read(one) == EXCEPTION_ACCESS_VIOLATION);
    CHECK(query(one).State == MEM_RESERVE && query(one).Type == MEM_MAPPED && query(one).RegionSize == 0x40000);
    CHECK(VirtualAlloc(one + 0x12000, 0x2000, MEM_COMMIT, PAGE_READWRITE) == one + 0x12000);
    /* Committed through one view, there through every one. */
    CHECK(query(other + 0x2000).State == MEM_COMMIT && query(other + 0x2000).RegionSize == 0x2000);
    CHECK(touch_write(one + 0x12345) == 0 && touch_read(other + 0x2345) == 0 && other[0x2345] == 42);
    CHECK(touch_read(other + 0x4000) == EXCEPTION_ACCESS_VIOLATION);
    CHECK(UnmapViewOfFile(one) && UnmapViewOfFile(other) && CloseHandle(section));
}

/* What is in views is never dispensable: others have it as well. */
static void resets(void)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x20000, NULL);
    char *const all = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    all[0] = 1;
    const DWORD accesses[] = {FILE_MAP_WRITE, FILE_MAP_READ, FILE_MAP_COPY};
    for (int i = 0; i < 3; i++) {
        char *const view = MapViewOfFile(section, accesses[i], 0, 0, 0);
        CHECK(view != NULL && view[0] == 1 + i);
        CHECK(VirtualAlloc(view, 0x2000, MEM_RESET, PAGE_READWRITE) == view && VirtualAlloc(view, 0x2000, MEM_RESET_UNDO, PAGE_READWRITE) == view);
        /* No page has become a copy by it. */
        all[0]++;
        CHECK(view[0] == 2 + i && UnmapViewOfFile(view));
    }
    char *const copy = MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);
    CHECK(touch_write(copy) == 0 && VirtualAlloc(copy, 0x2000, MEM_RESET, PAGE_READWRITE) == copy);
    CHECK(VirtualAlloc(copy, 0x2000, MEM_RESET_UNDO, PAGE_READWRITE) == copy && UnmapViewOfFile(copy) && all[0] == 4);
    CHECK(UnmapViewOfFile(all) && CloseHandle(section));
}

static void names(void)
{
    HANDLE first = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x1000, "Local\\strata-names");
    CHECK(first != NULL && GetLastError() == 0);
    HANDLE second = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x9000, "strata-names");
    CHECK(second != NULL && GetLastError() == ERROR_ALREADY_EXISTS && second != first);
    FAILS(OpenFileMappingA(FILE_MAP_READ, FALSE, "Strata-Names"), ERROR_FILE_NOT_FOUND);
    HANDLE third = OpenFileMappingA(FILE_MAP_READ, FALSE, "Global\\strata-names");
    CHECK(third != NULL);
    int *writer = MapViewOfFile(first, FILE_MAP_WRITE, 0, 0, 0);
    const int *reader = MapViewOfFile(third, FILE_MAP_READ, 0, 0, 0);
    FAILS(MapViewOfFile(third, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
    *writer = 77;
    CHECK(*reader == 77);
    /* The name goes with the last handle; the views keep the memory. */
    CHECK(CloseHandle(first) && CloseHandle(second) && CloseHandle(third) && *reader == 77);
    FAILS(OpenFileMappingA(FILE_MAP_READ, FALSE, "strata-names"), ERROR_FILE_NOT_FOUND);
    CHECK(UnmapViewOfFile(writer) && UnmapViewOfFile(reader));

    UNICODE_STRING name;
    static const WCHAR text[] = {'\\', 'B', 'a', 's', 'e', 'N', 'a', 'm', 'e', 'd', 'O', 'b', 'j', 'e', 'c', 't', 's', '\\', 'n', 0};
    RtlInitUnicodeString(&name, text);
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &name, 0, NULL, NULL);
    LARGE_INTEGER size;
    size.QuadPart = 0x5000;
    HANDLE section, again;
    STATUS(NtCreateSection(&section, SECTION_ALL_ACCESS, &attributes, &size, PAGE_READWRITE, SEC_COMMIT, NULL), STATUS_SUCCESS);
    STATUS(NtCreateSection(&again, SECTION_ALL_ACCESS, &attributes, &size, PAGE_READWRITE, SEC_COMMIT, NULL), STATUS_OBJECT_NAME_COLLISION);
    STATUS(NtOpenSection(&again, SECTION_MAP_READ, &attributes), STATUS_SUCCESS);
    PVOID view = NULL;
    SIZE_T length = 0;
    STATUS(NtMapViewOfSection(section, NtCurrentProcess(), &view, 0, 0, NULL, &length, ViewShare, 0, PAGE_READWRITE), STATUS_SUCCESS);
    CHECK(length == 0x5000 && touch_write(view) == 0);
    STATUS(NtUnmapViewOfSection(NtCurrentProcess(), (char *)view + 0x4FFF), STATUS_SUCCESS);
    STATUS(NtUnmapViewOfSection(NtCurrentProcess(), view), STATUS_NOT_MAPPED_VIEW);
    STATUS(NtClose(section), STATUS_SUCCESS);
    STATUS(NtClose(again), STATUS_SUCCESS);
    STATUS(NtClose(again), STATUS_INVALID_HANDLE);
}

int main(void)
{
    copies();
    shared_pages();
    access();
    ends();
    errors();
    reserved();
    resets();
    names();
    return finish();
}
