// The two names by which Swift's runtime reaches a heap. The heap itself is Swift, in each image its own; these must be
// C, because Swift keeps the names for itself.

#include <stddef.h>

// In the image's Swift code: a block, or NULL; and the way back.
void *strata_allocate(size_t alignment, size_t byte_count);
void strata_release(void *block);

int posix_memalign(void **result, size_t alignment, size_t byte_count) {
    void *block = strata_allocate(alignment, byte_count);
    if (!block) return 12; // ENOMEM
    *result = block;
    return 0;
}

void free(void *block) {
    if (block) strata_release(block);
}
