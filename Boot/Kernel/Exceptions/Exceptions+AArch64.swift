#if arch(arm64)
    import CArch
    import CKernelEntry
    import BootHandoff
    import Machine
    import MemoryMap

    /// The processor's exceptions, all of which are faults here (Arm ARM, D1.3).
    enum Exceptions {
        /// Points the processor to the kernel's vectors.
        static func install() {
            arch_write_vbar_el1(kernel_exception_vectors())
        }

        /// The exception class, bits 31 to 26 of the syndrome (Arm ARM, D24.2.40 ESR_EL1).
        static func name(class exceptionClass: UInt64, vector: UInt64) -> StaticString {
            switch vector & 3 {
            case 1: return "interrupt"
            case 2: return "fast interrupt"
            case 3: return "system error"
            default: break
            }
            switch exceptionClass {
            case 0x00: return "undefined instruction"
            case 0x07: return "access to floating point while it is off"
            case 0x0E: return "illegal execution state"
            case 0x15: return "supervisor call"
            case 0x18: return "trapped system register access"
            case 0x20, 0x21: return "instruction abort"
            case 0x22: return "misaligned program counter"
            case 0x24, 0x25: return "data abort"
            case 0x26: return "misaligned stack pointer"
            case 0x2C: return "floating-point exception"
            case 0x3C: return "breakpoint"
            default: return "unknown exception"
            }
        }

        /// What the fault status code of an abort says (Arm ARM, ESR_EL1, ISS encoding for aborts).
        static func abortDetail(syndrome: UInt64, address: VirtualAddress) -> StaticString {
            if KernelAddressSpace.isStackGuard(address) { return "kernel stack overflow" }
            let isInstruction = syndrome >> 26 & 0x3F <= 0x21
            let isWrite = !isInstruction && syndrome >> 6 & 1 == 1
            switch syndrome & 0x3C {
            case 0x00: return "address size fault"
            case 0x04:
                if isInstruction { return "execution of an unmapped page" }
                return isWrite ? "write to an unmapped page" : "read of an unmapped page"
            case 0x08: return "access flag fault"
            case 0x0C:
                if isInstruction { return "execution of a no-execute page" }
                return isWrite ? "write to a read-only page" : "read of a protected page"
            case 0x10: return "external abort"
            case 0x20: return "misaligned access"
            default: return "other abort"
            }
        }
    }

    /// Where the exception vectors arrive.
    @c(kernel_exception)
    func handleException(_ frame: UnsafeMutablePointer<exception_frame>) {
        let state = unsafe frame.pointee
        let exceptionClass = state.esr >> 26 & 0x3F
        let isAbort = [0x20, 0x21, 0x24, 0x25].contains { $0 == exceptionClass }
        let faultAddress = VirtualAddress(state.far)
        let exception = ExceptionReport(
            name: Exceptions.name(class: exceptionClass, vector: state.vector),
            detail: isAbort ? Exceptions.abortDetail(syndrome: state.esr, address: faultAddress) : "",
            vector: state.vector, code: state.esr, address: isAbort ? faultAddress : nil,
            instruction: VirtualAddress(state.elr))
        report(exception) { body in
            let names: [31 of StaticString] = [
                "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16",
                "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
            ]
            unsafe withUnsafeBytes(of: state.x) { bytes in
                for index in 0..<31 {
                    body(names[index], unsafe bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
                }
            }
            body("sp", state.sp)
            body("elr", state.elr)
            body("spsr", state.spsr)
            body("esr", state.esr)
            body("far", state.far)
            body("sctlr", arch_read_sctlr_el1())
            body("ttbr0", arch_read_ttbr0_el1())
            body("tcr", arch_read_tcr_el1())
        }
    }
#endif
