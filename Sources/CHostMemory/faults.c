#define _GNU_SOURCE
#include "host_memory.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <ucontext.h>

typedef int (*sigaction_function)(int, const struct sigaction *, struct sigaction *);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread bool is_inside __attribute__((tls_model("initial-exec")));
/* The innermost guarded copy of this thread. */
static __thread jmp_buf *guarded __attribute__((tls_model("initial-exec")));

static _Atomic(host_fault_judge) judge;
static _Atomic(host_fault_listener) listener;

/* What the program believes to be installed for the two signals. */
static struct sigaction program_segv, program_bus;
static atomic_bool is_catching;

/* Of a stack that grows by faults: they cannot be taken inside, or while a copy is guarded. */
static __thread uintptr_t growing_low, growing_high __attribute__((tls_model("initial-exec")));

enum { ROOM = 48 << 10, STEP = 4096 };

void host_use_growing_stack(uintptr_t low, uintptr_t high)
{
    growing_low = low;
    growing_high = high;
}

/* Lets the stack grow before a fault would be in the way; near its end it has to do with what there is. */
static __attribute__((noinline)) void grow_stack(uintptr_t here)
{
    for (uintptr_t at = here - STEP; at > here - ROOM && at > growing_low + 4 * STEP; at -= STEP)
        (void)*(volatile char *)at;
}

static inline void keep_room(void)
{
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (__builtin_expect(growing_high != 0, false) && here > growing_low + ROOM / 4 && here < growing_high)
        grow_stack(here);
}

void host_enter(void)
{
    keep_room();
    pthread_mutex_lock(&lock);
    is_inside = true;
}

void host_leave(void)
{
    is_inside = false;
    pthread_mutex_unlock(&lock);
}

static sigaction_function real_sigaction(void)
{
    static _Atomic(sigaction_function) found;
    sigaction_function function = atomic_load_explicit(&found, memory_order_acquire);
    if (function == NULL) {
        function = (sigaction_function)dlsym(RTLD_NEXT, "sigaction");
        if (function == NULL)
            function = (sigaction_function)dlsym(RTLD_DEFAULT, "__sigaction");
        atomic_store_explicit(&found, function, memory_order_release);
    }
    return function;
}

bool host_copy_small(void *to, const void *from, size_t size);
extern const char host_copy_small_end[], host_copy_small_failed[];

/* Most copies are of a number or a structure that a call reports back. */
enum { small_copy = 64 };

/* A fault inside leaves memcpy by longjmp: it holds nothing. */
bool host_copy(void *to, const void *from, size_t size)
{
    if (size <= small_copy)
        return host_copy_small(to, from, size);
    keep_room();
    jmp_buf environment;
    jmp_buf *const outer = guarded;
    if (setjmp(environment) != 0) {
        guarded = outer;
        return false;
    }
    guarded = &environment;
    atomic_signal_fence(memory_order_seq_cst);
    memcpy(to, from, size);
    atomic_signal_fence(memory_order_seq_cst);
    guarded = outer;
    return true;
}

bool host_probe(uintptr_t address, size_t size, bool writing)
{
    if (size == 0)
        return true;
    if (address + (size - 1) < address)
        return false;
    keep_room();
    jmp_buf environment;
    jmp_buf *const outer = guarded;
    if (setjmp(environment) != 0) {
        guarded = outer;
        return false;
    }
    guarded = &environment;
    const uintptr_t page = host_page_size();
    const uintptr_t last = address + (size - 1);
    for (uintptr_t at = address;;) {
        unsigned char byte = *(volatile unsigned char *)at;
        /* Exchanged for itself, until that was done: compilers turn an addition of nothing into a read. */
        while (writing && !__atomic_compare_exchange_n((unsigned char *)at, &byte, byte, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        }
        const uintptr_t next = (at & ~(page - 1)) + page;
        if (next > last || next == 0)
            break;
        at = next;
    }
    atomic_signal_fence(memory_order_seq_cst);
    guarded = outer;
    return true;
}

static struct host_fault describe(int number, const siginfo_t *information, const ucontext_t *context)
{
    struct host_fault fault = {
        .address = (uintptr_t)information->si_addr,
        .is_bus_error = number == SIGBUS,
    };
#if defined(__x86_64__)
    const unsigned long long error = (unsigned long long)context->uc_mcontext.gregs[REG_ERR];
    fault.instruction = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
    fault.is_write = (error & 2) != 0;
    fault.is_execute = (error & 16) != 0;
#elif defined(__aarch64__)
    fault.instruction = (uintptr_t)context->uc_mcontext.pc;
    /* The exception syndrome lies in a record behind the registers; without one, the instruction's address tells of execution. */
    const unsigned char *at = (const unsigned char *)context->uc_mcontext.__reserved;
    const unsigned char *const end = at + sizeof context->uc_mcontext.__reserved;
    while (at + 16 <= end) {
        uint32_t magic, size;
        memcpy(&magic, at, 4);
        memcpy(&size, at + 4, 4);
        if (magic == 0 || size == 0)
            break;
        if (magic == 0x45535201) {
            uint64_t syndrome;
            memcpy(&syndrome, at + 8, 8);
            const uint64_t class = syndrome >> 26;
            fault.is_execute = class == 0x20 || class == 0x21;
            fault.is_write = (class == 0x24 || class == 0x25) && (syndrome & 64) != 0;
        }
        at += size;
    }
#else
#error "libstrata-vm knows x86-64 and AArch64"
#endif
    return fault;
}

/* Gives the signal to whoever the program wanted to have it, as the kernel would have. */
static void pass_on(int number, siginfo_t *information, void *context)
{
    struct sigaction action = number == SIGSEGV ? program_segv : program_bus;
    if (!(action.sa_flags & SA_SIGINFO) && (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN)) {
        struct sigaction byDefault;
        memset(&byDefault, 0, sizeof byDefault);
        byDefault.sa_handler = SIG_DFL;
        sigemptyset(&byDefault.sa_mask);
        real_sigaction()(number, &byDefault, NULL);
        /* A guard page's fault would not come again, so the signal is raised and not repeated. */
        raise(number);
        return;
    }
    sigset_t added = action.sa_mask, before;
    if (!(action.sa_flags & SA_NODEFER))
        sigaddset(&added, number);
    pthread_sigmask(SIG_BLOCK, &added, &before);
    if (action.sa_flags & SA_RESETHAND) {
        struct sigaction *mine = number == SIGSEGV ? &program_segv : &program_bus;
        mine->sa_handler = SIG_DFL;
        mine->sa_flags &= ~SA_SIGINFO;
    }
    if (action.sa_flags & SA_SIGINFO)
        action.sa_sigaction(number, information, context);
    else
        action.sa_handler(number);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Whether the fault was made by a small copy, which then goes on where it returns false. */
static bool leave_small_copy(ucontext_t *context)
{
#if defined(__x86_64__)
    greg_t *const instruction = &context->uc_mcontext.gregs[REG_RIP];
#else
    unsigned long long *const instruction = (unsigned long long *)&context->uc_mcontext.pc;
#endif
    const uintptr_t at = (uintptr_t)*instruction;
    if (at < (uintptr_t)&host_copy_small || at >= (uintptr_t)host_copy_small_end)
        return false;
    *instruction = (uintptr_t)host_copy_small_failed;
    return true;
}

static void take_fault(int number, siginfo_t *information, void *context)
{
    const int error = errno;
    /* Sent by a process, or for an address that is none: nothing to judge, but the exception handlers may want the latter. */
    const bool is_sent = information->si_code <= 0;
    if (is_sent || is_inside) {
        pass_on(number, information, context);
        errno = error;
        return;
    }
    const struct host_fault fault = describe(number, information, context);
    const host_fault_judge judgement = atomic_load_explicit(&judge, memory_order_acquire);
    const enum host_fault_verdict verdict = judgement == NULL ? HOST_FAULT_ACCESS_VIOLATION : judgement(&fault);
    if (verdict == HOST_FAULT_MENDED) {
        errno = error;
        return;
    }
    if (leave_small_copy(context)) {
        errno = error;
        return;
    }
    if (guarded != NULL)
        longjmp(*guarded, 1 + (int)verdict);
    const host_fault_listener told = atomic_load_explicit(&listener, memory_order_acquire);
    if (told == NULL || !told(&fault, verdict, context))
        pass_on(number, information, context);
    errno = error;
}

/* A child has the forking thread only: what another one was doing inside would never end there. */
static void before_fork(void)
{
    pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&lock);
}

int host_catch_faults(host_fault_judge newJudge)
{
    atomic_store_explicit(&judge, newJudge, memory_order_release);
    if (atomic_exchange(&is_catching, true))
        return 0;
    const int error = pthread_atfork(before_fork, after_fork, after_fork);
    if (error != 0)
        return error;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = take_fault;
    /* Not deferred: a handler of the program may fault itself, or leave by longjmp without restoring a mask. */
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    if (real_sigaction()(SIGSEGV, &action, &program_segv) != 0)
        return errno;
    if (real_sigaction()(SIGBUS, &action, &program_bus) != 0)
        return errno;
    return 0;
}

void host_listen_to_faults(host_fault_listener newListener)
{
    atomic_store_explicit(&listener, newListener, memory_order_release);
}

static bool is_ours(int number)
{
    return (number == SIGSEGV || number == SIGBUS) && atomic_load(&is_catching);
}

int host_sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    if (!is_ours(number))
        return real_sigaction()(number, action, old);
    struct sigaction *const kept = number == SIGSEGV ? &program_segv : &program_bus;
    const struct sigaction before = *kept;
    if (action != NULL)
        *kept = *action;
    if (old != NULL)
        *old = before;
    return 0;
}
