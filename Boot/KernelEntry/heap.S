// The arena of the kernel's early heap: 4 MiB, enough for a memory map of some ten thousand descriptors several times.
    .bss
    .balign 4096
    .globl strata_heap, strata_heap_end
    .hidden strata_heap, strata_heap_end
strata_heap:
    .skip 4 * 1024 * 1024
strata_heap_end:
    .skip 16
    .section .note.GNU-stack, "", @progbits
