/*
 * On x86-64 Windows has the thread's environment block behind the GS segment, where compiled code reads it without a call. Linux leaves
 * the segment to the program, so the block can be there too. A program that uses the segment itself keeps it.
 */
#define _GNU_SOURCE
#include "strata-vm-private.h"

#if defined(__x86_64__)
#include <asm/prctl.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel lets programs use the instructions for the segment's base. */
#define HAS_BASE_INSTRUCTIONS 2

static bool has_instructions(void) { return (getauxval(AT_HWCAP2) & HAS_BASE_INSTRUCTIONS) != 0; }

void *strata_vm_segment(void)
{
    unsigned long base = 0;
    if (has_instructions())
        __asm__ volatile("rdgsbase %0" : "=r"(base));
    else
        syscall(SYS_arch_prctl, ARCH_GET_GS, &base);
    return (void *)base;
}

void strata_vm_set_segment(void *base)
{
    if (has_instructions())
        __asm__ volatile("wrgsbase %0" : : "r"(base) : "memory");
    else
        syscall(SYS_arch_prctl, ARCH_SET_GS, base);
}

bool strata_vm_mend_segment(const struct host_fault *fault)
{
    if (fault->address >= sizeof(TEB) || fault->is_execute || strata_vm_segment() != NULL)
        return false;
    /* The segment's prefix is among the first bytes of the instruction, which the processor has just read. */
    const unsigned char *at = (const unsigned char *)fault->instruction;
    for (int i = 0; i < 4; i++) {
        switch (at[i]) {
        case 0x65:
            NtCurrentTeb();
            strata_vm_enter_segment();
            return strata_vm_segment() != NULL;
        case 0x66: case 0x67: case 0xF0: case 0xF2: case 0xF3:
            continue;
        default:
            return false;
        }
    }
    return false;
}
#else
/* There is no segment: the register that Windows keeps for the block belongs to the compiler here. */
void *strata_vm_segment(void) { return NULL; }

void strata_vm_set_segment(void *base) { (void)base; }

bool strata_vm_mend_segment(const struct host_fault *fault)
{
    (void)fault;
    return false;
}
#endif
