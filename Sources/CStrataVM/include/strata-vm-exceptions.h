#ifndef STRATA_VM_EXCEPTIONS_PRIVATE_H
#define STRATA_VM_EXCEPTIONS_PRIVATE_H

/* Between the library's two languages; not installed. */

#include <stdbool.h>

#include "host_memory.h"

/// Tells the program's exception handlers of a fault; true where one has mended it. It may leave for a try frame instead.
bool strata_vm_raise(const struct host_fault *fault, enum host_fault_verdict verdict, void *ucontext);

#endif
