#if arch(x86_64)
    import CArch
    import CKernelEntry
    import BootHandoff
    import Machine
    import MemoryMap

    /// The processor's exceptions, all of which are faults here (Intel SDM vol. 3A, chapter 6).
    enum Exceptions {
        /// Loads the kernel's own segments and the table of its exception handlers.
        static func install() {
            // Interrupt stack table entry 1 at offset 36 of the task state (SDM 8.7): the exceptions' own stack.
            write(kernel_exception_stack_top() & ~15, at: kernel_task_state() + 36)
            strata_load_segments(kernel_task_state())
            arch_load_task_register(0x18)

            for vector in 0..<UInt64(32) {
                let handler = kernel_exception_stub(vector)
                // An interrupt gate, present, code segment 0x08, stack 1 (SDM 6.14.1).
                let low = handler & 0xFFFF | 0x08 << 16 | 1 << 32 | 0x8E << 40 | (handler >> 16 & 0xFFFF) << 48
                write(low, at: kernel_interrupt_descriptors() + vector * 16)
                write(handler >> 32, at: kernel_interrupt_descriptors() + vector * 16 + 8)
            }
            arch_load_idt(kernel_interrupt_descriptors(), 32 * 16 - 1)
        }

        /// Stores a word that need not be aligned: the task state's fields are not.
        private static func write(_ value: UInt64, at address: UInt64) {
            unsafe UnsafeMutableRawPointer(bitPattern: UInt(address))?.storeBytes(of: value, as: UInt64.self)
        }

        static func name(of vector: UInt64) -> StaticString {
            switch vector {
            case 0: "divide error"
            case 1: "debug exception"
            case 2: "non-maskable interrupt"
            case 3: "breakpoint"
            case 4: "overflow"
            case 5: "bound range exceeded"
            case 6: "invalid opcode"
            case 7: "device not available"
            case 8: "double fault"
            case 10: "invalid task state segment"
            case 11: "segment not present"
            case 12: "stack-segment fault"
            case 13: "general protection"
            case 14: "page fault"
            case 16: "x87 floating-point error"
            case 17: "alignment check"
            case 18: "machine check"
            case 19: "SIMD floating-point exception"
            case 20: "virtualization exception"
            case 21: "control protection exception"
            default: "reserved exception"
            }
        }

        /// What a page fault's error code says (SDM vol. 3A, 4.7).
        static func pageFaultDetail(code: UInt64, address: VirtualAddress) -> StaticString {
            if KernelAddressSpace.isStackGuard(address) { return "kernel stack overflow" }
            if code & 8 != 0 { return "reserved bit set in a page-table entry" }
            switch (code & 1 != 0, code & 2 != 0, code & 16 != 0) {
            case (false, _, true): return "execution of an unmapped page"
            case (false, true, _): return "write to an unmapped page"
            case (false, false, _): return "read of an unmapped page"
            case (true, _, true): return "execution of a no-execute page"
            case (true, true, _): return "write to a read-only page"
            case (true, false, _): return "read of a protected page"
            }
        }
    }

    /// Where the exception stubs arrive.
    @c(kernel_exception)
    func handleException(_ frame: UnsafeMutablePointer<exception_frame>) {
        let state = unsafe frame.pointee
        let faultAddress = VirtualAddress(arch_read_cr2())
        let isPageFault = state.vector == 14
        let exception = ExceptionReport(
            name: Exceptions.name(of: state.vector),
            detail: isPageFault ? Exceptions.pageFaultDetail(code: state.error_code, address: faultAddress) : "",
            vector: state.vector, code: state.error_code, address: isPageFault ? faultAddress : nil,
            instruction: VirtualAddress(state.rip))
        report(exception) { body in
            body("rax", state.rax)
            body("rbx", state.rbx)
            body("rcx", state.rcx)
            body("rdx", state.rdx)
            body("rsi", state.rsi)
            body("rdi", state.rdi)
            body("rbp", state.rbp)
            body("rsp", state.rsp)
            body("r8", state.r8)
            body("r9", state.r9)
            body("r10", state.r10)
            body("r11", state.r11)
            body("r12", state.r12)
            body("r13", state.r13)
            body("r14", state.r14)
            body("r15", state.r15)
            body("rip", state.rip)
            body("rflags", state.rflags)
            body("cs", state.cs)
            body("ss", state.ss)
            body("cr0", arch_read_cr0())
            body("cr2", arch_read_cr2())
            body("cr3", arch_read_cr3())
            body("cr4", arch_read_cr4())
        }
    }
#endif
