/* Threads on stacks that grow by their guard pages, what such stacks say of themselves, events and waits. */
#include <pthread.h>
#include "check.h"

static char *stack_base(void) { return NtCurrentTeb()->NtTib.StackBase; }
static char *stack_limit(void) { return NtCurrentTeb()->NtTib.StackLimit; }
static char *stack_lowest(void) { return NtCurrentTeb()->DeallocationStack; }

/* The lowest byte is written first: a compiler that probes and one that does not have to come to the same end. */
static DECLSPEC_NOINLINE int use_stack(size_t size)
{
    volatile char *const buffer = __builtin_alloca(size);
    for (size_t i = 0; i < size; i += 0x400)
        buffer[i] = 1;
    return buffer[0];
}

static DWORD WINAPI look_at_stack(LPVOID argument)
{
    char *const base = stack_base(), *const limit = stack_limit(), *const lowest = stack_lowest();
    CHECK(base - lowest == 0x40000);
    CHECK(base - limit == 0x3000);
    char here;
    CHECK(&here < base && &here >= limit);
    ULONG_PTR low, high;
    GetCurrentThreadStackLimits(&low, &high);
    CHECK(low == (ULONG_PTR)lowest && high == (ULONG_PTR)base);

    MEMORY_BASIC_INFORMATION block = query(lowest);
    CHECK(block.State == MEM_RESERVE && block.Type == MEM_PRIVATE && block.AllocationProtect == PAGE_READWRITE);
    CHECK(block.AllocationBase == lowest && block.RegionSize == (size_t)(limit - lowest) - 0x3000);
    block = query(limit - 0x3000);
    CHECK(block.Protect == (PAGE_READWRITE | PAGE_GUARD) && block.RegionSize == 0x3000);
    block = query(limit);
    CHECK(block.Protect == PAGE_READWRITE && block.RegionSize == 0x3000);
    CHECK(stack_limit() == limit);

    /* Far below what is used nothing grows: that is a wild pointer. */
    CHECK(touch_write(lowest + 0x4000) == EXCEPTION_ACCESS_VIOLATION);
    CHECK(stack_limit() == limit);

    use_stack(0x8000);
    char *const grown = stack_limit();
    CHECK(grown < limit && base - grown >= 0x8000 && base - grown <= 0xA000);
    CHECK(query(grown).RegionSize == (size_t)(base - grown) && query(grown).Protect == PAGE_READWRITE);
    CHECK(query(grown - 0x3000).Protect == (PAGE_READWRITE | PAGE_GUARD) && query(grown - 0x3000).RegionSize == 0x3000);
    use_stack(0x7000);
    CHECK(stack_limit() == grown);

    /* A page of the program's own making keeps its protection when the stack grows past it. */
    DWORD old;
    CHECK(VirtualProtect(grown + 0x1000, 0x1000, PAGE_EXECUTE_READWRITE, &old) && old == PAGE_READWRITE);
    use_stack(0x10000);
    CHECK(base - stack_limit() >= 0x10000);
    CHECK(query(grown + 0x1000).Protect == PAGE_EXECUTE_READWRITE);

    /* Guarding a page of one's stack ends it there, and it grows again from there. */
    char *const shrunk = stack_limit() + 0x4000;
    CHECK(VirtualAlloc(shrunk - 0x1000, 0x1000, MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD) != NULL);
    CHECK(stack_limit() == shrunk);
    use_stack((size_t)((char *)__builtin_frame_address(0) - shrunk) + 0x200);
    CHECK(stack_limit() < shrunk);
    CHECK(query(stack_limit() - 0x1000).Protect == (PAGE_READWRITE | PAGE_GUARD));
    CHECK(VirtualProtect(stack_limit() + 0x1000, 0x1000, PAGE_READWRITE | PAGE_GUARD, &old));
    char *const guarded = stack_limit();
    CHECK(query(guarded - 0x1000).Protect == (PAGE_READWRITE | PAGE_GUARD));
    /* Taking the guard away again does not give the stack its old end back. */
    CHECK(VirtualProtect(guarded - 0x1000, 0x1000, PAGE_READWRITE, &old) && stack_limit() == guarded);
    *(char **)argument = lowest;
    return 17;
}

static volatile int depth;

static DECLSPEC_NOINLINE int descend(int levels)
{
    volatile char frame[512];
    frame[0] = (char)levels;
    depth = depth + 1;
    return levels == 0 ? 0 : descend(levels - 1) + frame[0];
}

static DWORD WINAPI overflow(LPVOID argument)
{
    ULONG guarantee = 0x5800;
    CHECK(SetThreadStackGuarantee(&guarantee) && guarantee == 0);
    guarantee = 0;
    CHECK(SetThreadStackGuarantee(&guarantee) && guarantee == 0x6000);
    CHECK(query(stack_limit() - 0x7000).Protect == (PAGE_READWRITE | PAGE_GUARD));
    CHECK(query(stack_limit() - 0x7000).RegionSize == 0x7000);
    guarantee = 0x7FFFFFFF;
    FAILS(SetThreadStackGuarantee(&guarantee), ERROR_INVALID_PARAMETER);
    FAILS(SetThreadStackGuarantee(NULL), ERROR_INVALID_PARAMETER);

    volatile DWORD code = 0;
    STRATA_TRY(frame) { descend(1 << 20); }
    STRATA_EXCEPT(frame) { code = frame.record.ExceptionCode; }
    STRATA_END_TRY(frame)
    CHECK(code == EXCEPTION_STACK_OVERFLOW);
    CHECK(depth > 256);
    /* All but the lowest page is committed for the handling of it. */
    CHECK(stack_limit() == stack_lowest() + 0x1000);
    CHECK(query(stack_lowest()).State == MEM_RESERVE && query(stack_lowest()).RegionSize == 0x1000);
    return (DWORD)(ULONG_PTR)argument;
}

static HANDLE ready, go;

static DWORD WINAPI signal_and_wait(LPVOID argument)
{
    (void)argument;
    SetEvent(ready);
    CHECK(WaitForSingleObject(go, INFINITE) == WAIT_OBJECT_0);
    ExitThread(42);
}

static DWORD WINAPI add(LPVOID argument)
{
    __atomic_add_fetch((int *)argument, 1, __ATOMIC_RELAXED);
    return 0;
}

static pthread_key_t key;
static int destroyed;

/* On the C library's stack, after the program's is left. */
static void destroy(void *value)
{
    (void)value;
    destroyed++;
    CHECK(query(&value).State == MEM_COMMIT);
}

static void *host_thread(void *result)
{
    volatile char buffer[100000];
    buffer[0] = 1;
    *(DWORD *)result = query((const void *)buffer).State;
    return NULL;
}

/* Large buffers that system calls fill, destructors, and threads of either kind made by this one. */
static DWORD WINAPI live(LPVOID nested)
{
    char contents[60000];
    DWORD count = 0, state = 0;
    CHECK(pthread_setspecific(key, &destroyed) == 0);
    HANDLE file = CreateFileA("/proc/self/maps", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(ReadFile(file, contents, sizeof contents, &count, NULL) && count > 0 && CloseHandle(file));
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, host_thread, &state) == 0 && pthread_join(thread, NULL) == 0 && state == MEM_COMMIT);
    if (nested != NULL) {
        HANDLE other = CreateThread(NULL, 0, live, NULL, 0, NULL);
        CHECK(WaitForSingleObject(other, INFINITE) == WAIT_OBJECT_0 && CloseHandle(other));
    }
    return 0;
}

static void test_life(void)
{
    CHECK(pthread_key_create(&key, destroy) == 0);
    HANDLE thread = CreateThread(NULL, 0, live, &key, 0, NULL);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0 && CloseHandle(thread));
    CHECK(destroyed == 2);
}

static void test_threads(void)
{
    DWORD code = 0, identifier = 0;
    char *lowest = NULL;
    const ULONG64 charge = StrataGetCommitCharge();
    HANDLE thread = CreateThread(NULL, 0x40000, look_at_stack, &lowest, STACK_SIZE_PARAM_IS_A_RESERVATION | CREATE_SUSPENDED, NULL);
    CHECK(thread != NULL && WaitForSingleObject(thread, 20) == WAIT_TIMEOUT && lowest == NULL);
    CloseHandle(thread);

    /* What is asked for first is committed. */
    CLIENT_ID client;
    STATUS(RtlCreateUserThread(NtCurrentProcess(), NULL, TRUE, 0, 0x40000, 0x3000, (PRTL_THREAD_START_ROUTINE)(void *)look_at_stack,
        &lowest, &thread, &client), STATUS_SUCCESS);
    CHECK((DWORD)(ULONG_PTR)client.UniqueProcess == GetCurrentProcessId());
    CHECK(GetThreadId(thread) == (DWORD)(ULONG_PTR)client.UniqueThread && GetThreadId(thread) != GetCurrentThreadId());
    CHECK(GetExitCodeThread(thread, &code) && code == STILL_ACTIVE);
    CHECK(ResumeThread(thread) == 1);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CHECK(ResumeThread(thread) == 0);
    CHECK(GetExitCodeThread(thread, &code) && code == 17);
    CHECK(lowest != NULL && query(lowest).State == MEM_FREE);
    CHECK(CloseHandle(thread));

    thread = CreateThread(NULL, 0x40000, overflow, (LPVOID)7, STACK_SIZE_PARAM_IS_A_RESERVATION, &identifier);
    CHECK(identifier != 0);
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0 && GetExitCodeThread(thread, &code) && code == 7);
    CloseHandle(thread);
    FAILS(CreateThread(NULL, 0, NULL, NULL, 0, NULL) != NULL, ERROR_INVALID_PARAMETER);
    FAILS(GetExitCodeThread(NtCurrentProcess(), &code), ERROR_INVALID_HANDLE);

    int count = 0;
    for (int i = 0; i < 200; i++) {
        thread = CreateThread(NULL, 0, add, &count, 0, NULL);
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
    }
    CHECK(count == 200);
    HANDLE threads[MAXIMUM_WAIT_OBJECTS];
    for (int i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
        threads[i] = CreateThread(NULL, 0, add, &count, 0, NULL);
    CHECK(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, threads, TRUE, INFINITE) == WAIT_OBJECT_0 && count == 200 + MAXIMUM_WAIT_OBJECTS);
    for (int i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
        CloseHandle(threads[i]);
    /* The stack of the thread that never ran is left. */
    CHECK(StrataGetCommitCharge() <= charge + 0x5000);
}

static void test_events(void)
{
    HANDLE manual = CreateEventA(NULL, TRUE, FALSE, NULL), single = CreateEventW(NULL, FALSE, TRUE, NULL);
    CHECK(manual != NULL && single != NULL);
    CHECK(WaitForSingleObject(manual, 0) == WAIT_TIMEOUT);
    CHECK(SetEvent(manual) && WaitForSingleObject(manual, 0) == WAIT_OBJECT_0 && WaitForSingleObject(manual, 0) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(single, 0) == WAIT_OBJECT_0 && WaitForSingleObject(single, 0) == WAIT_TIMEOUT);
    HANDLE both[2] = {single, manual};
    CHECK(WaitForMultipleObjects(2, both, FALSE, 0) == WAIT_OBJECT_0 + 1);
    CHECK(WaitForMultipleObjects(2, both, TRUE, 5) == WAIT_TIMEOUT);
    SetEvent(single);
    CHECK(WaitForMultipleObjects(2, both, TRUE, INFINITE) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(single, 0) == WAIT_TIMEOUT);
    CHECK(ResetEvent(manual) && WaitForSingleObject(manual, 0) == WAIT_TIMEOUT);
    FAILS(WaitForSingleObject(NULL, 0) != WAIT_FAILED, ERROR_INVALID_HANDLE);
    FAILS(WaitForMultipleObjects(0, both, FALSE, 0) != WAIT_FAILED, ERROR_INVALID_PARAMETER);
    FAILS(SetEvent(NtCurrentProcess()), ERROR_INVALID_HANDLE);
    CHECK(CloseHandle(manual) && CloseHandle(single));
    FAILS(CloseHandle(manual), ERROR_INVALID_HANDLE);

    HANDLE named = CreateEventA(NULL, TRUE, TRUE, "strata-event");
    CHECK(GetLastError() == ERROR_SUCCESS);
    HANDLE again = CreateEventA(NULL, TRUE, FALSE, "strata-event");
    CHECK(again != NULL && GetLastError() == ERROR_ALREADY_EXISTS && WaitForSingleObject(again, 0) == WAIT_OBJECT_0);
    CloseHandle(named);
    CloseHandle(again);
    named = CreateEventA(NULL, TRUE, FALSE, "strata-event");
    CHECK(GetLastError() == ERROR_SUCCESS && WaitForSingleObject(named, 0) == WAIT_TIMEOUT);
    CloseHandle(named);

    ready = CreateEventA(NULL, FALSE, FALSE, NULL);
    go = CreateEventA(NULL, FALSE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, signal_and_wait, NULL, 0, NULL);
    CHECK(WaitForSingleObject(ready, INFINITE) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(thread, 0) == WAIT_TIMEOUT);
    SetEvent(go);
    DWORD code;
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0 && GetExitCodeThread(thread, &code) && code == 42);
    CloseHandle(thread);
    HANDLE self;
    CHECK(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &self, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(GetThreadId(self) == GetCurrentThreadId() && WaitForSingleObject(self, 0) == WAIT_TIMEOUT && CloseHandle(self));
}

/* A thread knows its number at once, whether or not its maker has come to know it. */
static DWORD WINAPI tell_number(LPVOID unused)
{
    (void)unused;
    return GetThreadId(GetCurrentThread()) == GetCurrentThreadId();
}

static void test_numbers(void)
{
    HANDLE made[50];
    for (int i = 0; i < 50; i++)
        CHECK((made[i] = CreateThread(NULL, 0, tell_number, NULL, 0, NULL)) != NULL);
    for (int i = 0; i < 50; i++) {
        DWORD knew = 0;
        CHECK(WaitForSingleObject(made[i], INFINITE) == WAIT_OBJECT_0 && GetExitCodeThread(made[i], &knew) && knew);
        CloseHandle(made[i]);
    }
}

static void test_stacks(void)
{
    const PIMAGE_NT_HEADERS headers = RtlImageNtHeader(NtCurrentTeb()->ProcessEnvironmentBlock->ImageBaseAddress);
    CHECK(headers != NULL && headers->OptionalHeader.SizeOfStackReserve == 0x100000);
    INITIAL_TEB stack;
    STATUS(RtlCreateUserStack(0, 0, 0, 1, 1, &stack), STATUS_SUCCESS);
    CHECK((size_t)((char *)stack.StackBase - (char *)stack.DeallocationStack) == headers->OptionalHeader.SizeOfStackReserve);
    CHECK((size_t)((char *)stack.StackBase - (char *)stack.StackLimit) == headers->OptionalHeader.SizeOfStackCommit);
    CHECK(stack.OldStackBase == NULL && stack.OldStackLimit == NULL);
    STATUS(RtlFreeUserStack(stack.DeallocationStack), STATUS_SUCCESS);
    STATUS(RtlFreeUserStack(stack.DeallocationStack), STATUS_MEMORY_NOT_ALLOCATED);
    STATUS(RtlCreateUserStack(0x12345, 0x123456, 0, 0x3000, 0x50000, &stack), STATUS_SUCCESS);
    CHECK((char *)stack.StackBase - (char *)stack.StackLimit == 0x15000);
    CHECK((char *)stack.StackBase - (char *)stack.DeallocationStack == 0x140000);
    STATUS(RtlFreeUserStack(stack.DeallocationStack), STATUS_SUCCESS);
    /* More to begin with than the reservation has makes that larger. */
    STATUS(RtlCreateUserStack(0x120000, 0x20000, 0, 1, 1, &stack), STATUS_SUCCESS);
    CHECK((char *)stack.StackBase - (char *)stack.DeallocationStack == 0x200000);
    STATUS(RtlFreeUserStack(stack.DeallocationStack), STATUS_SUCCESS);
    STATUS(RtlCreateUserStack(0, 0, 0, 0, 1, &stack), STATUS_INVALID_PARAMETER);
    STATUS(RtlCreateUserStack(0, 0, 0, 1, 0, &stack), STATUS_INVALID_PARAMETER);
    STATUS(RtlCreateUserStack(1, ~(SIZE_T)0, 0, 1, 1, &stack), STATUS_NO_MEMORY);
    STATUS(RtlCreateUserStack(0, 0, 25, 1, 1, &stack), STATUS_INVALID_PARAMETER_3);
    STATUS(RtlCreateUserStack(0, 0, 0x7FFFFFF, 1, 1, &stack), STATUS_SUCCESS);
    CHECK((ULONG_PTR)stack.StackBase <= 0x8000000);
    STATUS(RtlFreeUserStack(stack.DeallocationStack), STATUS_SUCCESS);
}

int main(void)
{
    test_numbers();
    test_stacks();
    test_events();
    test_threads();
    test_life();
    return finish();
}
