/* The system's libraries as modules and as files, and heaps. */
#include <strings.h>
#include "check.h"

static void libraries(void)
{
    HMODULE kernel = GetModuleHandleA("kernel32.dll"), native = GetModuleHandleA("ntdll");
    CHECK(kernel != NULL && native != NULL && kernel != native && GetModuleHandleA("C:\\windows\\system32\\KERNEL32.DLL") == kernel);
    CHECK(GetModuleHandleA("api-ms-win-core-memory-l1-1-0") == GetModuleHandleA("kernelbase.dll") && LoadLibraryA("ntdll.dll") == native);
    FAILS(LoadLibraryA("user32.dll"), ERROR_MOD_NOT_FOUND);
    FAILS(FreeLibrary((HMODULE)0x1230000), ERROR_MOD_NOT_FOUND);
    CHECK(FreeLibrary(kernel) && FreeLibrary(GetModuleHandleA(NULL)));
    FAILS(GetProcAddress(kernel, (LPCSTR)(ULONG_PTR)7) != NULL, ERROR_PROC_NOT_FOUND);

    /* A module begins with its image's headers. */
    const BYTE *headers = kernel;
    CHECK(headers[0] == 'M' && headers[1] == 'Z' && memcmp(headers + *(const DWORD *)(headers + 0x3C), "PE\0\0", 4) == 0);
    CHECK(query(kernel).Type == MEM_IMAGE && query(kernel).AllocationProtect == PAGE_EXECUTE_WRITECOPY && query(kernel).Protect == PAGE_READONLY);
    CHECK(query((char *)kernel + 0x3000).Protect == PAGE_WRITECOPY && touch_write(kernel) == EXCEPTION_ACCESS_VIOLATION);

    char directory[MAX_PATH], path[2 * MAX_PATH], name[MAX_PATH];
    const UINT length = GetSystemDirectoryA(directory, sizeof directory);
    CHECK(length == strlen(directory) && GetSystemDirectoryA(path, length) == length + 1 && GetSystemDirectoryA(NULL, 0) == length + 1);
    snprintf(path, sizeof path, "%s\\kernel32.dll", directory);
    CHECK(GetModuleFileNameA(kernel, name, sizeof name) == strlen(path) && GetLastError() == 0);
    CHECK(strcasecmp(name + length + 1, "kernel32.dll") == 0 && GetModuleFileNameA(NULL, name, sizeof name) > 0 && name[0] == '/');
    CHECK(GetModuleFileNameA(kernel, name, 5) == 5 && GetLastError() == ERROR_INSUFFICIENT_BUFFER && strlen(name) == 4);
    FAILS(GetModuleFileNameA((HMODULE)0x1230000, name, sizeof name), ERROR_MOD_NOT_FOUND);
    WCHAR wide[MAX_PATH];
    CHECK(GetModuleFileNameW(kernel, wide, MAX_PATH) == strlen(path) && wide[0] == (WCHAR)path[0] && wide[strlen(path)] == 0);

    HANDLE file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(file != INVALID_HANDLE_VALUE && GetFileSize(file, NULL) > 0x1000 && GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES);
    HANDLE data = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    HANDLE image = CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL);
    char *bytes = MapViewOfFile(data, FILE_MAP_READ, 0, 0, 0), *view = MapViewOfFile(image, FILE_MAP_READ, 0, 0, 0);
    CHECK(bytes != NULL && view != NULL && (PVOID)view != kernel && memcmp(bytes, kernel, 0x200) == 0);
    /* An image is the same as another view of its file, of data even; data is the same as itself. */
    STATUS(NtAreMappedFilesTheSame(kernel, bytes), STATUS_SUCCESS);
    STATUS(NtAreMappedFilesTheSame(bytes, kernel), STATUS_NOT_SAME_DEVICE);
    STATUS(NtAreMappedFilesTheSame(kernel, view), STATUS_SUCCESS);
    STATUS(NtAreMappedFilesTheSame(view, (char *)kernel + 0x1000), STATUS_SUCCESS);
    STATUS(NtAreMappedFilesTheSame(kernel, native), STATUS_NOT_SAME_DEVICE);
    STATUS(NtAreMappedFilesTheSame(bytes, GetProcessHeap()), STATUS_CONFLICTING_ADDRESSES);
    /* A section of an image says no more than that, and its views are held to what it allows. */
    HANDLE still = CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE_NO_EXECUTE, 0, 0, NULL);
    SECTION_BASIC_INFORMATION basic;
    STATUS(NtQuerySection(still, SectionBasicInformation, &basic, sizeof basic, NULL), STATUS_SUCCESS);
    CHECK(basic.Attributes == (SEC_FILE | SEC_IMAGE) && basic.Size.QuadPart == 0x4000 && CloseHandle(still));
    FAILS(MapViewOfFile(image, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
    FAILS(MapViewOfFile(image, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, 0), ERROR_ACCESS_DENIED);
    CHECK(UnmapViewOfFile(bytes) && UnmapViewOfFile(view) && CloseHandle(data) && CloseHandle(image) && CloseHandle(file));
    FAILS(CreateFileA(path, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL) != INVALID_HANDLE_VALUE, ERROR_ACCESS_DENIED);
    FAILS(CreateFileA(path, GENERIC_READ, 0, NULL, CREATE_ALWAYS, 0, NULL) != INVALID_HANDLE_VALUE, ERROR_ACCESS_DENIED);
    snprintf(path, sizeof path, "%s\\nothing.dll", directory);
    FAILS(CreateFileA(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) != INVALID_HANDLE_VALUE, ERROR_FILE_NOT_FOUND);
}

static void heaps(void)
{
    HANDLE process = GetProcessHeap();
    CHECK(process != NULL && RtlGetCurrentPeb()->ProcessHeap == process && query(process).Type == MEM_PRIVATE);
    HANDLE heap = HeapCreate(0, 0x1000, 0);
    CHECK(heap != NULL && heap != process);
    char *first = HeapAlloc(heap, HEAP_ZERO_MEMORY, 100), *second = HeapAlloc(heap, 0, 0);
    CHECK(first != NULL && second != NULL && ((ULONG_PTR)first & 15) == 0 && first[0] == 0 && first[99] == 0);
    CHECK(HeapSize(heap, 0, first) == 100 && HeapSize(heap, 0, second) == 0);
    memset(first, 'h', 100);
    first = HeapReAlloc(heap, HEAP_ZERO_MEMORY, first, 5000);
    CHECK(first != NULL && first[99] == 'h' && first[100] == 0 && first[4999] == 0 && HeapSize(heap, 0, first) == 5000);
    CHECK(HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, first, 10) == first && HeapSize(heap, 0, first) == 10);
    FAILS(HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, first, 6000), ERROR_NOT_ENOUGH_MEMORY);
    FAILS(HeapAlloc(heap, 0, (SIZE_T)-8), ERROR_NOT_ENOUGH_MEMORY);
    FAILS(HeapFree(process, 0, first), ERROR_INVALID_PARAMETER);
    FAILS(HeapAlloc((HANDLE)0x12345678, 0, 8), ERROR_INVALID_HANDLE);
    FAILS(HeapCreate(HEAP_GENERATE_EXCEPTIONS, 0, 0), ERROR_NOT_SUPPORTED);
    CHECK(HeapFree(heap, 0, second) && HeapFree(heap, 0, NULL) && HeapDestroy(heap));
    FAILS(HeapAlloc(heap, 0, 8), ERROR_INVALID_HANDLE);
    char *block = HeapAlloc(process, 0, 64);
    CHECK(block != NULL && HeapFree(process, 0, block) && !HeapDestroy(process));
}

int main(void)
{
    libraries();
    heaps();
    return finish();
}
