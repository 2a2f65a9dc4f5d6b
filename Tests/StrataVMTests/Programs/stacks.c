/* Stacks that grow into guard pages, stacks that end, and faults of threads that have no stack left for them. */
#include "check.h"

/* Runs a function on another stack. */
static __attribute__((noinline)) void run_on(void *top, void (*function)(void *), void *argument)
{
#if defined(__x86_64__)
    __asm__ volatile("movq %%rsp, %%rbx; movq %0, %%rsp; callq *%1; movq %%rbx, %%rsp"
                     :
                     : "r"(top), "r"(function), "D"(argument)
                     : "rbx", "rax", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory", "cc");
#else
    register void *given __asm__("x0") = argument;
    __asm__ volatile("mov x19, sp; mov sp, %0; blr %1; mov sp, x19"
                     : "+r"(top), "+r"(function), "+r"(given)
                     :
                     : "x19", "x30", "memory", "cc", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
                       "x14", "x15", "x16", "x17");
#endif
}

static __attribute__((noinline)) int go_down(int depth)
{
    volatile char page[0x1000];
    page[0] = (char)depth;
    const int below = depth == 0 ? 0 : go_down(depth - 1) + 1;
    /* Every call has a page of its own, which no compiler may use again. */
    __asm__ volatile("" : : "r"(page) : "memory");
    return below + page[0] - (char)depth;
}

static char *stack;
enum { PAGES = 64 };

static void use_some(void *depth)
{
    CHECK(go_down(*(int *)depth) == *(int *)depth);
}

static void use_all(void *code)
{
    STRATA_TRY(frame) { go_down(1000); }
    STRATA_EXCEPT(frame) { *(DWORD *)code = frame.record.ExceptionCode; }
    STRATA_END_TRY(frame)
}

static void grow(void)
{
    PTEB teb = NtCurrentTeb();
    const NT_TIB before = teb->NtTib;
    void *const lowest = teb->DeallocationStack;
    stack = VirtualAlloc(NULL, PAGES * 0x1000, MEM_RESERVE, PAGE_READWRITE);
    char *top = stack + PAGES * 0x1000;
    CHECK(VirtualAlloc(top - 0x1000, 0x1000, MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD) == top - 0x1000);
    teb->DeallocationStack = stack;
    teb->NtTib.StackBase = teb->NtTib.StackLimit = top;
    int depth = 20;
    run_on(top, use_some, &depth);
    char *const limit = teb->NtTib.StackLimit;
    volatile DWORD code = 0;
    run_on(top, use_all, (void *)&code);
    char *const end = teb->NtTib.StackLimit;
    teb->NtTib = before;
    teb->DeallocationStack = lowest;

    /* As many pages as were used, and the guard below them. */
    CHECK(limit <= top - depth * 0x1000 && limit > top - (depth + 8) * 0x1000);
    CHECK(code == EXCEPTION_STACK_OVERFLOW && end == stack + 0x1000);
    CHECK(query(stack).State == MEM_RESERVE && query(stack).RegionSize == 0x1000);
    CHECK(query(end).Protect == PAGE_READWRITE && query(end).RegionSize == (PAGES - 1) * 0x1000);
    CHECK(VirtualFree(stack, 0, MEM_RELEASE));

    /* A guard page outside of the stack is nobody's to grow into. */
    char *other = VirtualAlloc(NULL, 0x2000, MEM_RESERVE, PAGE_READWRITE);
    CHECK(VirtualAlloc(other + 0x1000, 0x1000, MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD) != NULL);
    CHECK(touch_write(other + 0x1000) == EXCEPTION_GUARD_PAGE && query(other).State == MEM_RESERVE && VirtualFree(other, 0, MEM_RELEASE));
}

static DWORD WINAPI exhaust(LPVOID nothing)
{
    (void)nothing;
    volatile DWORD code = 0;
    STRATA_TRY(frame) { go_down(1 << 20); }
    STRATA_EXCEPT(frame) { code = frame.record.ExceptionCode; }
    STRATA_END_TRY(frame)
    return code;
}

int main(void)
{
    grow();
    DWORD code;
    for (int i = 0; i < 3; i++) {
        HANDLE thread = CreateThread(NULL, 0x40000, exhaust, NULL, 0, NULL);
        CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0 && GetExitCodeThread(thread, &code) && CloseHandle(thread));
        CHECK(code == EXCEPTION_STACK_OVERFLOW);
    }
    grow();
    return finish();
}
