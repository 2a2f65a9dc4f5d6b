// What the loader's Swift code needs of its C and assembly parts.
#pragma once

#include <stdint.h>

// Switches to the page tables at `root` and jumps to `entry` on `stack` with `boot_info` as its argument.
// `memory_attributes` is IA32_PAT or MAIR_EL1, `translation_control` TCR_EL1 (unused on x86-64).
void strata_enter_kernel(uint64_t root, uint64_t stack, uint64_t entry, uint64_t boot_info, uint64_t memory_attributes,
                         uint64_t translation_control) __attribute__((noreturn));

extern const char strata_enter_kernel_end[];

// The page or pages that hold strata_enter_kernel: mapped at their own address in the kernel's first page tables.
static inline uint64_t loader_trampoline_start(void) { return (uint64_t)(uintptr_t)&strata_enter_kernel; }
static inline uint64_t loader_trampoline_end(void) { return (uint64_t)(uintptr_t)strata_enter_kernel_end; }
