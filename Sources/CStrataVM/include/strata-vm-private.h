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

/// Whether some of the bytes lie where this thread's stack has not grown to yet.
bool strata_vm_is_beyond_stack(uintptr_t address, size_t size);

/// The base of a system library's image, mapped at the first question; NULL where that cannot be.
void *strata_vm_library(int index, const char *name);
/// Whether an address is the base of a system library that is mapped.
bool strata_vm_is_library(int index, const void *base);

/// Gives a path as UTF-16: its length, or the size where it was cut.
DWORD strata_vm_widen(const char *path, size_t length, LPWSTR buffer, DWORD size);

/// The lock that everything which threads wait for is behind; entered again by the thread that has it.
void strata_vm_waits_enter(void);
void strata_vm_waits_leave(void);
/// Wakes all that wait, for them to look again.
void strata_vm_waits_announce(void);
/// Gives the lock up until something was announced; false where the deadline, of the monotonic clock in nanoseconds, has passed before.
bool strata_vm_waits_sleep(uint64_t deadline);
uint64_t strata_vm_waits_now(void);

/// Starts a thread that tells its object when it begins and when it ends.
bool strata_vm_start_thread(size_t stackSize, LPTHREAD_START_ROUTINE start, LPVOID argument, void *object);
void strata_vm_thread_begins(void *object, DWORD identifier);
void strata_vm_thread_ends(void *object, DWORD code);

/// Gives this thread a stack for signal handlers, for as long as it runs, where it has none.
void strata_vm_take_signal_stack(void);

/// Commits a page of a stack, as the guard below those that are used; false where that cannot be.
bool strata_vm_commit_guard(uintptr_t page);

#endif
