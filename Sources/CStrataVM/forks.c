/*
 * Forks: the locks of the library's own tables are taken around each, so that a child finds whole what they guard. Memory has a lock
 * of its own, which nobody asks for another one with: it is taken after these.
 */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <stdlib.h>

/* More than there are: every kind of table has one. */
enum { limit = 16 };

static pthread_mutex_t *held[limit];
static pthread_mutex_t tables[limit];
static int held_count, table_count;

void strata_vm_hold_over_forks(pthread_mutex_t *lock)
{
    if (held_count == limit)
        abort();
    held[held_count++] = lock;
}

int strata_vm_make_table_lock(void)
{
    if (table_count == limit)
        abort();
    pthread_mutex_init(&tables[table_count], NULL);
    strata_vm_hold_over_forks(&tables[table_count]);
    return table_count++;
}

void strata_vm_enter_table(int table) { pthread_mutex_lock(&tables[table]); }
void strata_vm_leave_table(int table) { pthread_mutex_unlock(&tables[table]); }

/* Who waits for one holds no other, so that the order in which calls take them does not matter. */
static void before_fork(void)
{
    for (int first = 0, busy = 0; busy < held_count; first = busy) {
        pthread_mutex_lock(held[first]);
        for (busy = 0; busy < held_count; busy++)
            if (busy != first && pthread_mutex_trylock(held[busy]) != 0)
                break;
        if (busy == held_count)
            return;
        for (int taken = 0; taken < busy; taken++)
            if (taken != first)
                pthread_mutex_unlock(held[taken]);
        pthread_mutex_unlock(held[first]);
    }
}

static void after_fork(void)
{
    for (int index = 0; index < held_count; index++)
        pthread_mutex_unlock(held[index]);
}

/* A child's thread is another one, to which recursive locks do not belong. */
static void start_child(void)
{
    for (int index = 0; index < held_count; index++)
        pthread_mutex_init(held[index], NULL);
    strata_vm_start_waits();
}

void strata_vm_follow_forks(void)
{
    strata_vm_hold_waits();
    strata_vm_hold_handlers();
    pthread_atfork(before_fork, after_fork, start_child);
}
