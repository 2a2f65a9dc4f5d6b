/* What threads wait with: one lock and one condition for all that can be waited for. */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

/* Recursive, since the last handle of an object may go while the lock is held; nobody sleeps then. */
static pthread_mutex_t lock;
static pthread_cond_t changed;

void strata_vm_start_waits(void)
{
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock, &kind);
    pthread_mutexattr_destroy(&kind);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

void strata_vm_hold_waits(void) { strata_vm_hold_over_forks(&lock); }

void strata_vm_waits_enter(void) { pthread_mutex_lock(&lock); }
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
