/*
 * The program's own calls of sigaction and signal come here, since this library stands before the C library: for memory faults they
 * change what is behind the library's handler and never the handler, or the first program with a crash reporter would end write
 * watches and guard pages. Every other signal goes straight through.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>

#include "host_memory.h"

int sigaction(int number, const struct sigaction *restrict action, struct sigaction *restrict old)
{
    return host_sigaction(number, action, old);
}

void (*signal(int number, void (*handler)(int)))(int)
{
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, number);
    return sigaction(number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}
