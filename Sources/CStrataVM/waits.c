/* What threads wait with: one lock and one condition for all that can be waited for. */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

/* Recursive, since the last handle of an object may go while the lock is held; nobody sleeps then. */
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_cond_t changed;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start(void)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

void strata_vm_waits_enter(void)
{
    pthread_once(&once, start);
    pthread_mutex_lock(&lock);
}

void strata_vm_waits_leave(void) { pthread_mutex_unlock(&lock); }
void strata_vm_waits_announce(void) { pthread_cond_broadcast(&changed); }

uint64_t strata_vm_waits_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool strata_vm_waits_sleep(uint64_t deadline)
{
    if (deadline == UINT64_MAX)
        return pthread_cond_wait(&changed, &lock) == 0;
    const struct timespec end = {.tv_sec = (time_t)(deadline / 1000000000u), .tv_nsec = (long)(deadline % 1000000000u)};
    return pthread_cond_timedwait(&changed, &lock, &end) == 0;
}

/* Threads with handles. */

struct launch {
    LPTHREAD_START_ROUTINE start;
    LPVOID argument;
    void *object;
    DWORD code;
};

static __thread struct launch *launched __attribute__((tls_model("initial-exec")));

static void end_launch(void *given)
{
    struct launch *const launch = given;
    launched = NULL;
    strata_vm_thread_ends(launch->object, launch->code);
    free(launch);
}

static void *run(void *given)
{
    struct launch *const launch = given;
    launched = launch;
    /* However the thread ends, by pthread_exit as well. */
    pthread_cleanup_push(end_launch, launch);
    strata_vm_thread_begins(launch->object, GetCurrentThreadId());
    launch->code = launch->start(launch->argument);
    pthread_cleanup_pop(1);
    return NULL;
}

bool strata_vm_start_thread(size_t stackSize, LPTHREAD_START_ROUTINE start, LPVOID argument, void *object)
{
    struct launch *const launch = calloc(1, sizeof *launch);
    pthread_attr_t attributes;
    if (launch == NULL || pthread_attr_init(&attributes) != 0) {
        free(launch);
        return false;
    }
    *launch = (struct launch){.start = start, .argument = argument, .object = object};
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    /* Signal handlers run on it too. */
    const size_t least = 0x40000, size = (stackSize > least ? stackSize : least) + 0xFFFF;
    pthread_t thread;
    bool is_started = stackSize == 0 || (size > stackSize && pthread_attr_setstacksize(&attributes, size & ~(size_t)0xFFFF) == 0);
    is_started = is_started && pthread_create(&thread, &attributes, run, launch) == 0;
    pthread_attr_destroy(&attributes);
    if (!is_started)
        free(launch);
    return is_started;
}

void WINAPI ExitThread(DWORD code)
{
    if (launched != NULL)
        launched->code = code;
    pthread_exit(NULL);
}

BOOL WINAPI SwitchToThread(void) { return sched_yield() == 0; }

void WINAPI Sleep(DWORD milliseconds)
{
    if (milliseconds == 0) {
        sched_yield();
        return;
    }
    do {
        struct timespec rest = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
        while (nanosleep(&rest, &rest) != 0) {
        }
    } while (milliseconds == INFINITE);
}

DWORD WINAPI SleepEx(DWORD milliseconds, BOOL alertable)
{
    (void)alertable;
    Sleep(milliseconds);
    return 0;
}
