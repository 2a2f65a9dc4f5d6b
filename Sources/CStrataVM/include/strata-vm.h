#ifndef STRATA_VM_H
#define STRATA_VM_H

/// libstrata-vm: the Windows virtual-memory calls on Linux, under their own names, types and numbers.
///
/// The names, sizes and values are Windows's on a 64-bit machine; the calling convention is the System V one of the host. For C99 and
/// later, and for C++11 and later. A program links with `pkg-config --cflags --libs strata-vm`.

#include "strata-vm/types.h"
#include "strata-vm/errors.h"
#include "strata-vm/memory.h"
#include "strata-vm/sections.h"
#include "strata-vm/files.h"
#include "strata-vm/pipes.h"
#include "strata-vm/synchronization.h"
#include "strata-vm/exceptions.h"
#include "strata-vm/threads.h"
#include "strata-vm/process.h"
#include "strata-vm/system.h"
#include "strata-vm/runtime.h"
#include "strata-vm/images.h"
#include "strata-vm/modules.h"
#include "strata-vm/heap.h"
#include "strata-vm/native.h"

#endif
