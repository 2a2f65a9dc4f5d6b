#pragma once

#include <stdio.h>
#include <stdlib.h>

/* A call that fails ends the benchmark: half a figure is none. */
static inline void demand(int condition, const char *what, unsigned error)
{
    if (!condition) {
        fprintf(stderr, "%s failed (error %u)\n", what, error);
        exit(1);
    }
}

/* What the rows of both interfaces work on, in bytes. */
enum { page = 0x1000, granule = 0x10000, mapped = 0x100000 };
static const size_t large = (size_t)1 << 30;
