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
    const PIMAGE_NT_HEADERS head = RtlImageNtHeader(kernel);
    const PIMAGE_SECTION_HEADER last = IMAGE_FIRST_SECTION(head) + head->FileHeader.NumberOfSections - 1;
    CHECK(query((char *)kernel + last->VirtualAddress).Protect == PAGE_WRITECOPY && touch_write(kernel) == EXCEPTION_ACCESS_VIOLATION);

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
    CHECK(basic.Attributes == (SEC_FILE | SEC_IMAGE) && basic.Size.QuadPart == RtlImageNtHeader(kernel)->OptionalHeader.SizeOfImage && CloseHandle(still));
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
    FAILS(HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, first, 2 << 20), ERROR_NOT_ENOUGH_MEMORY);
    FAILS(HeapAlloc(heap, 0, (SIZE_T)-8), ERROR_NOT_ENOUGH_MEMORY);
    FAILS(HeapFree(process, 0, first), ERROR_INVALID_PARAMETER);
    FAILS(HeapAlloc((HANDLE)0x12345678, 0, 8), ERROR_INVALID_HANDLE);
    CHECK(HeapFree(heap, 0, second) && HeapFree(heap, 0, NULL) && HeapDestroy(heap));
    FAILS(HeapAlloc(heap, 0, 8), ERROR_INVALID_HANDLE);
    char *block = HeapAlloc(process, 0, 64);
    CHECK(block != NULL && HeapFree(process, 0, block) && !HeapDestroy(process));
}

/* The calls as an image's readers find them: by the export directory, whose code works wherever a copy of it lies. */
static void exports(void)
{
    HMODULE native = GetModuleHandleA("ntdll.dll");
    NTSTATUS(NTAPI *close)(HANDLE) = (NTSTATUS(NTAPI *)(HANDLE))(ULONG_PTR)GetProcAddress(native, "NtClose");
    CHECK((PVOID)(ULONG_PTR)close == RtlFindExportedRoutineByName(native, "NtClose") && query((PVOID)(ULONG_PTR)close).Type == MEM_IMAGE);
    STATUS(close(NULL), STATUS_INVALID_HANDLE);
    CHECK(RtlFindExportedRoutineByName(native, "NtNothing") == NULL && RtlFindExportedRoutineByName(native, "") == NULL);
    CHECK(RtlFindExportedRoutineByName(native, NULL) == NULL && RtlFindExportedRoutineByName((HMODULE)&native, "NtClose") == NULL);
    FAILS(GetProcAddress(native, "StrataGetCommitCharge") != NULL, ERROR_PROC_NOT_FOUND);
    FAILS(GetProcAddress(native, "malloc") != NULL, ERROR_PROC_NOT_FOUND);

    BYTE *copy = VirtualAlloc(NULL, 0x1000, MEM_COMMIT, PAGE_EXECUTE_READWRITE);
    memcpy(copy, (PVOID)(ULONG_PTR)close, 32);
    FlushInstructionCache(NtCurrentProcess(), copy, 32);
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    STATUS(((NTSTATUS(NTAPI *)(HANDLE))copy)(event), STATUS_SUCCESS);
    STATUS(((NTSTATUS(NTAPI *)(HANDLE))copy)(event), STATUS_INVALID_HANDLE);
    VirtualFree(copy, 0, MEM_RELEASE);

    /* Every name of the directory is found, in order, and its code lies in the section of code. */
    ULONG size = 0;
    const IMAGE_EXPORT_DIRECTORY *directory = RtlImageDirectoryEntryToData(native, TRUE, IMAGE_DIRECTORY_ENTRY_EXPORT, &size);
    CHECK(directory != NULL && size > sizeof *directory && directory->NumberOfNames > 150);
    CHECK(strcmp((char *)native + directory->Name, "ntdll.dll") == 0);
    const PIMAGE_NT_HEADERS headers = RtlImageNtHeader(native);
    const DWORD *names = (DWORD *)((char *)native + directory->AddressOfNames);
    for (DWORD i = 0; i < directory->NumberOfNames; i++) {
        const char *name = (char *)native + names[i];
        CHECK(i == 0 || strcmp((char *)native + names[i - 1], name) < 0);
        const char *found = RtlFindExportedRoutineByName(native, name);
        CHECK(found != NULL && RtlImageRvaToSection(headers, native, (DWORD)(found - (char *)native)) == IMAGE_FIRST_SECTION(headers));
    }

    /* The same directory in the bytes of the file. */
    HANDLE file = CreateFileA("C:\\windows\\system32\\ntdll.dll", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    HANDLE section = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    char *bytes = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    const char *inFile = RtlImageDirectoryEntryToData((HMODULE)bytes, FALSE, IMAGE_DIRECTORY_ENTRY_EXPORT, &size);
    CHECK(inFile > bytes && memcmp(inFile, directory, size) == 0);
    CHECK(RtlImageRvaToVa(RtlImageNtHeader(bytes), (HMODULE)bytes, headers->OptionalHeader.DataDirectory[0].VirtualAddress, NULL) == inFile);
    CHECK(RtlImageRvaToVa(headers, native, 0x7FFFFFFF, NULL) == NULL && RtlImageNtHeader(NULL) == NULL && RtlImageNtHeader(&size) == NULL);
    CHECK(RtlImageDirectoryEntryToData(native, TRUE, 99, &size) == NULL);
    UnmapViewOfFile(bytes);
    CloseHandle(section);
    CloseHandle(file);

    ULONG64 page[4] = {0x1111111111111111, 0x22222222, 0x3333, 0};
    USHORT entries[] = {IMAGE_REL_BASED_DIR64 << 12 | 0, IMAGE_REL_BASED_HIGHLOW << 12 | 8, IMAGE_REL_BASED_HIGH << 12 | 16,
        IMAGE_REL_BASED_ABSOLUTE << 12, 7 << 12};
    CHECK(LdrProcessRelocationBlock(page, 4, entries, 0x10002) == (PIMAGE_BASE_RELOCATION)(entries + 4));
    CHECK(page[0] == 0x1111111111121113 && page[1] == 0x22232224 && page[2] == 0x3334);
    CHECK(LdrProcessRelocationBlock(page, 5, entries, 0) == NULL);
}

/* The program tells of itself as an image, and the page of shared data of the machine. */
static void system_data(void)
{
    const PIMAGE_NT_HEADERS headers = RtlImageNtHeader(RtlGetCurrentPeb()->ImageBaseAddress);
    CHECK(headers != NULL && !(headers->FileHeader.Characteristics & IMAGE_FILE_DLL) && query(headers).Type == MEM_IMAGE);
    CHECK(query(SharedUserData).Protect == PAGE_READONLY && query(SharedUserData).AllocationBase == (PVOID)SharedUserData);
    CHECK(touch_write((PVOID)SharedUserData) == EXCEPTION_ACCESS_VIOLATION);
    CHECK(SharedUserData->NtMajorVersion == 10 && SharedUserData->ActiveProcessorCount == RtlGetCurrentPeb()->NumberOfProcessors);
    SYSTEM_BASIC_INFORMATION basic;
    ULONG written = 0;
    STATUS(NtQuerySystemInformation(SystemBasicInformation, &basic, sizeof basic, &written), STATUS_SUCCESS);
    CHECK(written == sizeof basic && basic.PageSize == 0x1000 && basic.AllocationGranularity == 0x10000);
    CHECK(basic.MmNumberOfPhysicalPages == SharedUserData->NumberOfPhysicalPages);
    STATUS(NtQuerySystemInformation(SystemBasicInformation, &basic, sizeof basic - 1, &written), STATUS_INFO_LENGTH_MISMATCH);
    STATUS(NtQuerySystemInformation(SystemBasicInformation, NULL, sizeof basic, NULL), STATUS_ACCESS_VIOLATION);
    STATUS(NtQuerySystemInformation((SYSTEM_INFORMATION_CLASS)9999, &basic, sizeof basic, NULL), STATUS_INVALID_INFO_CLASS);
    SYSTEM_CPU_INFORMATION processor;
    STATUS(RtlGetNativeSystemInformation(SystemCpuInformation, &processor, sizeof processor, NULL), STATUS_SUCCESS);
    SYSTEM_INFO system;
    GetSystemInfo(&system);
    CHECK(processor.ProcessorArchitecture == system.wProcessorArchitecture);
    for (DWORD i = 0; i < PROCESSOR_FEATURE_MAX; i++)
        CHECK(IsProcessorFeaturePresent(i) == SharedUserData->ProcessorFeatures[i]);
    CHECK(!IsProcessorFeaturePresent(PROCESSOR_FEATURE_MAX) && IsProcessorFeaturePresent(PF_NX_ENABLED));
    CHECK(RtlGetEnabledExtendedFeatures(~(ULONG64)0) == GetEnabledXStateFeatures() && RtlGetEnabledExtendedFeatures(0) == 0);
    CHECK(SharedUserData->XState.EnabledFeatures == GetEnabledXStateFeatures());
    PROCESS_BASIC_INFORMATION process;
    STATUS(NtQueryInformationProcess(NtCurrentProcess(), ProcessBasicInformation, &process, sizeof process, NULL), STATUS_SUCCESS);
    CHECK(process.PebBaseAddress == RtlGetCurrentPeb() && process.UniqueProcessId == GetCurrentProcessId());
    STATUS(NtQueryInformationProcess(NULL, ProcessBasicInformation, &process, sizeof process, NULL), STATUS_INVALID_HANDLE);
    MANAGE_WRITES_TO_EXECUTABLE_MEMORY writes = {.Version = 2};
    STATUS(NtSetInformationProcess(NtCurrentProcess(), ProcessManageWritesToExecutableMemory, &writes, sizeof writes), STATUS_NOT_SUPPORTED);
}

int main(void)
{
    libraries();
    exports();
    system_data();
    heaps();
    return finish();
}
