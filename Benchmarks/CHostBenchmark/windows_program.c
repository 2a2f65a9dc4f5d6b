/* The loops over Windows's calls as a program of Windows's, for Wine: prints the nanoseconds an operation of every sample, a line each.

       windows-loops ROW SAMPLES ROUNDS [EXPONENT]     a row of the calls or of the sizes
       windows-loops many COUNT                        reserve, query at random, walk, past the holes, release
*/
#ifdef _WIN32

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "include/host_benchmark.h"

static double now(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&frequency);
    return (double)count.QuadPart * 1e9 / (double)frequency.QuadPart;
}

static int exponent;
static void reserve_size(int rounds) { windows_reserve_size(rounds, exponent); }

static const struct {
    const char *name;
    void (*loop)(int rounds);
} rows[] = {
    { "reserve", windows_reserve },
    { "reserve_commit", windows_reserve_commit },
    { "commit", windows_commit },
    { "commit_touch", windows_commit_touch },
    { "protect", windows_protect },
    { "protect_large", windows_protect_large },
    { "map", windows_map },
    { "watch_write", windows_watch_write },
    { "watch_collect", windows_watch_collect },
    { "heap", windows_heap },
    { "heap_larger", windows_heap_larger },
    { "heap_random", windows_heap_random },
    { "reserve_size", reserve_size },
    { "query", windows_query },
};

static void sample(void (*loop)(int), int samples, int rounds)
{
    loop(1);
    for (int i = 0; i < samples; i++) {
        const double start = now();
        loop(rounds);
        printf("%.1f\n", (now() - start) / rounds);
    }
}

static int many(int count)
{
    if (!windows_many_prepare(count))
        return 1;
    double start = now();
    windows_many_reserve(count);
    printf("%.1f\n", (now() - start) / count);
    windows_many_holes(count);
    start = now();
    windows_many_query(count, 10000);
    printf("%.1f\n", (now() - start) / 10000);
    start = now();
    const int blocks = windows_walk();
    printf("%.1f\n", (now() - start) / blocks);
    start = now();
    windows_past_holes(1000);
    printf("%.1f\n", (now() - start) / 1000);
    start = now();
    windows_many_release(count);
    printf("%.1f\n", (now() - start) / (count / 2));
    return 0;
}

int main(int count, char **arguments)
{
    if (count == 3 && strcmp(arguments[1], "many") == 0)
        return many(atoi(arguments[2]));
    if (count < 4)
        return 2;
    exponent = count > 4 ? atoi(arguments[4]) : 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(arguments[1], rows[i].name) != 0)
            continue;
        const int isQuery = rows[i].loop == windows_query;
        if (isQuery)
            windows_query_begin(exponent);
        sample(rows[i].loop, atoi(arguments[2]), atoi(arguments[3]));
        if (isQuery)
            windows_query_end();
        return 0;
    }
    return 2;
}

#else

/* Not one of this system's programs. */
typedef int nothing;

#endif
