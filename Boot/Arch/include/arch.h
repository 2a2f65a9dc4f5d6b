// Instructions that Swift has no words for, one function each. What is more than one instruction belongs in Swift.
#pragma once

#include <stdint.h>

// Stops this processor until an interrupt arrives.
static inline void arch_wait_for_interrupt(void) {
#if defined(__x86_64__)
    __asm__ volatile("hlt" ::: "memory");
#elif defined(__aarch64__)
    __asm__ volatile("wfi" ::: "memory");
#endif
}

// Keeps maskable interrupts from being taken.
static inline void arch_disable_interrupts(void) {
#if defined(__x86_64__)
    __asm__ volatile("cli" ::: "memory");
#elif defined(__aarch64__)
    __asm__ volatile("msr daifset, #0xf" ::: "memory");
#endif
}

// Keeps maskable interrupts from being taken, and tells what was before; the second puts that back.
static inline uint64_t arch_mask_interrupts(void) {
    uint64_t state;
#if defined(__x86_64__)
    __asm__ volatile("pushfq\n popq %0\n cli" : "=r"(state) : : "memory");
#elif defined(__aarch64__)
    __asm__ volatile("mrs %0, daif\n msr daifset, #0x2" : "=r"(state) : : "memory");
#endif
    return state;
}
static inline void arch_restore_interrupts(uint64_t state) {
#if defined(__x86_64__)
    if (state & 0x200) __asm__ volatile("sti" ::: "memory");
#elif defined(__aarch64__)
    __asm__ volatile("msr daif, %0" : : "r"(state) : "memory");
#endif
}

// A counter that runs at a constant rate, and that rate in counts a second, 0 where the processor does not tell it.
static inline uint64_t arch_read_counter(void) {
#if defined(__x86_64__)
    uint32_t low, high;
    __asm__ volatile("lfence\n rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
#elif defined(__aarch64__)
    uint64_t value;
    __asm__ volatile("isb\n mrs %0, cntvct_el0" : "=r"(value) : : "memory");
    return value;
#endif
}
static inline uint64_t arch_counter_frequency(void) {
#if defined(__x86_64__)
    return 0;
#elif defined(__aarch64__)
    uint64_t value;
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(value));
    return value;
#endif
}

// Device registers: one access each, of exactly this width, neither merged nor left out.
static inline uint8_t arch_mmio_read8(uintptr_t address) { return *(volatile uint8_t *)address; }
static inline uint16_t arch_mmio_read16(uintptr_t address) { return *(volatile uint16_t *)address; }
static inline uint32_t arch_mmio_read32(uintptr_t address) { return *(volatile uint32_t *)address; }
static inline void arch_mmio_write8(uintptr_t address, uint8_t value) { *(volatile uint8_t *)address = value; }
static inline void arch_mmio_write16(uintptr_t address, uint16_t value) { *(volatile uint16_t *)address = value; }
static inline void arch_mmio_write32(uintptr_t address, uint32_t value) { *(volatile uint32_t *)address = value; }

// A memory access that the compiler must make as written, at the width and address given: for page tables and for
// faults made on purpose.
static inline uint64_t arch_load64(uintptr_t address) { return *(volatile uint64_t *)address; }
static inline void arch_store64(uintptr_t address, uint64_t value) { *(volatile uint64_t *)address = value; }

// Calls the code at an address that the compiler knows nothing about.
static inline void arch_call(uintptr_t address) { ((void (*)(void))address)(); }

#if defined(__x86_64__)

static inline void arch_port_write8(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}
static inline uint8_t arch_port_read8(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

#define ARCH_CONTROL_REGISTER(number)                                                    \
    static inline uint64_t arch_read_cr##number(void) {                                  \
        uint64_t value;                                                                  \
        __asm__ volatile("mov %%cr" #number ", %0" : "=r"(value));                       \
        return value;                                                                    \
    }                                                                                    \
    static inline void arch_write_cr##number(uint64_t value) {                           \
        __asm__ volatile("mov %0, %%cr" #number : : "r"(value) : "memory");              \
    }
ARCH_CONTROL_REGISTER(0)
ARCH_CONTROL_REGISTER(2)
ARCH_CONTROL_REGISTER(3)
ARCH_CONTROL_REGISTER(4)
#undef ARCH_CONTROL_REGISTER

// One leaf of CPUID, its four registers in `result`.
static inline void arch_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t result[4]) {
    __asm__ volatile("cpuid"
                     : "=a"(result[0]), "=b"(result[1]), "=c"(result[2]), "=d"(result[3])
                     : "a"(leaf), "c"(subleaf));
}

// Loads the descriptor-table registers; `limit` is the table's size less one.
static inline void arch_load_idt(uint64_t base, uint16_t limit) {
    struct __attribute__((packed)) { uint16_t limit; uint64_t base; } table = {limit, base};
    __asm__ volatile("lidt %0" : : "m"(table));
}
static inline void arch_load_task_register(uint16_t selector) {
    __asm__ volatile("ltr %0" : : "r"(selector));
}

// An instruction that the manual guarantees to be undefined.
static inline void arch_undefined_instruction(void) { __asm__ volatile("ud2"); }

#elif defined(__aarch64__)

#define ARCH_SYSTEM_REGISTER(name, register)                                             \
    static inline uint64_t arch_read_##name(void) {                                      \
        uint64_t value;                                                                  \
        __asm__ volatile("mrs %0, " register : "=r"(value));                             \
        return value;                                                                    \
    }
ARCH_SYSTEM_REGISTER(current_el, "CurrentEL")
ARCH_SYSTEM_REGISTER(ttbr0_el1, "ttbr0_el1")
ARCH_SYSTEM_REGISTER(tcr_el1, "tcr_el1")
ARCH_SYSTEM_REGISTER(mair_el1, "mair_el1")
ARCH_SYSTEM_REGISTER(sctlr_el1, "sctlr_el1")
ARCH_SYSTEM_REGISTER(esr_el1, "esr_el1")
ARCH_SYSTEM_REGISTER(far_el1, "far_el1")
ARCH_SYSTEM_REGISTER(id_aa64mmfr0_el1, "id_aa64mmfr0_el1")
#undef ARCH_SYSTEM_REGISTER

static inline void arch_write_vbar_el1(uint64_t value) {
    __asm__ volatile("msr vbar_el1, %0\n isb" : : "r"(value) : "memory");
}

// Makes every change to the page tables visible to the walker and drops every cached translation.
static inline void arch_invalidate_translations(void) {
    __asm__ volatile("dsb ishst\n tlbi vmalle1\n dsb ish\n isb" ::: "memory");
}

// Power State Coordination Interface (ARM DEN 0022) through the hypervisor call.
static inline uint64_t arch_hypervisor_call(uint64_t function) {
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = 0;
    register uint64_t x2 __asm__("x2") = 0;
    register uint64_t x3 __asm__("x3") = 0;
    __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory", "x4", "x5", "x6", "x7", "x8", "x9",
                     "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17");
    return x0;
}

// Cleans and invalidates `count` bytes of data cache to the point of coherency, then drops all cached instructions, so
// that code written as data can be fetched, even with the memory management unit off.
static inline void arch_synchronize_caches(uintptr_t start, uint64_t count) {
    uint64_t type;
    __asm__ volatile("mrs %0, ctr_el0" : "=r"(type));
    const uintptr_t line = (uintptr_t)4 << ((type >> 16) & 15);
    for (uintptr_t at = start & ~(line - 1); at < start + count; at += line)
        __asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
    __asm__ volatile("dsb ish\n ic iallu\n dsb ish\n isb" ::: "memory");
}

static inline void arch_undefined_instruction(void) { __asm__ volatile("udf #0"); }

#endif
