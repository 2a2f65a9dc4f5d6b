/* bool host_copy_small(void *to, const void *from, size_t size): copies as host_copy does, without having to keep a way back.
   A fault between host_copy_small and host_copy_small_end is answered by going on at host_copy_small_failed, which returns false:
   nothing is on the stack, and no register is changed that a caller keeps. */
    .text
    .globl host_copy_small, host_copy_small_end, host_copy_small_failed
    .hidden host_copy_small, host_copy_small_end, host_copy_small_failed
    .type host_copy_small, %function
    .balign 16
#if defined(__x86_64__)
host_copy_small:
    cmpq $8, %rdx
    jb 2f
1:  movq (%rsi), %rax
    movq %rax, (%rdi)
    addq $8, %rsi
    addq $8, %rdi
    subq $8, %rdx
    cmpq $8, %rdx
    jae 1b
2:  cmpq $4, %rdx
    jb 3f
    movl (%rsi), %eax
    movl %eax, (%rdi)
    addq $4, %rsi
    addq $4, %rdi
    subq $4, %rdx
3:  testq %rdx, %rdx
    jz 5f
4:  movb (%rsi), %al
    movb %al, (%rdi)
    incq %rsi
    incq %rdi
    decq %rdx
    jnz 4b
5:  movl $1, %eax
    ret
host_copy_small_end:
host_copy_small_failed:
    xorl %eax, %eax
    ret
#elif defined(__aarch64__)
host_copy_small:
    cmp x2, #8
    b.lo 2f
1:  ldr x3, [x1], #8
    str x3, [x0], #8
    sub x2, x2, #8
    cmp x2, #8
    b.hs 1b
2:  cmp x2, #4
    b.lo 3f
    ldr w3, [x1], #4
    str w3, [x0], #4
    sub x2, x2, #4
3:  cbz x2, 5f
4:  ldrb w3, [x1], #1
    strb w3, [x0], #1
    subs x2, x2, #1
    b.ne 4b
5:  mov w0, #1
    ret
host_copy_small_end:
host_copy_small_failed:
    mov w0, #0
    ret
#endif
    .size host_copy_small, . - host_copy_small
    .section .note.GNU-stack, "", %progbits
