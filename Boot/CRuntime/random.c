// Swift seeds its hash function from here. No image keeps hash tables of what a stranger chooses, and a run that repeats
// is worth more than an unpredictable one: the seed is fixed.

#include <stddef.h>

void arc4random_buf(void *buffer, size_t byte_count) {
    unsigned char *to = buffer;
    for (size_t index = 0; index < byte_count; index++) to[index] = (unsigned char)(0x53 + index * 29);
}
