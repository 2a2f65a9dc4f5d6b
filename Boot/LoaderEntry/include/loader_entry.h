// What the loader's Swift code needs of its C and assembly parts.
#pragma once

#include <stdint.h>

// What the switch to the kernel takes, in the order in which the assembly reads it.
struct kernel_entry_state {
    // The page tables: CR3 or TTBR0_EL1.
    uint64_t root;
    // The kernel's first stack pointer and instruction, by its own addresses.
    uint64_t stack, entry;
    // Its two arguments: the physical address of the BootInfo, and the word of an EarlyConsole.
    uint64_t boot_info, console;
    // IA32_PAT or MAIR_EL1.
    uint64_t memory_attributes;
    // TCR_EL1; unused on x86-64.
    uint64_t translation_control;
};

// Switches to the kernel's page tables and stack and jumps to its entry. All of the state is read before the switch.
void strata_enter_kernel(const struct kernel_entry_state *state) __attribute__((noreturn));

extern const char strata_enter_kernel_end[];

// The page or pages that hold strata_enter_kernel: mapped at their own address in the kernel's first page tables.
static inline uint64_t loader_trampoline_start(void) { return (uint64_t)(uintptr_t)&strata_enter_kernel; }
static inline uint64_t loader_trampoline_end(void) { return (uint64_t)(uintptr_t)strata_enter_kernel_end; }
