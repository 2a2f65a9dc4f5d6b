/* A program with signal handlers of its own: it hears of what is its own, and watches and guards go on. */
#include <setjmp.h>
#include <signal.h>
#include "watch.h"

static sigjmp_buf escape;
static volatile int calls;
static void *volatile heard;

static void on_signal(int number, siginfo_t *information, void *context)
{
    (void)number;
    (void)context;
    calls++;
    heard = information->si_addr;
    siglongjmp(escape, 1);
}

static void on_old_signal(int number)
{
    (void)number;
    calls++;
    siglongjmp(escape, 2);
}

int main(void)
{
    volatile char *const memory = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
    if (memory == NULL && is_unavailable())
        return finish();
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO;
    CHECK(sigaction(SIGSEGV, &action, &before) == 0);
    /* A watched page's fault stays in the library. */
    memory[0x1000] = 1;
    CHECK(calls == 0);
    DWORD old;
    CHECK(VirtualProtect((char *)memory + 0x2000, 0x1000, PAGE_NOACCESS, &old));
    for (int round = 1; round <= 3; round++) {
        if (sigsetjmp(escape, 1) == 0) {
            memory[0x2000] = 1;
            CHECK(!"reached");
        }
        CHECK(calls == round && heard == memory + 0x2000);
    }
    /* A guard page's warning comes as the signal, once. */
    CHECK(VirtualProtect((char *)memory + 0x3000, 0x1000, PAGE_READWRITE | PAGE_GUARD, &old));
    if (sigsetjmp(escape, 1) == 0)
        memory[0x3000] = 1;
    CHECK(calls == 4 && heard == memory + 0x3000);
    memory[0x3000] = 2;
    CHECK(calls == 4);
    /* A frame comes before the signal. */
    CHECK(touch_write((char *)memory + 0x2000) == EXCEPTION_ACCESS_VIOLATION && calls == 4);
    struct sigaction now;
    CHECK(sigaction(SIGSEGV, NULL, &now) == 0 && now.sa_sigaction == on_signal);
    CHECK(signal(SIGSEGV, on_old_signal) != SIG_ERR);
    if (sigsetjmp(escape, 1) == 0)
        memory[0x2000] = 1;
    CHECK(calls == 5);
    sigset_t mask;
    CHECK(sigprocmask(SIG_BLOCK, NULL, &mask) == 0 && !sigismember(&mask, SIGSEGV));
    PVOID pages[16];
    ULONG_PTR count = 16;
    ULONG granularity;
    CHECK(GetWriteWatch(0, (char *)memory, 0x10000, pages, &count, &granularity) == 0 && count == 2);
    return finish();
}
