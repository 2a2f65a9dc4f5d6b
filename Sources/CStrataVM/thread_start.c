/*
 * The program's own calls of pthread_create and thrd_create come here, since this library stands before the C library: a thread has its
 * environment block before its first instruction, for code that reads it without a call.
 */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <threads.h>

struct start {
    void *(*function)(void *);
    int (*standard_function)(void *);
    void *argument;
};

static void *run(void *given)
{
    const struct start start = *(struct start *)given;
    free(given);
    NtCurrentTeb();
    return start.function(start.argument);
}

static int run_standard(void *given)
{
    const struct start start = *(struct start *)given;
    free(given);
    NtCurrentTeb();
    return start.standard_function(start.argument);
}

static struct start *make_start(void *argument)
{
    struct start *start = calloc(1, sizeof *start);
    if (start != NULL)
        start->argument = argument;
    return start;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*function)(void *), void *argument)
{
    typedef int (*create_function)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    create_function create = (create_function)dlsym(RTLD_NEXT, "pthread_create");
    struct start *start = create == NULL ? NULL : make_start(argument);
    if (start == NULL)
        return EAGAIN;
    start->function = function;
    const int error = create(thread, attributes, run, start);
    if (error != 0)
        free(start);
    return error;
}

int thrd_create(thrd_t *thread, thrd_start_t function, void *argument)
{
    typedef int (*create_function)(thrd_t *, thrd_start_t, void *);
    create_function create = (create_function)dlsym(RTLD_NEXT, "thrd_create");
    if (create == NULL)
        return thrd_error;
    struct start *start = make_start(argument);
    if (start == NULL)
        return thrd_nomem;
    start->standard_function = function;
    const int error = create(thread, run_standard, start);
    if (error != thrd_success)
        free(start);
    return error;
}
