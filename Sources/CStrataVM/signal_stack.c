/*
 * Faults are taken on a stack of the thread's own: where the stack that it runs on is what faults, the kernel could not put the signal
 * there. A thread that has such a stack already keeps it.
 */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

/* Handlers of the program run on it as well. The page below it is closed. */
enum { SIZE = 0x40000, GUARD = 0x1000 };

static pthread_key_t key;
static bool is_keyed;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void give_back(void *lowest)
{
    stack_t current;
    if (sigaltstack(NULL, &current) == 0 && current.ss_sp == (char *)lowest + GUARD) {
        const stack_t none = {.ss_flags = SS_DISABLE};
        /* Refused while a handler runs on it: then it stays. */
        if (sigaltstack(&none, NULL) != 0)
            return;
    }
    munmap(lowest, GUARD + SIZE);
}

static void make_key(void) { is_keyed = pthread_key_create(&key, give_back) == 0; }

void strata_vm_take_signal_stack(void)
{
    stack_t current;
    if (sigaltstack(NULL, &current) != 0 || (current.ss_flags & SS_DISABLE) == 0)
        return;
    pthread_once(&once, make_key);
    if (!is_keyed)
        return;
    char *const lowest = mmap(NULL, GUARD + SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (lowest == MAP_FAILED)
        return;
    const stack_t mine = {.ss_sp = lowest + GUARD, .ss_size = SIZE};
    if (mprotect(lowest, GUARD, PROT_NONE) != 0 || pthread_setspecific(key, lowest) != 0 || sigaltstack(&mine, NULL) != 0) {
        pthread_setspecific(key, NULL);
        munmap(lowest, GUARD + SIZE);
    }
}
