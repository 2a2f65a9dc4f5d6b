// The kernel's first instruction and its exception vectors, AArch64 at EL1.
#if defined(__aarch64__)

    .section .text.strata_entry, "ax", @progbits
    .globl strata_entry
    .type strata_entry, @function
// x0: the BootInfo; x1: the console; sp (SP_EL0): the top of the guarded stack.
strata_entry:
    // Exceptions run on SP_EL1: a stack of their own, so that a kernel stack that overflowed can still be reported.
    adrp x9, strata_exception_stack_top
    add x9, x9, :lo12:strata_exception_stack_top
    msr spsel, #1
    mov sp, x9
    msr spsel, #0
    mov x29, xzr
    mov x30, xzr
    bl kernel_main
1:  wfi
    b 1b
    .size strata_entry, . - strata_entry

// Arm ARM D1.10.2: 16 vectors of 128 bytes, the table aligned to 2 KiB.
    .section .text.strata_exception_vectors, "ax", @progbits
    .balign 2048
    .globl strata_exception_vectors
    .hidden strata_exception_vectors
strata_exception_vectors:
    vector = 0
    .rept 16
    .balign 128
    sub sp, sp, #304
    stp x0, x1, [sp, #0]
    mov x0, #vector
    b strata_exception_common
    vector = vector + 1
    .endr

    .balign 128
strata_exception_common:
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x19, [sp, #144]
    stp x20, x21, [sp, #160]
    stp x22, x23, [sp, #176]
    stp x24, x25, [sp, #192]
    stp x26, x27, [sp, #208]
    stp x28, x29, [sp, #224]
    str x30, [sp, #240]
    // The interrupted stack pointer: SP_EL0 where the kernel ran on it, else what SP_EL1 was.
    mrs x1, sp_el0
    add x2, sp, #304
    cmp x0, #4
    csel x1, x1, x2, lo
    mrs x2, elr_el1
    mrs x3, spsr_el1
    mrs x4, esr_el1
    mrs x5, far_el1
    stp x1, x2, [sp, #248]
    stp x3, x4, [sp, #264]
    stp x5, x0, [sp, #280]
    mov x0, sp
    bl kernel_exception
1:  wfi
    b 1b

    .bss
    .balign 16
    .skip 16384
    .globl strata_exception_stack_top
    .hidden strata_exception_stack_top
strata_exception_stack_top:
    .skip 16

#endif
    .section .note.GNU-stack, "", @progbits
