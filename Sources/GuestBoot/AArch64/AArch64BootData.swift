public import GuestLayout
public import MemoryMap

/// What an AArch64 guest's memory is filled with, beside what the plan says of places.
public struct AArch64BootData: Sendable {
    /// The kernel's file: an Image.
    public var kernel: [UInt8]

    /// The initial RAM disk; none where it is empty.
    public var initrd: [UInt8] = []

    /// UTF-8 without a zero byte.
    public var commandLine: [UInt8] = []
    public var processors = 1
    public var controller: AArch64Machine.InterruptController

    /// For the kernel's random numbers; none where it is empty.
    public var randomSeed: [UInt8] = []

    public init(kernel: [UInt8], controller: AArch64Machine.InterruptController) {
        self.kernel = kernel
        self.controller = controller
    }
}

extension GuestContents {
    /// Fills an AArch64 guest's memory as it is planned.
    ///
    /// - Parameter trampoline: Where the code goes that enters the kernel; nil where the host sets the registers itself.
    /// - Throws: `GuestBootError` for what does not fit its place.
    public init(
        _ plan: LayoutPlan, _ data: AArch64BootData, trampoline: PhysicalAddress? = nil
    ) throws(GuestBootError) {
        self.init()
        guard plan.architecture == .aarch64, plan.entry?.mode == .el1 else { throw .otherEntry }
        guard let kernel = plan.range(of: .kernelImage) else { throw .notPlanned(.kernel) }
        guard UInt64(data.kernel.count) <= kernel.byteCount ?? .max else {
            throw .differsFromPlan(.kernel, kernel, byteCount: UInt64(data.kernel.count))
        }
        try add(.kernel, at: kernel.start, data.kernel)
        var initrd: PhysicalRange?
        if !data.initrd.isEmpty {
            guard let range = plan.range(of: .initialRAMDisk) else { throw .notPlanned(.initrd) }
            guard range.byteCount == UInt64(data.initrd.count) else {
                throw .differsFromPlan(.initrd, range, byteCount: UInt64(data.initrd.count))
            }
            try add(.initrd, at: range.start, data.initrd)
            initrd = range
        }
        guard let place = plan.range(of: .deviceTree) else { throw .notPlanned(.deviceTree) }
        var machine = AArch64Machine(plan, processors: data.processors, controller: data.controller)
        machine.commandLine = data.commandLine
        machine.initrd = initrd
        machine.randomSeed = data.randomSeed
        let tree = try machine.deviceTree()
        guard UInt64(tree.count) <= place.byteCount ?? .max else {
            throw .tooLarge(.deviceTree, byteCount: UInt64(tree.count), limit: place.byteCount ?? .max)
        }
        try add(.deviceTree, at: place.start, tree)
        if let trampoline {
            // Where firmware of the guest's own would run first, the trampoline stands in for it.
            try add(AArch64Trampoline.segment(at: trampoline, entry: kernel.start, deviceTree: place.start))
        }
    }
}

extension AArch64Machine {
    /// A machine with the memory of a plan.
    public init(_ plan: LayoutPlan, processors: Int, controller: InterruptController) {
        self.init(processors: processors, controller: controller, memory: [])
        for index in plan.regions.indices {
            let region = plan.regions[index]
            guard let range = PhysicalRange(start: region.start, byteCount: region.byteCount) else { continue }
            switch region.purpose {
            case .memory, .protectedFirmware, .firmware: memory.append(range)
            case .staticBounceBuffer:
                memory.append(range)
                bouncePool = range
            case .reserved:
                memory.append(range)
                reserved.append(range)
            }
        }
    }
}
