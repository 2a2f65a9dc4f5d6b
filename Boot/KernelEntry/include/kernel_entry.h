// What the kernel's Swift code needs of its C and assembly parts.
#pragma once

#include <stdint.h>

#if defined(__x86_64__)

// What the exception stubs push: the general registers, the vector, and what the processor pushed before.
struct exception_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error_code;
    uint64_t rip, cs, rflags, rsp, ss;
};

// 32 stubs of 16 bytes each, one a vector.
extern const char strata_exception_stubs[];
// Storage of the tables that the processor reads: the task-state segment, the interrupt descriptor table, and the stack
// that double faults and page faults run on, so that a kernel stack that overflowed can still be reported.
extern char strata_task_state[104];
extern char strata_interrupt_descriptors[256 * 16];
extern char strata_exception_stack_top[];
// Loads the kernel's own segments; `task_state` is put into their task descriptor.
void strata_load_segments(uint64_t task_state);

static inline uint64_t kernel_exception_stub(uint64_t vector) {
    return (uint64_t)(uintptr_t)strata_exception_stubs + vector * 16;
}
static inline uint64_t kernel_task_state(void) { return (uint64_t)(uintptr_t)strata_task_state; }
static inline uint64_t kernel_interrupt_descriptors(void) { return (uint64_t)(uintptr_t)strata_interrupt_descriptors; }
static inline uint64_t kernel_exception_stack_top(void) { return (uint64_t)(uintptr_t)strata_exception_stack_top; }

#elif defined(__aarch64__)

struct exception_frame {
    uint64_t x[31];
    uint64_t sp, elr, spsr, esr, far;
    // Which of the 16 vectors was taken: 0 to 3 from this level on SP_EL0, 4 to 7 on SP_EL1, 8 up from below.
    uint64_t vector;
    uint64_t padding;
};

extern const char strata_exception_vectors[];
static inline uint64_t kernel_exception_vectors(void) { return (uint64_t)(uintptr_t)strata_exception_vectors; }

#endif

// The arena of the early heap, in the image's zero-filled part.
extern char strata_heap[];
extern char strata_heap_end[];
static inline uint64_t kernel_heap_start(void) { return (uint64_t)(uintptr_t)strata_heap; }
static inline uint64_t kernel_heap_byte_count(void) { return (uint64_t)(strata_heap_end - strata_heap); }

// Bounds of the kernel's own image, for faults made on purpose.
extern const char strata_entry[];
static inline uint64_t kernel_code_address(void) { return (uint64_t)(uintptr_t)strata_entry; }
