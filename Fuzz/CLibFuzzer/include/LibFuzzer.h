#ifndef STRATA_LIB_FUZZER_H
#define STRATA_LIB_FUZZER_H

// What libFuzzer offers to the program that it is linked with: https://llvm.org/docs/LibFuzzer.html

#include <stddef.h>
#include <stdint.h>

/// The entry point for programs with a `main` of their own.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));

/// Changes the input in one of libFuzzer's own ways and returns the new size.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

#endif
