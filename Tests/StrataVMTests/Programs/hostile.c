/* Arguments that cannot be: pointers to what cannot be read or written, sizes past all memory, and names that threads make at once. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static HANDLE self;
static char *read_only;

/* A call that cannot tell of what it did changes nothing. */
static void results_that_cannot_be_told(void)
{
    PVOID *const unwritable = (PVOID *)read_only;
    SIZE_T *const unwritable_size = (SIZE_T *)(read_only + 8);
    char *const memory = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
    DWORD old;
    CHECK(VirtualProtect(read_only, 0x1000, PAGE_READWRITE, &old));
    *unwritable = memory;
    *unwritable_size = 0;
    CHECK(VirtualProtect(read_only, 0x1000, PAGE_READONLY, &old));

    PVOID base = memory;
    SIZE_T size = 0;
    STATUS(NtFreeVirtualMemory(self, unwritable, &size, MEM_RELEASE), STATUS_ACCESS_VIOLATION);
    STATUS(NtFreeVirtualMemory(self, &base, unwritable_size, MEM_RELEASE), STATUS_ACCESS_VIOLATION);
    CHECK(query(memory).State == MEM_COMMIT);
    size = 0x1000;
    STATUS(NtProtectVirtualMemory(self, unwritable, &size, PAGE_READONLY, &old), STATUS_ACCESS_VIOLATION);
    STATUS(NtProtectVirtualMemory(self, &base, &size, PAGE_READONLY, (ULONG *)read_only), STATUS_ACCESS_VIOLATION);
    CHECK(query(memory).Protect == PAGE_READWRITE);
    const ULONG64 charge = StrataGetCommitCharge();
    STATUS(NtAllocateVirtualMemory(self, (PVOID *)(read_only + 0x100), 0, &size, MEM_COMMIT, PAGE_READWRITE), STATUS_ACCESS_VIOLATION);
    CHECK(StrataGetCommitCharge() == charge);

    memory[0x2000] = 1;
    ULONG_PTR count = 16;
    DWORD granularity;
    PVOID written[16];
    CHECK(GetWriteWatch(WRITE_WATCH_FLAG_RESET, memory, 0x10000, unwritable, &count, &granularity) == ~0u);
    CHECK(GetWriteWatch(WRITE_WATCH_FLAG_RESET, memory, 0x10000, written, &count, (DWORD *)read_only) == ~0u);
    CHECK(GetWriteWatch(0, memory, 0x10000, written, &count, &granularity) == 0 && count == 1 && written[0] == memory + 0x2000);

    ULONG_PTR frames = 1;
    StrataHoldLockMemoryPrivilege(TRUE);
    FAILS(AllocateUserPhysicalPages(self, &frames, (ULONG_PTR *)read_only), ERROR_NOACCESS);
    frames = (ULONG_PTR)1 << 33;
    FAILS(AllocateUserPhysicalPages(self, &frames, (ULONG_PTR *)memory), ERROR_NOACCESS);

    BYTE information[64];
    STATUS(NtQuerySystemInformation(SystemBasicInformation, information, sizeof information, (ULONG *)read_only), STATUS_ACCESS_VIOLATION);
    FAILS(QueryVirtualMemoryInformation(self, memory, MemoryRegionInfo, information, sizeof information, unwritable_size), ERROR_NOACCESS);
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
}

/* Code is opened for a write and closed again, each block as it was. */
static void written_code(void)
{
    char *const code = VirtualAlloc(NULL, 0x4000, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READ);
    DWORD old;
    CHECK(VirtualProtect(code + 0x1000, 0x1000, PAGE_EXECUTE, &old));
    CHECK(VirtualProtect(code + 0x2000, 0x1000, PAGE_READONLY, &old));
    SIZE_T count = 7;
    CHECK(WriteProcessMemory(self, code + 0xFFF, "ab", 2, &count) && count == 2 && code[0xFFF] == 'a');
    CHECK(query(code).Protect == PAGE_EXECUTE_READ && query(code + 0x1000).Protect == PAGE_EXECUTE);
    static char much[0x3000];
    CHECK(!WriteProcessMemory(self, code, much, sizeof much, &count) && count == 0x2000);
    CHECK(query(code + 0x1000).Protect == PAGE_EXECUTE && query(code + 0x2000).Protect == PAGE_READONLY);
    FAILS(WriteProcessMemory(self, code + 0x2000, much, 1, &count), ERROR_NOACCESS);
    FAILS(WriteProcessMemory(self, code, much, (SIZE_T)-1, &count), ERROR_PARTIAL_COPY);
    FAILS(WriteProcessMemory(self, code, much, (SIZE_T)-0x10000, NULL), ERROR_PARTIAL_COPY);
    CHECK(query(code).Protect == PAGE_EXECUTE_READ);
    /* Code behind what can be written anyway stays closed. */
    CHECK(VirtualProtect(code, 0x1000, PAGE_EXECUTE_READWRITE, &old) && VirtualProtect(code + 0x1000, 0x1000, PAGE_EXECUTE_READ, &old));
    FAILS(WriteProcessMemory(self, code, much, 0x2000, &count), ERROR_PARTIAL_COPY);
    CHECK(count == 0x1000 && query(code + 0x1000).Protect == PAGE_EXECUTE_READ);
    FAILS(ReadProcessMemory(self, code, much, (SIZE_T)-1, &count), ERROR_PARTIAL_COPY);
    CHECK(VirtualFree(code, 0, MEM_RELEASE));
}

/* A handler's place is used again: a program may add and remove one as often as it likes. */
static LONG NTAPI pass(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    return EXCEPTION_CONTINUE_SEARCH;
}

static char order[8];
static LONG NTAPI note_a(EXCEPTION_POINTERS *pointers) { strcat(order, "a"); return pass(pointers); }
static LONG NTAPI note_b(EXCEPTION_POINTERS *pointers) { strcat(order, "b"); return pass(pointers); }
static LONG NTAPI note_c(EXCEPTION_POINTERS *pointers) { strcat(order, "c"); return pass(pointers); }

static void handlers(void)
{
    PVOID last = AddVectoredExceptionHandler(0, pass), again = last;
    for (int i = 0; i < 1000; i++) {
        CHECK(RemoveVectoredExceptionHandler(again));
        again = AddVectoredExceptionHandler(i & 1, pass);
        CHECK(again == last);
    }
    PVOID b = AddVectoredExceptionHandler(0, note_b);
    PVOID dropped = AddVectoredExceptionHandler(0, pass);
    CHECK(RemoveVectoredExceptionHandler(again) && RemoveVectoredExceptionHandler(dropped));
    PVOID c = AddVectoredExceptionHandler(0, note_c);
    PVOID a = AddVectoredExceptionHandler(1, note_a);
    touch_read(NULL);
    CHECK(strcmp(order, "abc") == 0);
    CHECK(RemoveVectoredExceptionHandler(a) && RemoveVectoredExceptionHandler(b) && RemoveVectoredExceptionHandler(c));
}

/* Of the threads that make a name at once one makes the object, and all the others open that one. */
enum { THREADS = 4, ROUNDS = 300 };

static pthread_barrier_t start;
static HANDLE made[THREADS];
static BOOL is_new[THREADS];

static void *make_names(void *number)
{
    const int thread = (int)(SIZE_T)number;
    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(&start);
        made[thread] = round & 1 ? CreateEventA(NULL, TRUE, FALSE, "Local\\one")
                                 : CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x1000, "Local\\one section");
        is_new[thread] = GetLastError() != ERROR_ALREADY_EXISTS;
        pthread_barrier_wait(&start);
        if (thread == 0) {
            int news = 0;
            for (int i = 0; i < THREADS; i++)
                news += is_new[i];
            CHECK(news == 1);
        }
        pthread_barrier_wait(&start);
        if (!CloseHandle(made[thread]))
            made[thread] = NULL;
    }
    return NULL;
}

static void names(void)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&start, NULL, THREADS);
    for (SIZE_T i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, make_names, (void *)i) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);

    FAILS(CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x1000, (LPCSTR)8), ERROR_NOACCESS);
    FAILS(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x1000, (LPCWSTR)8), ERROR_NOACCESS);
    FAILS(CreateEventA(NULL, TRUE, FALSE, (LPCSTR)8), ERROR_NOACCESS);
}

/* A file as large as an image can be is not read to find out that it is none, and a pipe of the host's keeps nobody waiting. */
static void files(void)
{
    char path[] = "/tmp/strata-hostile-XXXXXX";
    const int descriptor = mkstemp(path);
    CHECK(descriptor >= 0 && ftruncate(descriptor, 0xF0000000) == 0 && pwrite(descriptor, "MZ", 2, 0) == 2);
    HANDLE file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    FAILS(CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL), ERROR_BAD_EXE_FORMAT);
    getrusage(RUSAGE_SELF, &after);
    CHECK(after.ru_maxrss - before.ru_maxrss < 64 << 10);
    CHECK(CloseHandle(file));
    close(descriptor);
    unlink(path);

    CHECK(mkfifo(path, 0600) == 0);
    alarm(300);
    file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    alarm(0);
    CHECK(file != INVALID_HANDLE_VALUE && CloseHandle(file));
    unlink(path);
}

int main(void)
{
    self = GetCurrentProcess();
    read_only = VirtualAlloc(NULL, 0x1000, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY);
    results_that_cannot_be_told();
    written_code();
    handlers();
    names();
    files();
    return finish();
}
