import BootHandoff
import CArch
import CKernelEntry
import MemoryMap

extension KernelOptions.ProvokedFault {
    /// Makes the fault. Returns only where the machine lets it pass, which is a defect.
    func provoke(kernel: PhysicalRange) {
        switch self {
        case .readNull:
            _ = arch_load64(8)
        case .writeCode:
            arch_store64(UInt(kernel_code_address()), 0)
        case .writeCodeAlias:
            // The same code at its physical address.
            let offset = kernel_code_address() - KernelAddressSpace.imageBase.rawValue
            arch_store64(UInt(kernel.start.rawValue + offset) & ~7, 0)
        case .executeData:
            arch_call(UInt(KernelAddressSpace.stackBase.rawValue))
        case .undefinedInstruction:
            arch_undefined_instruction()
        case .stackOverflow:
            _ = Self.descend(1)
        case .outOfMemory:
            var blocks: [[UInt64]] = []
            while true { blocks.append([UInt64](repeating: UInt64(blocks.count), count: 8192)) }
        }
    }

    /// Calls itself without end; each call keeps something for after its return, so that it cannot become a loop.
    @inline(never)
    private static func descend(_ depth: UInt64) -> UInt64 {
        // An end that is never reached: 2^64 calls do not fit any stack.
        if depth == 0 { return 0 }
        var keep = [64 of UInt64](repeating: depth)
        keep[Int(depth & 63)] = descend(depth &+ 1)
        return keep[Int(depth >> 3 & 63)] &+ keep[Int(depth & 63)]
    }
}
