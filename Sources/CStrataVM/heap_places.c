/* Which heaps there are, by their handles, and the locks of heaps. */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

__thread char strata_vm_thread_mark __attribute__((tls_model("initial-exec")));
struct strata_vm_heap_place *strata_vm_heap_lists[STRATA_VM_HEAP_LISTS];

/* Of the lists, and of the handles in the order in which their heaps were made. No heap's lock is waited for while it is held. */
static pthread_mutex_t places_lock = PTHREAD_MUTEX_INITIALIZER;
static struct strata_vm_heap_place **live;
static size_t live_count, live_capacity;

static inline void pause_processor(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    __asm__ volatile("yield");
#endif
}

void strata_vm_lock_wait(struct strata_vm_lock *lock)
{
    /* Most are held for less time than the kernel takes. */
    for (int i = 0; i < 400; i++) {
        uint32_t expected = 0;
        pause_processor();
        if (__atomic_load_n(&lock->state, __ATOMIC_RELAXED) == 0
            && __atomic_compare_exchange_n(&lock->state, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return;
    }
    __atomic_fetch_add(&lock->waiters, 1, __ATOMIC_SEQ_CST);
    for (;;) {
        uint32_t expected = 0;
        if (__atomic_compare_exchange_n(&lock->state, &expected, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            break;
        /* Leaving is a store and a load, which the processor may do the other way round: the wake-up can be missed. */
        const struct timespec moment = {.tv_nsec = 1000000};
        syscall(SYS_futex, &lock->state, FUTEX_WAIT_PRIVATE, 1, &moment, NULL, 0);
    }
    __atomic_fetch_sub(&lock->waiters, 1, __ATOMIC_RELAXED);
}

void strata_vm_lock_wake(struct strata_vm_lock *lock) { syscall(SYS_futex, &lock->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); }

static bool try_lock(struct strata_vm_lock *lock)
{
    uint32_t expected = 0;
    if (lock->owner == &strata_vm_thread_mark) {
        lock->depth++;
        return true;
    }
    if (!__atomic_compare_exchange_n(&lock->state, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return false;
    __atomic_store_n(&lock->owner, (const void *)&strata_vm_thread_mark, __ATOMIC_RELAXED);
    return true;
}

bool strata_vm_heap_add(uintptr_t handle, void *heap, bool is_serialized)
{
    pthread_mutex_lock(&places_lock);
    if (live_count == live_capacity) {
        const size_t capacity = live_capacity == 0 ? 16 : 2 * live_capacity;
        struct strata_vm_heap_place **const grown = realloc(live, capacity * sizeof *live);
        if (grown == NULL) {
            pthread_mutex_unlock(&places_lock);
            return false;
        }
        live = grown;
        live_capacity = capacity;
    }
    struct strata_vm_heap_place **const list = strata_vm_heap_list(handle), *place = *list;
    while (place != NULL && place->handle != 0)
        place = place->next;
    const bool is_new = place == NULL;
    if (is_new && (place = calloc(1, sizeof *place)) == NULL) {
        pthread_mutex_unlock(&places_lock);
        return false;
    }
    place->heap = heap;
    place->is_serialized = is_serialized;
    __atomic_store_n(&place->handle, handle, __ATOMIC_RELEASE);
    if (is_new) {
        place->next = *list;
        __atomic_store_n(list, place, __ATOMIC_RELEASE);
    }
    live[live_count++] = place;
    pthread_mutex_unlock(&places_lock);
    return true;
}

void strata_vm_heap_remove(struct strata_vm_heap_place *place)
{
    pthread_mutex_lock(&places_lock);
    size_t kept = 0;
    for (size_t i = 0; i < live_count; i++)
        if (live[i] != place)
            live[kept++] = live[i];
    live_count = kept;
    place->heap = NULL;
    place->lock.program_depth = 0;
    __atomic_store_n(&place->handle, (uintptr_t)0, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&places_lock);
}

size_t strata_vm_heap_handles(HANDLE *handles, size_t capacity)
{
    pthread_mutex_lock(&places_lock);
    const size_t count = live_count;
    for (size_t i = 0; i < count && i < capacity; i++)
        handles[i] = (HANDLE)live[i]->handle;
    pthread_mutex_unlock(&places_lock);
    return count;
}

/*
 * A fork is made with the locks of all heaps, so that none of them is in the middle of something in the child. The program may hold
 * locks of its own in any order, or for good: what it keeps for a while is left alone, and free in the child.
 */
static struct strata_vm_heap_place **held;
static size_t held_count;

static void before_fork(void)
{
    pthread_mutex_lock(&places_lock);
    held_count = 0;
    held = malloc((live_count + 1) * sizeof *held);
    const struct timespec moment = {.tv_nsec = 100000};
    for (int tries = 0; held != NULL; tries++) {
        size_t missing = 0, busy = 0;
        for (size_t i = 0; i < live_count; i++) {
            if (try_lock(&live[i]->lock)) {
                held[held_count++] = live[i];
            } else {
                missing++;
                /* A call has it, and will be done with it. */
                busy += __atomic_load_n(&live[i]->lock.program_depth, __ATOMIC_RELAXED) == 0;
            }
        }
        if (missing == 0 || (tries >= 2000 && busy == 0))
            break;
        /* Whoever holds the missing ones may be waiting for another. */
        while (held_count > 0)
            strata_vm_lock_leave(&held[--held_count]->lock);
        pthread_mutex_unlock(&places_lock);
        nanosleep(&moment, NULL);
        pthread_mutex_lock(&places_lock);
        struct strata_vm_heap_place **const grown = realloc(held, (live_count + 1) * sizeof *held);
        if (grown == NULL)
            break;
        held = grown;
    }
}

static void after_fork(void)
{
    while (held_count > 0)
        strata_vm_lock_leave(&held[--held_count]->lock);
    free(held);
    held = NULL;
    pthread_mutex_unlock(&places_lock);
}

static void in_child(void)
{
    for (size_t i = 0; i < live_count; i++) {
        struct strata_vm_lock *const lock = &live[i]->lock;
        lock->waiters = 0;
        if (lock->owner != NULL && lock->owner != &strata_vm_thread_mark)
            *lock = (struct strata_vm_lock){0};
        else if (lock->state != 0 && lock->owner == NULL)
            lock->state = 0;
    }
    /* Those of heaps that are gone may be held by whoever came too late, or was the last one. */
    for (int list = 0; list < STRATA_VM_HEAP_LISTS; list++)
        for (struct strata_vm_heap_place *place = strata_vm_heap_lists[list]; place != NULL; place = place->next)
            if (place->handle == 0)
                place->lock = (struct strata_vm_lock){0};
    after_fork();
}

void strata_vm_heaps_start(void) { pthread_atfork(before_fork, after_fork, in_child); }
