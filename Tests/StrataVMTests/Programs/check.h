#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <string.h>
#include <strata-vm.h>

/* Every program counts its checks, prints those that fail, and returns 1 then. Volatile, or a count may move before a fault. */
static volatile int checks, failures;

/* Counts a failure: whether it is printed, which the first hundred are. Whoever reads them takes 64 KiB. */
static inline int is_told(void)
{
    failures = failures + 1;
    return failures <= 100;
}

#define CHECK(condition)                                                                        \
    do {                                                                                        \
        checks = checks + 1;                                                                               \
        if (!(condition) && is_told())                                                          \
            printf("%s:%d: %s (error %u)\n", __FILE__, __LINE__, #condition, GetLastError());   \
    } while (0)

/* A call that has to fail with an error. */
#define FAILS(call, error)                                                                                  \
    do {                                                                                                    \
        checks = checks + 1;                                                                                           \
        SetLastError(0xDEADBEEF);                                                                           \
        if (call) {                                                                                         \
            if (is_told())                                                                                  \
                printf("%s:%d: %s did not fail\n", __FILE__, __LINE__, #call);                              \
        } else if (GetLastError() != (error) && is_told()) {                                                \
            printf("%s:%d: %s gave error %u, not %u\n", __FILE__, __LINE__, #call, GetLastError(), (error)); \
        }                                                                                                   \
    } while (0)

#define STATUS(call, expected)                                                                      \
    do {                                                                                            \
        checks = checks + 1;                                                                                   \
        const NTSTATUS given = (call);                                                              \
        if (given != (NTSTATUS)(expected) && is_told())                                             \
            printf("%s:%d: %s gave %08x, not %08x\n", __FILE__, __LINE__, #call, (unsigned)given,   \
                (unsigned)(expected));                                                              \
    } while (0)

/* The exception code of touching a byte; 0 where it goes through. */
static inline DWORD touch_read(const void *address)
{
    volatile DWORD code = 0;
    STRATA_TRY(frame) { (void)*(const volatile char *)address; }
    STRATA_EXCEPT(frame) { code = frame.record.ExceptionCode; }
    STRATA_END_TRY(frame)
    return code;
}

static inline DWORD touch_write(void *address)
{
    volatile DWORD code = 0;
    STRATA_TRY(frame) { *(volatile char *)address = 42; }
    STRATA_EXCEPT(frame) { code = frame.record.ExceptionCode; }
    STRATA_END_TRY(frame)
    return code;
}

static inline MEMORY_BASIC_INFORMATION query(const void *address)
{
    MEMORY_BASIC_INFORMATION information;
    memset(&information, 0xCC, sizeof information);
    CHECK(VirtualQuery(address, &information, sizeof information) == sizeof information);
    return information;
}

static inline int finish(void)
{
    printf("%d checks, %d failures\n", checks, failures);
    return failures != 0;
}

/* How many mappings the kernel keeps for this process. */
static inline int count_mappings(void)
{
    FILE *const maps = fopen("/proc/self/maps", "r");
    int count = 0;
    for (int byte; (byte = getc(maps)) != EOF;)
        count += byte == '\n';
    fclose(maps);
    return count;
}

#endif
