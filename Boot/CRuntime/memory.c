// memset, memcpy, memmove and memcmp for a world without a C library: the compilers emit calls to them.
//
// C and not Swift, because a Swift loop that fills memory may itself be compiled into a call to memset. `no_builtin`
// forbids clang the same.

#include <stddef.h>
#include <stdint.h>

// A word that may alias anything and may lie at any address.
typedef uint64_t __attribute__((may_alias, aligned(1))) word;

__attribute__((no_builtin("memset"))) void *memset(void *destination, int value, size_t count) {
    unsigned char *to = destination;
#if defined(__x86_64__)
    void *cursor = to;
    __asm__ volatile("rep stosb" : "+D"(cursor), "+c"(count) : "a"(value) : "memory");
#else
    const uint64_t pattern = 0x0101010101010101u * (unsigned char)value;
    for (; count >= 8; count -= 8, to += 8) *(word *)to = pattern;
    while (count--) *to++ = (unsigned char)value;
#endif
    return destination;
}

__attribute__((no_builtin("memcpy"))) void *memcpy(void *restrict destination, const void *restrict source, size_t count) {
    unsigned char *to = destination;
    const unsigned char *from = source;
#if defined(__x86_64__)
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
#else
    for (; count >= 8; count -= 8, to += 8, from += 8) *(word *)to = *(const word *)from;
    while (count--) *to++ = *from++;
#endif
    return destination;
}

__attribute__((no_builtin("memmove", "memcpy"))) void *memmove(void *destination, const void *source, size_t count) {
    unsigned char *to = destination;
    const unsigned char *from = source;
    if ((uintptr_t)to - (uintptr_t)from >= count) return memcpy(destination, source, count);
    // The destination begins inside the source: copy from the end down.
    for (; count >= 8; count -= 8) *(word *)(to + count - 8) = *(const word *)(from + count - 8);
    while (count--) to[count] = from[count];
    return destination;
}

__attribute__((no_builtin("memcmp"))) int memcmp(const void *left, const void *right, size_t count) {
    const unsigned char *a = left, *b = right;
    for (; count; count--, a++, b++) {
        if (*a != *b) return *a < *b ? -1 : 1;
    }
    return 0;
}
