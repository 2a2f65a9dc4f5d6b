// The calls are GNU extensions, which the Swift overlay of the C library leaves out.
#define _GNU_SOURCE
#include "affinity.h"

#ifdef __linux__
#include <sched.h>

void strata_pin_to_current_processor(void) {
    int processor = sched_getcpu();
    if (processor < 0 || processor >= CPU_SETSIZE)
        return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    sched_setaffinity(0, sizeof set, &set);
}
#else
void strata_pin_to_current_processor(void) {}
#endif
