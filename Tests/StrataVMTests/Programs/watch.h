#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "check.h"

/* Whether the environment chooses a way of noticing writes. */
static inline bool insists_on(const char *way)
{
    const char *const chosen = getenv("STRATA_WRITE_WATCH");
    return chosen != NULL && strcmp(chosen, way) == 0;
}

/* Whether watched memory was refused as it has to be, on a kernel that does not keep track of writes. */
static inline bool is_unavailable(void)
{
    CHECK(insists_on("kernel") && GetLastError() == ERROR_ACCESS_DENIED);
    return insists_on("kernel");
}

#endif
