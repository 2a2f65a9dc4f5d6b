// The kernel's first instruction, its segments and its exception stubs, x86-64.
#if defined(__x86_64__)

    .section .text.strata_entry, "ax", @progbits
    .globl strata_entry
    .type strata_entry, @function
// rdi: the BootInfo; rsi: the console; rsp: the top of the guarded stack.
strata_entry:
    xorl %ebp, %ebp
    call kernel_main
1:  hlt
    jmp 1b
    .size strata_entry, . - strata_entry

// strata_load_segments(task_state: rdi)
    .text
    .globl strata_load_segments
    .hidden strata_load_segments
    .type strata_load_segments, @function
strata_load_segments:
    leaq strata_segments(%rip), %rax
    // The task descriptor (Intel SDM vol. 3A, 8.2.3): 104 bytes, type 9, present.
    movq %rdi, %rdx
    movw $103, 24(%rax)
    movw %dx, 26(%rax)
    shrq $16, %rdx
    movb %dl, 28(%rax)
    movb $0x89, 29(%rax)
    movb $0, 30(%rax)
    movb %dh, 31(%rax)
    shrq $16, %rdx
    movl %edx, 32(%rax)
    movl $0, 36(%rax)
    subq $16, %rsp
    movw $39, 6(%rsp)
    movq %rax, 8(%rsp)
    lgdt 6(%rsp)
    addq $16, %rsp
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    // A far return loads CS.
    popq %rdx
    pushq $0x08
    pushq %rdx
    lretq
    .size strata_load_segments, . - strata_load_segments

    .data
    .balign 16
strata_segments:
    .quad 0
    .quad 0x00af9b000000ffff // 0x08: 64-bit code
    .quad 0x00cf93000000ffff // 0x10: data
    .quad 0, 0               // 0x18: task state

// The stubs make the stack look the same for every vector: an error code, real or zero, then the vector.
    .text
    .balign 16
    .globl strata_exception_stubs
    .hidden strata_exception_stubs
strata_exception_stubs:
    vector = 0
    .rept 32
    .balign 16
    // Vectors 8, 10 to 14, 17, 21, 29 and 30 push an error code themselves (Intel SDM vol. 3A, table 6-1; AMD APM).
    .if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
    pushq $0
    .endif
    pushq $vector
    jmp strata_exception_common
    vector = vector + 1
    .endr

    .balign 16
strata_exception_common:
    pushq %rax
    pushq %rbx
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %rbp
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    cld
    movq %rsp, %rdi
    andq $-16, %rsp
    call kernel_exception
1:  hlt
    jmp 1b

    .bss
    .balign 16
    .globl strata_task_state, strata_interrupt_descriptors, strata_exception_stack_top
    .hidden strata_task_state, strata_interrupt_descriptors, strata_exception_stack_top
strata_task_state:
    .skip 104
    .balign 16
strata_interrupt_descriptors:
    .skip 256 * 16
    .balign 16
    .skip 16384
strata_exception_stack_top:
    .skip 16

#endif
    .section .note.GNU-stack, "", @progbits
