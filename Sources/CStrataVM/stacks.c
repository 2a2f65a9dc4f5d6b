/*
 * Threads on stacks of the documented kind. Such a thread has two stacks: the program's, which grows by its guard pages, and one of the
 * C library's, on which the library's own calls run. A call that protects or asks about the pages of the program's stack must not lie
 * on them itself.
 */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>

/* Of the library's calls. */
enum { HOST_STACK_SIZE = 512 << 10 };

struct strata_vm_thread {
    /* Of the thread's object, which is told of the thread's end. */
    void *object;
    char *base, *limit, *lowest;
    LPTHREAD_START_ROUTINE start;
    LPVOID argument;
    /* Where the C library's stack was left for the program's. */
    void *host_top;
    jmp_buf end;
    DWORD code;
    DWORD identifier;
    /* How often the end was put off for destructors of the program. */
    int delays;
    /* Where the maker waits for the identifier. */
    DWORD *told;
};

static pthread_key_t thread_key;
static pthread_once_t thread_once = PTHREAD_ONCE_INIT;
static __thread struct strata_vm_thread *current __attribute__((tls_model("initial-exec")));

/* Calls a function with the stack pointer at `top`; where it was before is left in `before`. */
void strata_vm_call_on_stack(void *top, void (*function)(void *), void *context, void **before);
#if defined(__x86_64__)
__asm__(".text\n"
        ".hidden strata_vm_call_on_stack\n"
        ".globl strata_vm_call_on_stack\n"
        ".type strata_vm_call_on_stack, @function\n"
        "strata_vm_call_on_stack:\n"
        ".cfi_startproc\n"
        "endbr64\n"
        "pushq %rbp\n"
        ".cfi_def_cfa_offset 16\n"
        ".cfi_offset %rbp, -16\n"
        "movq %rsp, %rbp\n"
        ".cfi_def_cfa_register %rbp\n"
        "movq %rsp, (%rcx)\n"
        "movq %rdi, %rsp\n"
        "movq %rdx, %rdi\n"
        "callq *%rsi\n"
        "movq %rbp, %rsp\n"
        "popq %rbp\n"
        ".cfi_def_cfa %rsp, 8\n"
        "retq\n"
        ".cfi_endproc\n"
        ".size strata_vm_call_on_stack, .-strata_vm_call_on_stack\n");
#elif defined(__aarch64__)
__asm__(".text\n"
        ".hidden strata_vm_call_on_stack\n"
        ".globl strata_vm_call_on_stack\n"
        ".type strata_vm_call_on_stack, %function\n"
        "strata_vm_call_on_stack:\n"
        ".cfi_startproc\n"
        "hint #34\n"
        "stp x29, x30, [sp, #-16]!\n"
        ".cfi_def_cfa_offset 16\n"
        ".cfi_offset x29, -16\n"
        ".cfi_offset x30, -8\n"
        "mov x29, sp\n"
        ".cfi_def_cfa_register x29\n"
        "str x29, [x3]\n"
        "mov sp, x0\n"
        "mov x0, x2\n"
        "blr x1\n"
        "mov sp, x29\n"
        ".cfi_def_cfa_register sp\n"
        "ldp x29, x30, [sp], #16\n"
        ".cfi_def_cfa_offset 0\n"
        "ret\n"
        ".cfi_endproc\n"
        ".size strata_vm_call_on_stack, .-strata_vm_call_on_stack\n");
#endif

bool strata_vm_is_on_program_stack(void)
{
    const struct strata_vm_thread *const thread = current;
    if (__builtin_expect(thread == NULL, true))
        return false;
    const char *const here = __builtin_frame_address(0);
    return thread->host_top != NULL && here >= thread->lowest && here < thread->base;
}

void strata_vm_on_host_stack(void (*function)(void *context), void *context)
{
    void *before;
    /* Below the frame that left it, on a boundary of 16 bytes. */
    strata_vm_call_on_stack((void *)((uintptr_t)current->host_top & ~(uintptr_t)15), function, context, &before);
}

static void end_thread(void *value)
{
    struct strata_vm_thread *const thread = value;
    /* Destructors run in rounds, in no order: whoever waits for the thread is told when those of the program are through. */
    if (thread->delays++ < 2 && pthread_setspecific(thread_key, thread) == 0)
        return;
    current = NULL;
    strata_vm_thread_ended(thread->object, thread->lowest, thread->code);
    free(thread);
}

static void make_key(void) { pthread_key_create(&thread_key, end_thread); }

void *strata_vm_current_thread(void) { return current == NULL ? NULL : current->object; }

bool strata_vm_adopt_thread(void *object)
{
    pthread_once(&thread_once, make_key);
    struct strata_vm_thread *const thread = calloc(1, sizeof *thread);
    if (thread == NULL)
        return false;
    thread->object = object;
    if (pthread_setspecific(thread_key, thread) != 0) {
        free(thread);
        return false;
    }
    current = thread;
    return true;
}

/* On the program's stack. */
static void run_program(void *value)
{
    struct strata_vm_thread *const thread = value;
    thread->code = thread->start(thread->argument);
}

static void *run_thread(void *value)
{
    struct strata_vm_thread *const thread = value;
    pthread_setspecific(thread_key, thread);
    current = thread;
    PTEB block = NtCurrentTeb();
    block->NtTib.StackBase = thread->base;
    block->NtTib.StackLimit = thread->limit;
    block->DeallocationStack = thread->lowest;

    DWORD *const told = thread->told;
    thread->told = NULL;
    strata_vm_waits_enter();
    *told = (DWORD)(ULONG_PTR)block->ClientId.UniqueThread;
    strata_vm_waits_announce();
    strata_vm_waits_leave();

    strata_vm_thread_starts(thread->object);
    host_use_growing_stack((uintptr_t)thread->lowest, (uintptr_t)thread->base);
    /* Faults of a stack cannot be taken on that stack: without another one, the program's function does not run. */
    stack_t signals;
    if (sigaltstack(NULL, &signals) == 0 && !(signals.ss_flags & SS_DISABLE) && setjmp(thread->end) == 0)
        strata_vm_call_on_stack(thread->base, run_program, thread, &thread->host_top);
    thread->host_top = NULL;
    host_use_growing_stack(0, 0);
    return NULL;
}

DWORD strata_vm_start_thread(
    void *object, void *base, void *limit, void *lowest, LPTHREAD_START_ROUTINE start, LPVOID argument)
{
    pthread_once(&thread_once, make_key);
    struct strata_vm_thread *const thread = calloc(1, sizeof *thread);
    if (thread == NULL)
        return 0;
    DWORD identifier = 0;
    *thread = (struct strata_vm_thread) {
        .object = object, .base = base, .limit = limit, .lowest = lowest, .start = start, .argument = argument, .told = &identifier};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, HOST_STACK_SIZE);
    pthread_t made;
    const int error = pthread_create(&made, &attributes, run_thread, thread);
    pthread_attr_destroy(&attributes);
    if (error != 0) {
        free(thread);
        return 0;
    }
    strata_vm_waits_enter();
    while (identifier == 0)
        strata_vm_waits_sleep(UINT64_MAX);
    strata_vm_waits_leave();
    return identifier;
}

void WINAPI ExitThread(DWORD code)
{
    struct strata_vm_thread *const thread = current;
    if (thread == NULL || thread->host_top == NULL)
        pthread_exit((void *)(uintptr_t)code);
    thread->code = code;
    longjmp(thread->end, 1);
}

void NTAPI RtlExitUserThread(ULONG code) { ExitThread(code); }

/* The lowest address that the thread used when it faulted. */
static uintptr_t stack_pointer(const void *ucontext)
{
    const ucontext_t *const host = ucontext;
#if defined(__x86_64__)
    /* Leaf functions use 128 bytes below it. */
    return (uintptr_t)host->uc_mcontext.gregs[REG_RSP] - 128;
#else
    return (uintptr_t)host->uc_mcontext.sp;
#endif
}

enum strata_vm_growth strata_vm_grow(const struct host_fault *fault, bool is_guard, const void *ucontext)
{
    /* By the block, since programs may run on stacks of their own making, and tell so there. */
    const PTEB block = NtCurrentTeb();
    const uintptr_t bottom = (uintptr_t)block->DeallocationStack, top = (uintptr_t)block->NtTib.StackBase;
    if (bottom == 0 || fault->address < bottom || fault->address >= top)
        return STRATA_VM_NO_STACK;
    const uintptr_t page = 0xFFF, used = stack_pointer(ucontext);
    /* Compilers of this host do not touch each page of a large frame on the way down, so the guard may have been jumped over. */
    if (!is_guard && fault->address < used)
        return STRATA_VM_NO_STACK;
    uintptr_t lowest = fault->address;
    if (used >= bottom && used < lowest)
        lowest = used;
    uintptr_t limit = lowest & ~page;
    const enum strata_vm_growth growth
        = strata_vm_grow_stack(bottom, top, block->GuaranteedStackBytes, fault->address, is_guard, &limit);
    if (growth != STRATA_VM_NO_STACK)
        block->NtTib.StackLimit = (void *)limit;
    return growth;
}

void strata_vm_guarded(uintptr_t start, uintptr_t end)
{
    const PTEB block = NtCurrentTeb();
    if (start >= (uintptr_t)block->DeallocationStack && end <= (uintptr_t)block->NtTib.StackBase && start < end)
        block->NtTib.StackLimit = (void *)end;
}

BOOL WINAPI SetThreadStackGuarantee(PULONG size)
{
    const PTEB block = NtCurrentTeb();
    if (size == NULL) {
        strata_vm_set_error(ERROR_INVALID_PARAMETER, STATUS_INVALID_PARAMETER);
        return FALSE;
    }
    const ULONG before = block->GuaranteedStackBytes, asked = *size;
    const size_t stack = (size_t)((char *)block->NtTib.StackBase - (char *)block->DeallocationStack);
    if ((size_t)asked + 0x2000 >= stack) {
        strata_vm_set_error(ERROR_INVALID_PARAMETER, STATUS_INVALID_PARAMETER);
        return FALSE;
    }
    *size = before;
    const ULONG rounded = (asked + 0xFFF) & ~0xFFFu;
    /* What was promised is not taken back. */
    if (rounded > before) {
        block->GuaranteedStackBytes = rounded;
        if (current != NULL && current->lowest != NULL)
            strata_vm_guard_stack((uintptr_t)block->DeallocationStack, (uintptr_t)block->NtTib.StackLimit, rounded);
    }
    return TRUE;
}

void WINAPI GetCurrentThreadStackLimits(PULONG_PTR lowest, PULONG_PTR highest)
{
    const PTEB block = NtCurrentTeb();
    *lowest = (ULONG_PTR)block->DeallocationStack;
    *highest = (ULONG_PTR)block->NtTib.StackBase;
}
