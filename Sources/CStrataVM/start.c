/* The address space is taken before the program's own code runs: later, foreign mappings would lie anywhere. */
#include "strata-vm-private.h"

void strata_vm_start(void);

__attribute__((constructor)) static void start(void)
{
    strata_vm_start_waits();
    strata_vm_start();
    host_listen_to_faults(strata_vm_raise);
    NtCurrentTeb();
    /* Before there are heaps: their locks are taken before those of tables, as calls take them, and forks go backwards. */
    strata_vm_follow_forks();
    RtlGetCurrentPeb()->ProcessHeap = GetProcessHeap();
}
