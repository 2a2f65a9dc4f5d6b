// The way from the firmware's page tables into the kernel, AArch64 at EL1.
//
// It is the one piece of loader code that runs under both sets of page tables, and in between with translation off, so
// it fills a page of its own, which the loader maps executable and read-only at its identity address and cleans out of
// the data cache.
#if defined(__aarch64__)

    .section .text.strata_enter_kernel, "ax", @progbits
    .balign 4096
    .globl strata_enter_kernel
    .globl strata_enter_kernel_end
    .hidden strata_enter_kernel
    .hidden strata_enter_kernel_end
    .type strata_enter_kernel, @function

// strata_enter_kernel(state: x0), never returns.
strata_enter_kernel:
    msr daifset, #0xf
    ldp x10, x1, [x0, #0]
    ldp x2, x3, [x0, #16]
    ldp x6, x4, [x0, #32]
    ldr x5, [x0, #48]
    mov x0, x10
    // MAIR and TCR must not change under live translations: switch translation off, change them, switch it on.
    mrs x8, sctlr_el1
    bic x9, x8, #1
    dsb sy
    msr sctlr_el1, x9
    isb
    msr mair_el1, x4
    msr tcr_el1, x5
    msr ttbr0_el1, x0
    isb
    tlbi vmalle1
    dsb nsh
    isb
    // Translation and caches on; not WXN (bit 19): permissions stand in the tables, and the firmware's runtime code
    // must be writable for the length of one call.
    orr x8, x8, #(1 << 0)
    orr x8, x8, #(1 << 2)
    orr x8, x8, #(1 << 12)
    bic x8, x8, #(1 << 19)
    msr sctlr_el1, x8
    isb
    // The kernel runs on SP_EL0, its exception handlers on SP_EL1, which it sets itself.
    msr spsel, #0
    mov sp, x1
    mov x0, x3
    mov x1, x6
    mov x29, xzr
    mov x30, xzr
    br x2
    .balign 4096
strata_enter_kernel_end:
    .size strata_enter_kernel, . - strata_enter_kernel

#endif
    .section .note.GNU-stack, "", @progbits
