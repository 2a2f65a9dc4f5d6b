/* The thread's environment block, errors of threads, modules, and memory of the process read and written by calls. */
#include <pthread.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

static void *other_thread(void *teb)
{
    CHECK(GetLastError() == 0 && NtCurrentTeb() != teb);
    SetLastError(99);
    CHECK(NtCurrentTeb()->NtTib.StackBase != ((PTEB)teb)->NtTib.StackBase);
    return NULL;
}

/* The sum of what is written to a stack of so many kilobytes. */
static unsigned grow(unsigned kilobytes)
{
    volatile char frame[1024];
    frame[0] = frame[sizeof frame - 1] = 1;
    /* All of it counts, to the compiler as well. */
    __asm__ volatile("" : : "r"(frame) : "memory");
    return kilobytes == 0 ? 0 : (unsigned)frame[0] + grow(kilobytes - 1);
}

/* The stack grows as far as it may where the kernel puts mappings elsewhere, too: from the bottom up, as before 2.6. */
static void check_stack(char *program)
{
    const pid_t child = fork();
    if (child == 0) {
        /* A sandbox may refuse it. */
        if (personality(ADDR_COMPAT_LAYOUT) < 0)
            _exit(0);
        execl(program, program, "grow", NULL);
        _exit(1);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(int words, char **arguments)
{
    if (words > 1)
        return grow(4096) == 4096 ? 0 : 2;
    check_stack(arguments[0]);
    PTEB teb = NtCurrentTeb();
    char local;
    CHECK(teb->NtTib.Self == &teb->NtTib && teb->ProcessEnvironmentBlock == RtlGetCurrentPeb());
    CHECK((char *)teb->NtTib.StackBase > &local && (char *)teb->DeallocationStack < &local);
    CHECK(*(PVOID *)((char *)teb + 0x30) == teb && *(PPEB *)((char *)teb + 0x60) == RtlGetCurrentPeb());
    SetLastError(1234);
    CHECK(teb->LastErrorValue == 1234 && *(DWORD *)((char *)teb + 0x68) == 1234);
    pthread_t thread;
    pthread_create(&thread, NULL, other_thread, teb);
    pthread_join(thread, NULL);
    CHECK(GetLastError() == 1234);
    CHECK(!VirtualFree(NULL, 0, MEM_RELEASE) && RtlGetLastNtStatus() != STATUS_SUCCESS);

    SYSTEM_INFO system;
    GetSystemInfo(&system);
    CHECK(system.dwPageSize == 0x1000 && system.dwAllocationGranularity == 0x10000 && system.dwNumberOfProcessors > 0);
    CHECK(system.lpMinimumApplicationAddress == (PVOID)0x10000 && system.lpMaximumApplicationAddress == (PVOID)0x7FFFFFFEFFFF);
    CHECK(GetLargePageMinimum() == 0x200000);
    MEMORYSTATUSEX status;
    status.dwLength = sizeof status;
    CHECK(GlobalMemoryStatusEx(&status) && status.ullTotalPhys > 0);

    HMODULE module = GetModuleHandleA("KERNEL32.dll");
    CHECK(module != NULL && GetModuleHandleA("user32.dll") == NULL);
    LPVOID(WINAPI *allocate)(LPVOID, SIZE_T, DWORD, DWORD);
    FARPROC procedure = GetProcAddress(module, "VirtualAlloc");
    memcpy(&allocate, &procedure, sizeof allocate);
    char *memory = allocate(NULL, 0x3000, MEM_COMMIT, PAGE_READWRITE);
    CHECK(memory != NULL && GetProcAddress(module, "printf") == NULL && GetLastError() == ERROR_PROC_NOT_FOUND);

    char buffer[0x1000];
    SIZE_T count = 1;
    DWORD old;
    memset(memory, 'm', 0x3000);
    CHECK(ReadProcessMemory(GetCurrentProcess(), memory + 0x800, buffer, sizeof buffer, &count) && count == sizeof buffer);
    CHECK(VirtualProtect(memory + 0x1000, 0x1000, PAGE_NOACCESS, &old));
    FAILS(ReadProcessMemory(GetCurrentProcess(), memory + 0x800, buffer, sizeof buffer, &count), ERROR_PARTIAL_COPY);
    CHECK(count == 0);
    count = 99;
    FAILS(WriteProcessMemory(GetCurrentProcess(), memory + 0x1000, buffer, 4, &count), ERROR_NOACCESS);
    CHECK(count == 99);
    /* A target is written as far as it goes; a source is read as a whole. */
    FAILS(ReadProcessMemory(GetCurrentProcess(), memory + 0x2000, memory + 0x800, 0x1000, &count), ERROR_PARTIAL_COPY);
    CHECK(count == 0x800);
    FAILS(WriteProcessMemory(GetCurrentProcess(), memory + 0x800, buffer, 0x1000, &count), ERROR_PARTIAL_COPY);
    CHECK(count == 0x800);
    FAILS(WriteProcessMemory(GetCurrentProcess(), memory, memory + 0x800, 0x1000, &count), ERROR_PARTIAL_COPY);
    CHECK(count == 0);
    STATUS(NtWriteVirtualMemory(NtCurrentProcess(), memory + 0x1000, buffer, 4, &count), STATUS_PARTIAL_COPY);
    CHECK(count == 0);
    CHECK(VirtualProtect(memory + 0x1000, 0x1000, PAGE_EXECUTE_READ, &old));
    CHECK(WriteProcessMemory(GetCurrentProcess(), memory + 0x1000, "code", 4, &count) && count == 4 && memory[0x1003] == 'e');
    CHECK(query(memory + 0x1000).Protect == PAGE_EXECUTE_READ);
    STATUS(NtWriteVirtualMemory(NtCurrentProcess(), memory + 0x1000, buffer, 4, &count), STATUS_PARTIAL_COPY);
    CHECK(VirtualProtect(memory + 0x1000, 0x1000, PAGE_NOACCESS, &old));
    /* The stack is there as far as it has grown, and asking does not make it grow. */
    CHECK(!IsBadReadPtr(&local, 1) && !IsBadWritePtr(&local, 1) && !IsBadReadPtr(&local - 256, 256));
    CHECK(IsBadReadPtr((char *)teb->DeallocationStack + 0x1000, 4) && IsBadWritePtr((char *)teb->DeallocationStack + 0x1000, 4));
    CHECK(IsBadReadPtr((char *)teb->DeallocationStack + 0x1000, 4));
    FAILS(ReadProcessMemory(NULL, memory, buffer, 4, NULL), ERROR_INVALID_HANDLE);

    MEMORY_REGION_INFORMATION region;
    STATUS(NtQueryVirtualMemory(NtCurrentProcess(), memory + 0x2000, MemoryRegionInformation, &region, sizeof region, NULL), STATUS_SUCCESS);
    CHECK(region.AllocationBase == memory && region.RegionSize == 0x3000 && region.CommitSize == 0x3000);
    STATUS(NtQueryVirtualMemory(NtCurrentProcess(), memory, (MEMORY_INFORMATION_CLASS)99, &region, sizeof region, NULL), STATUS_INVALID_INFO_CLASS);
    STATUS(NtQueryVirtualMemory(NtCurrentProcess(), memory, MemoryBasicInformation, &region, 8, NULL), STATUS_INFO_LENGTH_MISMATCH);
    STATUS(NtQueryVirtualMemory(NtCurrentProcess(), memory, MemoryBasicInformation, (PVOID)8, 48, NULL), STATUS_ACCESS_VIOLATION);
    CHECK(RtlNtStatusToDosError(STATUS_COMMITMENT_LIMIT) == ERROR_COMMITMENT_LIMIT);
    CHECK(RtlNtStatusToDosError(STATUS_OBJECT_NAME_NOT_FOUND) == ERROR_FILE_NOT_FOUND);
    CHECK(RtlNtStatusToDosError((NTSTATUS)0xC1234567) == ERROR_MR_MID_NOT_FOUND);
    return finish();
}
