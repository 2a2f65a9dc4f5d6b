/* The process's memory as a whole: the working set and its limits, counters, names of mapped files, notifications, clocks. */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define PAGE ((SIZE_T)0x1000)
#define EVERYTHING ((SIZE_T)-1)

static HANDLE self;
static char *read_only;

static void limits(void)
{
    SIZE_T minimum = 0, maximum = 0;
    DWORD flags = 0xCCCCCCCC;
    CHECK(GetProcessWorkingSetSize(self, &minimum, &maximum) && minimum == 50 * PAGE && maximum == 345 * PAGE);
    CHECK(GetProcessWorkingSetSizeEx(self, &minimum, &maximum, &flags));
    CHECK(flags == (QUOTA_LIMITS_HARDWS_MIN_DISABLE | QUOTA_LIMITS_HARDWS_MAX_DISABLE));

    /* What cannot be changes nothing. */
    FAILS(SetProcessWorkingSetSize(self, 0, 0), ERROR_INVALID_PARAMETER);
    FAILS(SetProcessWorkingSetSize(self, 0, 100 * PAGE), ERROR_INVALID_PARAMETER);
    FAILS(SetProcessWorkingSetSize(self, 100 * PAGE, 0), ERROR_INVALID_PARAMETER);
    FAILS(SetProcessWorkingSetSize(self, 101 * PAGE, 100 * PAGE), ERROR_INVALID_PARAMETER);
    FAILS(SetProcessWorkingSetSize(self, EVERYTHING, 100 * PAGE), ERROR_INVALID_PARAMETER);
    FAILS(SetProcessWorkingSetSize(self, 12 * PAGE, 12 * PAGE), ERROR_INVALID_PARAMETER);
    FAILS(SetProcessWorkingSetSize(self, (SIZE_T)1 << 60, (SIZE_T)1 << 61), ERROR_NO_SYSTEM_RESOURCES);
    FAILS(SetProcessWorkingSetSizeEx(self, 100 * PAGE, 200 * PAGE, 0x3), ERROR_INVALID_PARAMETER);
    FAILS(SetProcessWorkingSetSizeEx(self, 100 * PAGE, 200 * PAGE, 0xC), ERROR_INVALID_PARAMETER);
    FAILS(SetProcessWorkingSetSizeEx(self, 100 * PAGE, 200 * PAGE, 0x20), ERROR_INVALID_PARAMETER);
    FAILS(SetProcessWorkingSetSizeEx(self, EVERYTHING, EVERYTHING, 0x3), ERROR_INVALID_PARAMETER);
    CHECK(GetProcessWorkingSetSize(self, &minimum, &maximum) && minimum == 50 * PAGE && maximum == 345 * PAGE);

    CHECK(SetProcessWorkingSetSize(self, 100 * PAGE + 0x123, 200 * PAGE + 0xFFF));
    CHECK(GetProcessWorkingSetSize(self, &minimum, &maximum) && minimum == 100 * PAGE && maximum == 200 * PAGE);
    CHECK(SetProcessWorkingSetSizeEx(self, 60 * PAGE, 200 * PAGE, QUOTA_LIMITS_HARDWS_MAX_ENABLE));
    CHECK(GetProcessWorkingSetSizeEx(self, &minimum, &maximum, &flags) && minimum == 60 * PAGE);
    CHECK(flags == (QUOTA_LIMITS_HARDWS_MIN_DISABLE | QUOTA_LIMITS_HARDWS_MAX_ENABLE));
    CHECK(SetProcessWorkingSetSizeEx(self, 60 * PAGE, 200 * PAGE, QUOTA_LIMITS_HARDWS_MIN_ENABLE));
    CHECK(GetProcessWorkingSetSizeEx(self, &minimum, &maximum, &flags) && flags == 5);
    CHECK(SetProcessWorkingSetSizeEx(self, 60 * PAGE, 200 * PAGE, 0xA) && GetProcessWorkingSetSizeEx(self, &minimum, &maximum, &flags));
    CHECK(flags == 0xA);
    /* The smallest minimum is 20 pages. */
    CHECK(SetProcessWorkingSetSize(self, 1, 13 * PAGE) && GetProcessWorkingSetSize(self, &minimum, &maximum));
    CHECK(minimum == 20 * PAGE && maximum == 20 * PAGE);
    CHECK(SetProcessWorkingSetSize(self, 50 * PAGE, 345 * PAGE));

    FAILS(GetProcessWorkingSetSize(self, NULL, &maximum), ERROR_NOACCESS);
    FAILS(GetProcessWorkingSetSize(self, &minimum, (PSIZE_T)read_only), ERROR_NOACCESS);
    FAILS(GetProcessWorkingSetSizeEx(self, &minimum, &maximum, (PDWORD)8), ERROR_NOACCESS);
    FAILS(GetProcessWorkingSetSize((HANDLE)0x1234560, &minimum, &maximum), ERROR_INVALID_HANDLE);
    FAILS(SetProcessWorkingSetSize(NULL, 60 * PAGE, 200 * PAGE), ERROR_INVALID_HANDLE);
}

/* What may be locked follows the minimum. */
static void locks(void)
{
    struct rlimit host;
    CHECK(getrlimit(RLIMIT_MEMLOCK, &host) == 0);
    /* Nothing to be seen where the host lets lock less. */
    if (host.rlim_max < 128 * PAGE)
        return;
    char *const memory = VirtualAlloc(NULL, 128 * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    CHECK(SetProcessWorkingSetSize(self, 40 * PAGE, 200 * PAGE));
    FAILS(VirtualLock(memory, 33 * PAGE), ERROR_WORKING_SET_QUOTA);
    CHECK(VirtualLock(memory, 32 * PAGE) && VirtualLock(memory, 32 * PAGE));
    FAILS(VirtualLock(memory + 32 * PAGE, PAGE), ERROR_WORKING_SET_QUOTA);
    CHECK(SetProcessWorkingSetSize(self, 108 * PAGE, 200 * PAGE));
    CHECK(VirtualLock(memory, 100 * PAGE) && !VirtualLock(memory, 101 * PAGE));
    /* What is locked stays so. */
    CHECK(SetProcessWorkingSetSize(self, 20 * PAGE, 200 * PAGE));
    FAILS(VirtualLock(memory + 101 * PAGE, PAGE), ERROR_WORKING_SET_QUOTA);
    CHECK(VirtualUnlock(memory, 100 * PAGE) && VirtualLock(memory, 12 * PAGE) && VirtualUnlock(memory, 12 * PAGE));
    CHECK(VirtualFree(memory, 0, MEM_RELEASE) && SetProcessWorkingSetSize(self, 50 * PAGE, 345 * PAGE));
}

static void quota(void)
{
    QUOTA_LIMITS limits;
    QUOTA_LIMITS_EX all;
    ULONG size = 0;
    STATUS(NtQueryInformationProcess(self, ProcessQuotaLimits, &limits, sizeof limits, &size), STATUS_SUCCESS);
    CHECK(size == sizeof limits && limits.MinimumWorkingSetSize == 50 * PAGE && limits.MaximumWorkingSetSize == 345 * PAGE);
    CHECK(limits.PagefileLimit == EVERYTHING && limits.TimeLimit.QuadPart == -1);
    memset(&all, 0xCC, sizeof all);
    STATUS(NtQueryInformationProcess(self, ProcessQuotaLimits, &all, sizeof all, NULL), STATUS_SUCCESS);
    CHECK(all.Flags == 0xA && all.CpuRateLimit.RateData == 0 && all.MaximumWorkingSetSize == 345 * PAGE);
    STATUS(NtQueryInformationProcess(self, ProcessQuotaLimits, &all, sizeof all - 8, NULL), STATUS_INFO_LENGTH_MISMATCH);
    STATUS(NtQueryInformationProcess(self, ProcessQuotaLimits, read_only, sizeof limits, NULL), STATUS_ACCESS_VIOLATION);
    STATUS(NtQueryInformationProcess(self, ProcessQuotaLimits, &limits, sizeof limits, (PULONG)8), STATUS_ACCESS_VIOLATION);
    STATUS(NtQueryInformationProcess(NULL, ProcessQuotaLimits, &limits, sizeof limits, NULL), STATUS_INVALID_HANDLE);

    limits.MinimumWorkingSetSize = 70 * PAGE;
    STATUS(NtSetInformationProcess(self, ProcessQuotaLimits, &limits, sizeof limits), STATUS_SUCCESS);
    all.MinimumWorkingSetSize = 80 * PAGE;
    all.Flags = 0x6;
    STATUS(NtSetInformationProcess(self, ProcessQuotaLimits, &all, sizeof all), STATUS_SUCCESS);
    STATUS(NtQueryInformationProcess(self, ProcessQuotaLimits, &all, sizeof all, NULL), STATUS_SUCCESS);
    CHECK(all.Flags == 0x6 && all.MinimumWorkingSetSize == 80 * PAGE);
    limits.MinimumWorkingSetSize = 346 * PAGE;
    STATUS(NtSetInformationProcess(self, ProcessQuotaLimits, &limits, sizeof limits), STATUS_BAD_WORKING_SET_LIMIT);
    limits.MinimumWorkingSetSize = 0;
    STATUS(NtSetInformationProcess(self, ProcessQuotaLimits, &limits, sizeof limits), STATUS_SUCCESS);
    limits.MinimumWorkingSetSize = PAGE;
    STATUS(NtSetInformationProcess(self, ProcessQuotaLimits, &limits, sizeof limits), STATUS_WORKING_SET_LIMIT_RANGE);
    all.Flags = 0x3;
    STATUS(NtSetInformationProcess(self, ProcessQuotaLimits, &all, sizeof all), STATUS_INVALID_PARAMETER);
    STATUS(NtSetInformationProcess(self, ProcessQuotaLimits, &all, 8), STATUS_INFO_LENGTH_MISMATCH);
    STATUS(NtSetInformationProcess(self, ProcessQuotaLimits, (PVOID)8, sizeof limits), STATUS_ACCESS_VIOLATION);
    CHECK(SetProcessWorkingSetSizeEx(self, 50 * PAGE, 345 * PAGE, 0xA));
}

/* A handle is good for what it was opened for. */
static void rights(void)
{
    HANDLE asking = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, GetCurrentProcessId());
    HANDLE setting = OpenProcess(PROCESS_SET_QUOTA, FALSE, GetCurrentProcessId());
    HANDLE full = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_SET_QUOTA, FALSE, GetCurrentProcessId());
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    SIZE_T minimum, maximum;
    PROCESS_MEMORY_COUNTERS counters;
    char name[MAX_PATH];
    PSAPI_WORKING_SET_INFORMATION set;
    CHECK(GetProcessWorkingSetSize(asking, &minimum, &maximum) && GetProcessWorkingSetSize(full, &minimum, &maximum));
    CHECK(SetProcessWorkingSetSize(setting, minimum, maximum) && EmptyWorkingSet(full));
    FAILS(SetProcessWorkingSetSize(asking, minimum, maximum), ERROR_ACCESS_DENIED);
    FAILS(EmptyWorkingSet(asking), ERROR_ACCESS_DENIED);
    FAILS(GetProcessWorkingSetSize(setting, &minimum, &maximum), ERROR_ACCESS_DENIED);
    CHECK(GetProcessMemoryInfo(asking, &counters, sizeof counters));
    FAILS(GetProcessMemoryInfo(setting, &counters, sizeof counters), ERROR_ACCESS_DENIED);
    FAILS(QueryWorkingSet(asking, &set, sizeof set), ERROR_ACCESS_DENIED);
    FAILS(GetMappedFileNameA(asking, (PVOID)GetModuleHandleA("ntdll"), name, sizeof name), ERROR_ACCESS_DENIED);
    FAILS(GetProcessMemoryInfo(event, &counters, sizeof counters), ERROR_INVALID_HANDLE);
    FAILS(EmptyWorkingSet(event), ERROR_INVALID_HANDLE);
    CHECK(CloseHandle(asking) && CloseHandle(setting) && CloseHandle(full) && CloseHandle(event));
}

/* Counters move with what is committed and touched. */
static void counters(void)
{
    PROCESS_MEMORY_COUNTERS_EX2 before, with, after;
    memset(&before, 0xCC, sizeof before);
    CHECK(GetProcessMemoryInfo(self, (PPROCESS_MEMORY_COUNTERS)&before, sizeof before) && before.cb == sizeof before);
    CHECK(before.PageFaultCount > 0 && before.WorkingSetSize > 0 && before.PeakWorkingSetSize >= before.WorkingSetSize);
    CHECK(before.PagefileUsage == before.PrivateUsage && before.PeakPagefileUsage >= before.PagefileUsage);
    CHECK(before.QuotaPagedPoolUsage == 0 && before.QuotaNonPagedPoolUsage == 0 && before.PrivateWorkingSetSize <= before.WorkingSetSize);

    const SIZE_T size = 16 << 20;
    char *const memory = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 8 << 20, NULL);
    memset(memory, 1, size);
    CHECK(K32GetProcessMemoryInfo(self, (PPROCESS_MEMORY_COUNTERS)&with, sizeof with));
    CHECK(with.PrivateUsage == before.PrivateUsage + size && with.PeakPagefileUsage >= with.PagefileUsage);
    CHECK(with.SharedCommitUsage == before.SharedCommitUsage + (8 << 20));
    CHECK(with.WorkingSetSize >= before.WorkingSetSize + size / 2 && with.PageFaultCount > before.PageFaultCount);
    CHECK(with.PrivateWorkingSetSize >= before.PrivateWorkingSetSize + size / 2);
    VM_COUNTERS_EX native;
    STATUS(NtQueryInformationProcess(self, ProcessVmCounters, &native, sizeof native, NULL), STATUS_SUCCESS);
    CHECK(native.PrivateUsage == with.PrivateUsage && native.PeakPagefileUsage == with.PeakPagefileUsage);
    CHECK(native.VirtualSize > with.WorkingSetSize && native.PeakVirtualSize >= native.VirtualSize);
    STATUS(NtQueryInformationProcess(self, ProcessVmCounters, &native, 40, NULL), STATUS_INFO_LENGTH_MISMATCH);

    CHECK(VirtualFree(memory, 0, MEM_RELEASE) && CloseHandle(section));
    CHECK(GetProcessMemoryInfo(self, (PPROCESS_MEMORY_COUNTERS)&after, sizeof after));
    CHECK(after.PrivateUsage == before.PrivateUsage && after.SharedCommitUsage == before.SharedCommitUsage);
    CHECK(after.PeakPagefileUsage >= with.PagefileUsage && after.PeakWorkingSetSize >= with.WorkingSetSize);
    CHECK(after.WorkingSetSize < with.WorkingSetSize - size / 2);

    /* As much of the structures as there is room for, and nothing behind. */
    memset(&after, 0xCC, sizeof after);
    CHECK(GetProcessMemoryInfo(self, (PPROCESS_MEMORY_COUNTERS)&after, sizeof(PROCESS_MEMORY_COUNTERS_EX) + 15));
    CHECK(after.cb == sizeof(PROCESS_MEMORY_COUNTERS_EX) && after.PrivateUsage == before.PrivateUsage);
    CHECK(after.PrivateWorkingSetSize == (SIZE_T)0xCCCCCCCCCCCCCCCC);
    memset(&after, 0xCC, sizeof after);
    CHECK(GetProcessMemoryInfo(self, (PPROCESS_MEMORY_COUNTERS)&after, sizeof(PROCESS_MEMORY_COUNTERS)));
    CHECK(after.cb == sizeof(PROCESS_MEMORY_COUNTERS) && after.PrivateUsage == (SIZE_T)0xCCCCCCCCCCCCCCCC);
    FAILS(GetProcessMemoryInfo(self, (PPROCESS_MEMORY_COUNTERS)&after, sizeof(PROCESS_MEMORY_COUNTERS) - 1), ERROR_INSUFFICIENT_BUFFER);
    FAILS(GetProcessMemoryInfo(self, NULL, sizeof after), ERROR_NOACCESS);
    FAILS(GetProcessMemoryInfo(self, (PPROCESS_MEMORY_COUNTERS)read_only, sizeof after), ERROR_NOACCESS);
}

static void performance(void)
{
    PERFORMANCE_INFORMATION information;
    memset(&information, 0xCC, sizeof information);
    MEMORYSTATUSEX status = {.dwLength = sizeof status};
    /* A machine's memory may be changed while it runs. */
    for (int tries = 0; tries < 10 && status.ullTotalPhys / PAGE != information.PhysicalTotal; tries++)
        CHECK(GetPerformanceInfo(&information, sizeof information) && GlobalMemoryStatusEx(&status));
    CHECK(information.cb == sizeof information);
    CHECK(information.PageSize == PAGE && information.CommitTotal == StrataGetCommitCharge() / PAGE);
    CHECK(information.CommitTotal <= information.CommitLimit && information.CommitPeak >= information.CommitTotal);
    CHECK(information.PhysicalAvailable > 0 && information.PhysicalAvailable < information.PhysicalTotal);
    CHECK(information.SystemCache < information.PhysicalTotal);
    CHECK(information.KernelTotal - information.KernelPaged - information.KernelNonpaged <= 1);
    CHECK(information.ProcessCount > 0 && information.ThreadCount >= information.ProcessCount);
    ULONGLONG installed = 0;
    CHECK(GetPhysicallyInstalledSystemMemory(&installed));
    CHECK(installed * 1024 >= status.ullTotalPhys && information.PhysicalTotal == status.ullTotalPhys / PAGE);
    CHECK(status.ullAvailPhys <= status.ullTotalPhys);
    FAILS(K32GetPerformanceInfo(&information, sizeof information - 1), ERROR_BAD_LENGTH);
    FAILS(GetPerformanceInfo((PPERFORMANCE_INFORMATION)read_only, sizeof information), ERROR_NOACCESS);
    FAILS(GetPhysicallyInstalledSystemMemory(NULL), ERROR_INVALID_PARAMETER);
    FAILS(GetPhysicallyInstalledSystemMemory((PULONGLONG)read_only), ERROR_NOACCESS);
    ULONG capabilities = 7;
    CHECK(GetMemoryErrorHandlingCapabilities(&capabilities) && capabilities == 0);
    FAILS(GetMemoryErrorHandlingCapabilities((PULONG)8), ERROR_NOACCESS);
}

/* The entry of an address; none where the working set does not have it. */
static PSAPI_WORKING_SET_BLOCK find(const PSAPI_WORKING_SET_INFORMATION *set, const void *address)
{
    PSAPI_WORKING_SET_BLOCK none = {.Flags = 0};
    for (ULONG_PTR i = 0; i < set->NumberOfEntries; i++)
        if (set->WorkingSetInfo[i].VirtualPage == (ULONG_PTR)address / PAGE)
            return set->WorkingSetInfo[i];
    return none;
}

static int here;

static void working_set(void)
{
    enum { PAGES = 16 };
    char *const memory = VirtualAlloc(NULL, PAGES * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    HANDLE section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 2 * PAGE, NULL);
    char *const view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    /* A host may give larger pages unasked. */
    madvise(memory, PAGES * PAGE, MADV_NOHUGEPAGE);
    madvise(view, 2 * PAGE, MADV_NOHUGEPAGE);
    for (int i = 0; i < 8; i++)
        memory[i * PAGE] = 1;
    view[0] = 1;
    DWORD old;
    CHECK(VirtualProtect(memory + PAGE, PAGE, PAGE_READONLY, &old) && VirtualProtect(memory + 2 * PAGE, PAGE, PAGE_EXECUTE_READWRITE, &old));
    CHECK(VirtualProtect(memory + 3 * PAGE, PAGE, PAGE_NOACCESS, &old) && VirtualProtect(memory + 4 * PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD, &old));
    CHECK(VirtualProtect(memory + 5 * PAGE, PAGE, PAGE_EXECUTE_READ, &old) && VirtualFree(memory + 6 * PAGE, PAGE, MEM_DECOMMIT));

    PSAPI_WORKING_SET_INFORMATION few = {.NumberOfEntries = 0};
    FAILS(QueryWorkingSet(self, &few, sizeof few), ERROR_BAD_LENGTH);
    CHECK(few.NumberOfEntries > PAGES);
    /* Pages may come while the list is made. */
    const DWORD size = (DWORD)(few.NumberOfEntries + 4096) * sizeof few;
    PSAPI_WORKING_SET_INFORMATION *const set = malloc(size);
    /* What was asked for the size once more: the kernel takes pages of files when it needs them. */
    BOOL is_as_large = FALSE;
    for (int tries = 0; tries < 10 && !is_as_large; tries++) {
        FAILS(QueryWorkingSet(self, &few, sizeof few), ERROR_BAD_LENGTH);
        memset(set, 0xCC, size);
        CHECK(K32QueryWorkingSet(self, set, size));
        is_as_large = set->NumberOfEntries >= few.NumberOfEntries;
    }
    CHECK(is_as_large);
    BOOL is_sorted = TRUE;
    for (ULONG_PTR i = 1; i < set->NumberOfEntries; i++)
        is_sorted = is_sorted && set->WorkingSetInfo[i - 1].VirtualPage < set->WorkingSetInfo[i].VirtualPage;
    CHECK(is_sorted && set->WorkingSetInfo[set->NumberOfEntries].Flags == (ULONG_PTR)0xCCCCCCCCCCCCCCCC);
    PROCESS_MEMORY_COUNTERS counters;
    CHECK(GetProcessMemoryInfo(self, &counters, sizeof counters));
    CHECK(set->NumberOfEntries * PAGE > counters.WorkingSetSize / 2);

    CHECK(find(set, memory).Protection == 4 && find(set, memory).Shared == 0 && find(set, memory).ShareCount == 0);
    CHECK(find(set, memory + PAGE).Protection == 1 && find(set, memory + 2 * PAGE).Protection == 6);
    CHECK(find(set, memory + 5 * PAGE).Protection == 3 && find(set, memory + 7 * PAGE).Protection == 4);
    /* Neither inaccessible pages nor guards, nor what was decommitted or never touched. */
    CHECK(find(set, memory + 3 * PAGE).Flags == 0 && find(set, memory + 4 * PAGE).Flags == 0);
    CHECK(find(set, memory + 6 * PAGE).Flags == 0 && find(set, memory + 8 * PAGE).Flags == 0);
    CHECK(find(set, view).Protection == 4 && find(set, view).Shared == 1 && find(set, view + PAGE).Flags == 0);
    /* The rest of the program has its pages too. */
    here = 1;
    PSAPI_WORKING_SET_EX_INFORMATION own = {.VirtualAddress = &here};
    CHECK(QueryWorkingSetEx(self, &own, sizeof own) && own.VirtualAttributes.Valid && !own.VirtualAttributes.Shared);
    CHECK(own.VirtualAttributes.Win32Protection == PAGE_READWRITE);
    CHECK(find(set, &here).Protection == 4 && find(set, (PVOID)(ULONG_PTR)&working_set).Protection == 3);
    CHECK(find(set, &size).Protection == 4);
    for (ULONG_PTR i = 0; i < PAGES; i++) {
        PSAPI_WORKING_SET_EX_INFORMATION page = {.VirtualAddress = memory + i * PAGE};
        CHECK(QueryWorkingSetEx(self, &page, sizeof page));
        CHECK(find(set, memory + i * PAGE).Flags == 0 || page.VirtualAttributes.Valid);
    }

    SIZE_T written = 0;
    STATUS(NtQueryVirtualMemory(self, NULL, MemoryWorkingSetList, set, size, &written), STATUS_SUCCESS);
    CHECK(written == (set->NumberOfEntries + 1) * 8);
    STATUS(NtQueryVirtualMemory(self, NULL, MemoryWorkingSetList, set, 7, NULL), STATUS_INFO_LENGTH_MISMATCH);
    STATUS(NtQueryVirtualMemory(self, NULL, MemoryWorkingSetList, set, 8, NULL), STATUS_INFO_LENGTH_MISMATCH);
    FAILS(QueryWorkingSet(self, NULL, 0), ERROR_BAD_LENGTH);
    FAILS(QueryWorkingSet(self, (PVOID)8, sizeof few), ERROR_NOACCESS);
    FAILS(QueryWorkingSet(self, read_only, sizeof few), ERROR_NOACCESS);
    FAILS(QueryWorkingSet(self, (PVOID)8, 0x7FFFFFF8), ERROR_NOACCESS);

    /* Emptied, everything has what it had. */
    CHECK(EmptyWorkingSet(self) && K32EmptyWorkingSet(self) && SetProcessWorkingSetSize(self, EVERYTHING, EVERYTHING));
    FAILS(EmptyWorkingSet((HANDLE)0x1234560), ERROR_INVALID_HANDLE);
    CHECK(memory[0] == 1 && memory[PAGE] == 1 && view[0] == 1 && here == 1 && memory[8 * PAGE] == 0);
    CHECK(touch_read(memory + 3 * PAGE) == EXCEPTION_ACCESS_VIOLATION && touch_read(memory + 4 * PAGE) == EXCEPTION_GUARD_PAGE);
    free(set);
    CHECK(VirtualFree(memory, 0, MEM_RELEASE) && UnmapViewOfFile(view) && CloseHandle(section));
}

static void file_names(void)
{
    char path[] = "/tmp/strata-named-XXXXXX", name[MAX_PATH];
    WCHAR wide[MAX_PATH];
    const int descriptor = mkstemp(path);
    CHECK(descriptor >= 0 && ftruncate(descriptor, 2 * PAGE) == 0);
    HANDLE file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    HANDLE section = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    char *const view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    const DWORD length = (DWORD)strlen(path);
    CHECK(GetMappedFileNameA(self, view + PAGE + 7, name, sizeof name) == length && strcmp(name, path) == 0);
    CHECK(K32GetMappedFileNameW(self, view, wide, MAX_PATH) == length && wide[length] == 0 && wide[1] == 't' && wide[length - 1] == (WCHAR)path[length - 1]);
    /* Room for the whole, and for one less. */
    memset(name, 'x', sizeof name);
    CHECK(GetMappedFileNameA(self, view, name, length + 1) == length && strcmp(name, path) == 0 && name[length + 1] == 'x');
    memset(name, 'x', sizeof name);
    CHECK(GetMappedFileNameA(self, view, name, length) == length && GetLastError() == ERROR_INSUFFICIENT_BUFFER);
    CHECK(strlen(name) == length - 1 && strncmp(name, path, length - 1) == 0 && name[length] == 'x');
    CHECK(GetMappedFileNameW(self, view, wide, 1) == 1 && GetLastError() == ERROR_INSUFFICIENT_BUFFER && wide[0] == 0);
    FAILS(GetMappedFileNameA(self, view, name, 0), ERROR_INVALID_PARAMETER);
    FAILS(GetMappedFileNameA(self, view, NULL, 10), ERROR_INVALID_PARAMETER);
    FAILS(GetMappedFileNameA(self, view, read_only, MAX_PATH), ERROR_NOACCESS);
    FAILS(GetMappedFileNameW(self, view, (LPWSTR)8, MAX_PATH), ERROR_NOACCESS);
    FAILS(GetMappedFileNameA(NULL, view, name, sizeof name), ERROR_INVALID_HANDLE);
    FAILS(GetMappedFileNameA(self, NULL, name, sizeof name), ERROR_INVALID_ADDRESS);
    FAILS(GetMappedFileNameA(self, read_only, name, sizeof name), ERROR_INVALID_ADDRESS);
    CHECK(UnmapViewOfFile(view) && CloseHandle(section) && CloseHandle(file));
    FAILS(GetMappedFileNameA(self, view, name, sizeof name), ERROR_INVALID_ADDRESS);
    close(descriptor);
    unlink(path);

    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, NULL);
    char *const nameless = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    FAILS(GetMappedFileNameA(self, nameless, name, sizeof name), ERROR_INVALID_ADDRESS);
    CHECK(UnmapViewOfFile(nameless) && CloseHandle(section));

    /* Libraries by their paths, and the program by its own. */
    char module[MAX_PATH];
    HMODULE const kernel = GetModuleHandleA("kernel32.dll");
    const DWORD count = GetModuleFileNameA(kernel, module, sizeof module);
    CHECK(GetMappedFileNameA(self, (char *)kernel + PAGE, name, sizeof name) == count && strcmp(name, module) == 0);
    file = CreateFileA(module, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    section = CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL);
    PVOID image = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    CHECK(GetMappedFileNameA(self, image, name, sizeof name) == count && strcmp(name, module) == 0);
    CHECK(UnmapViewOfFile(image) && CloseHandle(section));
    section = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    image = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    CHECK(GetMappedFileNameA(self, image, name, sizeof name) == count && strcmp(name, module) == 0);
    CHECK(UnmapViewOfFile(image) && CloseHandle(section) && CloseHandle(file));
    CHECK(GetModuleFileNameA(NULL, module, sizeof module) > 0);
    CHECK(GetMappedFileNameA(self, (PVOID)(ULONG_PTR)&file_names, name, sizeof name) > 0 && strcmp(name, module) == 0);
    FAILS(GetMappedFileNameA(self, path, name, sizeof name), ERROR_INVALID_ADDRESS);
    FAILS(GetMappedFileNameA(self, (PVOID)-1, name, sizeof name), ERROR_INVALID_ADDRESS);
    FAILS(GetMappedFileNameA(self, (PVOID)0x800000000000, name, sizeof name), ERROR_INVALID_ADDRESS);
    /* The native call has the same names. */
    union { UNICODE_STRING string; BYTE bytes[0x400]; } native;
    STATUS(NtQueryVirtualMemory(self, (char *)kernel + PAGE, MemorySectionName, &native, sizeof native, NULL), STATUS_SUCCESS);
    CHECK(native.string.Length == strlen("C:\\windows\\system32\\kernel32.dll") * 2 && native.string.Buffer[0] == 'C');
}

/* Children find everything whole, whatever other threads were asking. */
static volatile LONG is_asking = 1;

static void *keep_asking(void *view)
{
    char name[MAX_PATH];
    PROCESS_MEMORY_COUNTERS counts;
    SIZE_T minimum, maximum;
    while (is_asking) {
        GetMappedFileNameA(self, view, name, sizeof name);
        GetProcessMemoryInfo(self, &counts, sizeof counts);
        GetProcessWorkingSetSize(self, &minimum, &maximum);
    }
    return NULL;
}

static void forks(void)
{
    char path[MAX_PATH];
    CHECK(GetModuleFileNameA(GetModuleHandleA("ntdll"), path, sizeof path) > 0);
    HANDLE file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    HANDLE section = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0, NULL);
    char *const view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    pthread_t asking[2];
    alarm(300);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&asking[i], NULL, keep_asking, view) == 0);
    for (int i = 0; i < 40; i++) {
        const pid_t child = fork();
        if (child == 0) {
            char name[MAX_PATH];
            alarm(300);
            PROCESS_MEMORY_COUNTERS counts;
            _exit(GetMappedFileNameA(self, view, name, sizeof name) > 0 && GetProcessMemoryInfo(self, &counts, sizeof counts) ? 0 : 1);
        }
        int status = -1;
        CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    }
    is_asking = 0;
    for (int i = 0; i < 2; i++)
        pthread_join(asking[i], NULL);
    alarm(0);
    CHECK(UnmapViewOfFile(view) && CloseHandle(section) && CloseHandle(file));
}

static void *set_event(void *event)
{
    Sleep(20);
    CHECK(SetEvent(event));
    return NULL;
}

static void notifications(void)
{
    HANDLE low = CreateMemoryResourceNotification(LowMemoryResourceNotification);
    HANDLE high = CreateMemoryResourceNotification(HighMemoryResourceNotification);
    CHECK(low != NULL && high != NULL && low != high);
    FAILS(CreateMemoryResourceNotification((MEMORY_RESOURCE_NOTIFICATION_TYPE)2), ERROR_INVALID_PARAMETER);
    FAILS(CreateMemoryResourceNotification((MEMORY_RESOURCE_NOTIFICATION_TYPE)-1), ERROR_INVALID_PARAMETER);
    BOOL is_low = 7, is_high = 7;
    MEMORYSTATUSEX before = {.dwLength = sizeof before}, status = {.dwLength = sizeof status};
    CHECK(GlobalMemoryStatusEx(&before));
    CHECK(QueryMemoryResourceNotification(low, &is_low) && QueryMemoryResourceNotification(high, &is_high));
    CHECK((is_low == TRUE || is_low == FALSE) && (is_high == TRUE || is_high == FALSE) && !(is_low && is_high));
    CHECK(GlobalMemoryStatusEx(&status));
    /* Far from the thresholds, where nobody crosses them meanwhile, they say what they have to, and go on saying it. */
    if (before.ullAvailPhys > 2048u << 20 && status.ullAvailPhys > 2048u << 20) {
        CHECK(!is_low && is_high);
        CHECK(WaitForSingleObject(low, 0) == WAIT_TIMEOUT && WaitForSingleObject(low, 1) == WAIT_TIMEOUT);
        CHECK(WaitForSingleObject(high, 0) == WAIT_OBJECT_0 && WaitForSingleObject(high, 600000) == WAIT_OBJECT_0);
        const HANDLE both[] = {low, high};
        CHECK(WaitForMultipleObjects(2, both, FALSE, 600000) == WAIT_OBJECT_0 + 1 && WaitForMultipleObjects(2, both, TRUE, 0) == WAIT_TIMEOUT);
    }
    FAILS(QueryMemoryResourceNotification(low, (PBOOL)read_only), ERROR_NOACCESS);
    FAILS(QueryMemoryResourceNotification(low, NULL), ERROR_NOACCESS);
    FAILS(QueryMemoryResourceNotification(NULL, &is_low), ERROR_INVALID_HANDLE);
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    FAILS(QueryMemoryResourceNotification(event, &is_low), ERROR_INVALID_HANDLE);
    /* Who waits for one and for something else hears of that at once. */
    pthread_t setter;
    const HANDLE mixed[] = {event, is_low ? high : low};
    CHECK(pthread_create(&setter, NULL, set_event, event) == 0);
    DWORD first;
    while ((first = WaitForMultipleObjects(2, mixed, FALSE, 600000)) == WAIT_OBJECT_0 + 1)
        sched_yield();
    CHECK(first == WAIT_OBJECT_0);
    pthread_join(setter, NULL);
    FAILS(SetEvent(low), ERROR_INVALID_HANDLE);
    HANDLE again = NULL;
    CHECK(DuplicateHandle(self, high, self, &again, 0, FALSE, 2) && QueryMemoryResourceNotification(again, &is_high));
    CHECK(CloseHandle(low) && CloseHandle(high) && CloseHandle(again) && CloseHandle(event));
    FAILS(QueryMemoryResourceNotification(low, &is_low), ERROR_INVALID_HANDLE);
}

static void runtime(void)
{
    char a[64], b[64];
    FillMemory(a, sizeof a, 'a');
    CopyMemory(b, a, sizeof b);
    CHECK(RtlEqualMemory(a, b, sizeof a) && RtlCompareMemory(a, b, sizeof a) == sizeof a && RtlCompareMemory(a, b, 0) == 0);
    for (SIZE_T start = 0; start < 9; start++) {
        for (SIZE_T i = start; i < sizeof a; i++) {
            b[i] = 'b';
            CHECK(RtlCompareMemory(a + start, b + start, sizeof a - start) == i - start);
            CHECK(RtlCompareMemory(a + start, b + start, i - start) == i - start);
            b[i] = 'a';
        }
    }
    ULONG words[5];
    RtlFillMemoryUlong(words, sizeof words - 1, 0x12345678);
    words[4] = 7;
    CHECK(RtlCompareMemoryUlong(words, sizeof words, 0x12345678) == 16 && RtlCompareMemoryUlong(words, 15, 0x12345678) == 12);
    CHECK(RtlCompareMemoryUlong(words, 3, 0x12345678) == 0 && RtlCompareMemoryUlong(words, sizeof words, 0) == 0);
    MoveMemory(a + 1, a, 10);
    ZeroMemory(a, 5);
    CHECK(a[0] == 0 && a[4] == 0 && a[5] == 'a');
    CHECK(SecureZeroMemory(a, sizeof a) == a && a[63] == 0 && RtlSecureZeroMemory(b, 1) == b && b[0] == 0 && b[1] == 'a');

    const ULONGLONG ticks = GetTickCount64();
    const DWORD low = GetTickCount();
    LARGE_INTEGER frequency, first, second;
    CHECK(QueryPerformanceFrequency(&frequency) && frequency.QuadPart == 10000000 && SharedUserData->QpcFrequency == 10000000);
    CHECK(QueryPerformanceCounter(&first) && QueryPerformanceCounter(&second) && second.QuadPart >= first.QuadPart);
    CHECK(low - (DWORD)ticks < 60000 && GetTickCount64() >= ticks);
    /* Both count from the same moment. */
    CHECK((ULONGLONG)first.QuadPart / 10000 >= ticks && (ULONGLONG)first.QuadPart / 10000 - ticks < 60000);
    FAILS(QueryPerformanceCounter(NULL), ERROR_NOACCESS);
    FAILS(QueryPerformanceFrequency((LARGE_INTEGER *)read_only), ERROR_NOACCESS);
}

/* The calls as programs find them that look for them, in the library of their own. */
static void modules(void)
{
    static const char *const names[] = {
        "EmptyWorkingSet", "QueryWorkingSet", "QueryWorkingSetEx", "GetProcessMemoryInfo", "GetPerformanceInfo", "GetMappedFileNameA",
        "GetMappedFileNameW", "K32EmptyWorkingSet", "K32QueryWorkingSet", "K32GetProcessMemoryInfo", "K32GetPerformanceInfo",
        "K32GetMappedFileNameA", "K32GetMappedFileNameW", "RtlZeroMemory", "RtlFillMemory", "RtlMoveMemory", "RtlCopyMemory",
        "RtlCompareMemory", "RtlCompareMemoryUlong", "GetTickCount64", "QueryPerformanceCounter", "SetProcessWorkingSetSizeEx",
        "CreateMemoryResourceNotification",
    };
    HMODULE const psapi = LoadLibraryA("psapi.dll"), kernel = GetModuleHandleA("kernel32"), native = GetModuleHandleA("ntdll");
    CHECK(psapi != NULL && psapi != kernel && psapi == GetModuleHandleA("PSAPI") && GetModuleHandleA("api-ms-win-core-psapi-l1-1-0") != NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CHECK(GetProcAddress(psapi, names[i]) != NULL && GetProcAddress(kernel, names[i]) != NULL && GetProcAddress(native, names[i]) != NULL);
    char path[MAX_PATH], bytes[8] = "abcdefg";
    CHECK(GetModuleFileNameA(psapi, path, sizeof path) > 0 && strcmp(path + strlen(path) - 10, "\\psapi.dll") == 0);
    void(NTAPI *zero)(void *, SIZE_T) = (void(NTAPI *)(void *, SIZE_T))(ULONG_PTR)GetProcAddress(native, "RtlZeroMemory");
    zero(bytes, 3);
    CHECK(bytes[0] == 0 && bytes[2] == 0 && bytes[3] == 'd');
    BOOL(WINAPI *info)(HANDLE, PPROCESS_MEMORY_COUNTERS, DWORD)
        = (BOOL(WINAPI *)(HANDLE, PPROCESS_MEMORY_COUNTERS, DWORD))(ULONG_PTR)GetProcAddress(psapi, "GetProcessMemoryInfo");
    PROCESS_MEMORY_COUNTERS counters;
    CHECK(info(self, &counters, sizeof counters) && counters.WorkingSetSize > 0);
}

int main(void)
{
    self = GetCurrentProcess();
    read_only = VirtualAlloc(NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY);
    counters();
    limits();
    locks();
    quota();
    rights();
    performance();
    working_set();
    file_names();
    forks();
    notifications();
    runtime();
    modules();
    return finish();
}
