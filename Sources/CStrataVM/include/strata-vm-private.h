#ifndef STRATA_VM_PRIVATE_H
#define STRATA_VM_PRIVATE_H

/* Between the library's two languages; not installed. */

#include <stdbool.h>

#include "host_memory.h"
#include "strata-vm.h"

/// Tells the program's exception handlers of a fault; true where one has mended it. It may leave for a try frame instead.
bool strata_vm_raise(const struct host_fault *fault, enum host_fault_verdict verdict, void *ucontext);

/// Sets what GetLastError gives, and the status behind it.
void strata_vm_set_error(DWORD error, NTSTATUS status);

/// What the segment that Windows keeps for the thread's environment block points to; NULL for nothing, and where there is no such segment.
void *strata_vm_segment(void);
void strata_vm_set_segment(void *base);
/// Lets the segment point to this thread's block, except where the program has it point elsewhere.
void strata_vm_enter_segment(void);
/// Gives the thread of a fault its block where it read through a segment that points to nothing; true where the instruction is to run again.
bool strata_vm_mend_segment(const struct host_fault *fault);

/// The most that this process may commit, in bytes.
ULONG64 strata_vm_commit_limit(void);

#endif
