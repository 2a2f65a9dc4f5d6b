public import MemoryMap

/// An AArch64 machine as its device tree describes it: processors, interrupt controller, timer, serial line and memory.
///
/// The devices' places are those of QEMU's `virt` where nothing else is said.
public struct AArch64Machine: Sendable {
    /// The generic interrupt controller.
    public enum InterruptController: Hashable, Sendable {
        /// Version 2: distributor and processor interface.
        case version2(distributor: PhysicalRange, processorInterface: PhysicalRange)

        /// Version 3: distributor and redistributors.
        case version3(distributor: PhysicalRange, redistributors: PhysicalRange)
    }

    public var processors: Int
    public var controller: InterruptController

    /// Where RAM is.
    public var memory: [PhysicalRange]

    /// Memory that the kernel must not map.
    public var reserved: [PhysicalRange] = []

    /// Memory through which devices reach a guest that shares no other with its host.
    public var bouncePool: PhysicalRange?

    /// UTF-8 without a zero byte.
    public var commandLine: [UInt8] = []
    public var initrd: PhysicalRange?

    /// For the kernel's random numbers; none where it is empty.
    public var randomSeed: [UInt8] = []

    /// Where the PL011 is.
    public var serial = PhysicalAddress(0x900_0000)

    /// The PL011's shared interrupt, counted from the first shared one.
    public var serialInterrupt: UInt32 = 1

    public init(processors: Int = 1, controller: InterruptController, memory: [PhysicalRange]) {
        self.processors = processors
        self.controller = controller
        self.memory = memory
    }

    /// The most processors that QEMU's machine has with version 3; with version 2 it has at most 8.
    public static let processorLimit = 512
}

extension AArch64Machine.InterruptController {
    /// The controller of QEMU's `virt` in this version, 2 or 3; nil for another one.
    public static func virt(version: Int) -> Self? {
        guard let distributor = PhysicalRange(start: PhysicalAddress(0x800_0000), byteCount: 0x1_0000),
            let interface = PhysicalRange(start: PhysicalAddress(0x801_0000), byteCount: 0x1_0000),
            let redistributors = PhysicalRange(start: PhysicalAddress(0x80A_0000), byteCount: 0xF6_0000)
        else { return nil }
        switch version {
        case 2: return .version2(distributor: distributor, processorInterface: interface)
        case 3: return .version3(distributor: distributor, redistributors: redistributors)
        default: return nil
        }
    }
}
