public import MemoryMap

/// What a guest is made of, as far as it decides where things lie: what both architectures have in common.
public protocol LayoutRequest: Hashable, Sendable {
    /// Whose layout it is to be.
    var profile: LayoutProfile { get set }

    /// The guest's RAM in bytes.
    var memoryByteCount: UInt64 { get set }

    /// The initial RAM disk in bytes, where there is one.
    var initialRAMDiskByteCount: UInt64? { get set }

    /// The number of virtual processors.
    var virtualProcessorCount: UInt64 { get set }

    /// The start of the window for devices below 4 GiB (AArch64: below RAM).
    var pciMemoryStart: PhysicalAddress? { get set }

    /// The size of that window in bytes.
    var pciMemoryByteCount: UInt64? { get set }

    /// Whether the guest is protected from its host, so that firmware of its own runs first.
    var isProtected: Bool { get set }

    /// The bits of the guest's physical addresses, 32 to 52.
    var physicalAddressBits: UInt8 { get set }

    /// Stretches of the guest's addresses behind which a file of the host stands; the ones outside RAM become devices' memory.
    var mappedFiles: [PhysicalRange] { get set }

    /// A guest with this much RAM and nothing else.
    init(memoryByteCount: UInt64)

    /// The plan, not checked.
    ///
    /// - Throws: The first thing that keeps it from being made.
    func plan() throws(LayoutProblem) -> LayoutPlan

    /// The plan, checked.
    ///
    /// - Throws: The problem and its cure. The cure is found by planning anew, up to some hundred times.
    func plan(checking strictness: LayoutStrictness) throws(LayoutRefusal) -> LayoutPlan

    /// The request with a change applied; changes that it has no field for change nothing.
    func applying(_ cure: LayoutCure) -> Self
}

extension LayoutPlan {
    /// Plans and checks a guest.
    ///
    /// - Throws: The problem and its cure. The cure is found by planning anew, up to some hundred times.
    public init(
        checking request: some LayoutRequest, _ strictness: LayoutStrictness = .bootable
    ) throws(LayoutRefusal) {
        self = try request.plan(checking: strictness)
    }
}
