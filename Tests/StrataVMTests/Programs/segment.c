/* Code that reads the thread's environment block through the segment register, as compilers for Windows put it inline. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>
#include "check.h"

#if defined(__x86_64__)
#include <asm/prctl.h>

static inline ULONG64 read_segment(ULONG64 offset)
{
    ULONG64 value;
    __asm__ volatile("movq %%gs:(%1), %0" : "=r"(value) : "r"(offset));
    return value;
}

static inline DWORD last_error(void)
{
    DWORD value;
    __asm__ volatile("movl %%gs:0x68, %0" : "=r"(value));
    return value;
}

static PTEB inlined_teb(void) { return (PTEB)read_segment(0x30); }

static void check_block(void)
{
    char local;
    const PTEB teb = inlined_teb();
    CHECK(read_segment(0x60) == (ULONG64)RtlGetCurrentPeb());
    CHECK(teb == NtCurrentTeb() && teb->NtTib.Self == &teb->NtTib);
    CHECK(read_segment(0x08) > (ULONG64)&local && read_segment(0x10) < (ULONG64)&local && read_segment(0x1478) <= read_segment(0x10));
    CHECK(read_segment(0x40) == (ULONG64)getpid() && read_segment(0x48) == (ULONG64)syscall(SYS_gettid));
    SetLastError(4711);
    CHECK(last_error() == 4711);
    __asm__ volatile("movl %0, %%gs:0x68" : : "r"(4712));
    CHECK(GetLastError() == 4712);
}

enum { threadCount = 8, rounds = 20 };
static PTEB found[threadCount];
static pthread_barrier_t barrier;
static pthread_key_t key;
static volatile int ended;

/* Runs after the thread's function, in any order with the library's own. */
static void end(void *teb)
{
    if (inlined_teb() == teb && last_error() == 4712)
        __sync_fetch_and_add(&ended, 1);
}

static void *innermost(void *given)
{
    const PTEB teb = inlined_teb();
    CHECK(teb != given);
    return teb;
}

static void *reader(void *index)
{
    const PTEB teb = inlined_teb();
    found[(size_t)index] = teb;
    CHECK(last_error() == 0);
    pthread_barrier_wait(&barrier);
    for (int other = 0; other < threadCount; other++)
        CHECK((found[other] == teb) == ((size_t)other == (size_t)index));
    /* All of them live while they are compared. */
    pthread_barrier_wait(&barrier);
    check_block();
    pthread_t thread;
    void *result;
    CHECK(pthread_create(&thread, NULL, innermost, teb) == 0 && pthread_join(thread, &result) == 0 && result != NULL);
    pthread_setspecific(key, teb);
    return NULL;
}

static int standard_reader(void *given) { return inlined_teb() != given && inlined_teb() == NtCurrentTeb() ? 77 : 1; }

static ULONG64 own[1024];

static void *other_user(void *unused)
{
    (void)unused;
    CHECK(read_segment(0x30) == 12345);
    SetLastError(5);
    CHECK(read_segment(0x30) == 12345 && GetLastError() == 5);
    return NULL;
}

/* A thread whose segment is the program's own, before the library knows of the thread or after. */
static void *segment_user(void *unused)
{
    (void)unused;
    own[6] = 12345;
    CHECK(syscall(SYS_arch_prctl, ARCH_SET_GS, own) == 0);
    SetLastError(6);
    CHECK(read_segment(0x30) == 12345 && GetLastError() == 6 && NtCurrentTeb()->LastErrorValue == 6);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, other_user, NULL) == 0 && pthread_join(thread, NULL) == 0);
    CHECK(read_segment(0x30) == 12345);
    return NULL;
}

/* A thread without a segment, as those are that lived before the library was loaded: its first read is given one. */
static void *late_reader(void *unused)
{
    (void)unused;
    CHECK(syscall(SYS_arch_prctl, ARCH_SET_GS, 0ul) == 0);
    const PTEB teb = inlined_teb();
    CHECK(teb == NtCurrentTeb());
    /* Null stays what it is. */
    CHECK(touch_read((void *)0x30) == EXCEPTION_ACCESS_VIOLATION);
    CHECK(syscall(SYS_arch_prctl, ARCH_SET_GS, 0ul) == 0);
    CHECK(touch_read((void *)0x30) == EXCEPTION_ACCESS_VIOLATION);
    return NULL;
}

int main(void)
{
    const PTEB teb = inlined_teb();
    CHECK(teb == NtCurrentTeb());
    CHECK(RtlImageNtHeader(((PPEB)read_segment(0x60))->ImageBaseAddress) != NULL);
    CHECK(*(PVOID *)((char *)read_segment(0x60) + 0x10) == GetModuleHandleA(NULL));
    check_block();
    CHECK(pthread_key_create(&key, end) == 0 && pthread_barrier_init(&barrier, NULL, threadCount) == 0);
    for (int round = 0; round < rounds; round++) {
        pthread_t threads[threadCount];
        for (size_t i = 0; i < threadCount; i++)
            CHECK(pthread_create(&threads[i], NULL, reader, (void *)i) == 0);
        for (size_t i = 0; i < threadCount; i++)
            CHECK(pthread_join(threads[i], NULL) == 0);
    }
    CHECK(ended == threadCount * rounds);
    thrd_t standard;
    int result = 0;
    CHECK(thrd_create(&standard, standard_reader, teb) == thrd_success && thrd_join(standard, &result) == thrd_success);
    CHECK(result == 77);
    void *(*const others[])(void *) = {segment_user, late_reader};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, others[i], NULL) == 0 && pthread_join(thread, NULL) == 0);
    }
    CHECK(inlined_teb() == teb);
    const pid_t child = fork();
    if (child == 0)
        _exit(read_segment(0x40) == (ULONG64)getpid() && read_segment(0x48) == (ULONG64)getpid() ? 0 : 1);
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    return finish();
}
#else
int main(void)
{
    CHECK(NtCurrentTeb()->NtTib.Self == &NtCurrentTeb()->NtTib);
    return finish();
}
#endif
