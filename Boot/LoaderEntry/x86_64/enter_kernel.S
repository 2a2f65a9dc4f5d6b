// The way from the firmware's page tables into the kernel, x86-64.
//
// It is the one piece of loader code that runs under both sets of page tables, so it fills a page of its own, which
// the loader maps executable and read-only at its identity address.
#if defined(__x86_64__)

#define IA32_PAT 0x277
#define IA32_EFER 0xc0000080
#define EFER_NXE (1 << 11)
#define CR0_WP_BIT 16
#define CR4_PGE_BIT 7

    .section .text.strata_enter_kernel, "ax", @progbits
    .balign 4096
    .globl strata_enter_kernel
    .globl strata_enter_kernel_end
    .hidden strata_enter_kernel
    .hidden strata_enter_kernel_end
    .type strata_enter_kernel, @function

// strata_enter_kernel(state: rdi), never returns.
strata_enter_kernel:
    cli
    movq 16(%rdi), %r10
    movq 24(%rdi), %r9
    movq 32(%rdi), %r11
    movq 40(%rdi), %r8
    movq 8(%rdi), %rsi
    movq 0(%rdi), %rdi
    // No-execute must be on before tables that use it are.
    movl $IA32_EFER, %ecx
    rdmsr
    orl $EFER_NXE, %eax
    wrmsr
    movl $IA32_PAT, %ecx
    movl %r8d, %eax
    movq %r8, %rdx
    shrq $32, %rdx
    wrmsr
    // Global translations outlive a write to CR3: leave none of the firmware's.
    movq %cr4, %rax
    btrq $CR4_PGE_BIT, %rax
    movq %rax, %cr4
    movq %rdi, %cr3
    btsq $CR4_PGE_BIT, %rax
    movq %rax, %cr4
    // Read-only pages are read-only for the kernel too.
    movq %cr0, %rax
    btsq $CR0_WP_BIT, %rax
    movq %rax, %cr0
    movq %rsi, %rsp
    xorl %ebp, %ebp
    movq %r9, %rdi
    movq %r11, %rsi
    jmpq *%r10
    .balign 4096, 0xcc
strata_enter_kernel_end:
    .size strata_enter_kernel, . - strata_enter_kernel

#endif
    .section .note.GNU-stack, "", @progbits
