public import MemoryMap

/// Where everything lies in a guest's physical memory: the answer to a layout request.
///
/// A plan is made by `LayoutPlan(_:)` of an ``X86LayoutRequest`` or an ``AArch64LayoutRequest``, which computes places by the rules
/// of a profile and refuses only what has no place at all. Whether places collide is for ``check(_:)`` to say.
///
/// It is a value without parts on the heap.
public struct LayoutPlan: Sendable {
    /// The most parts of the address space, or of its contents, that a plan may have.
    public static let rangeLimit = 48

    public let profile: LayoutProfile

    public let architecture: GuestArchitecture

    /// The number of physical address bits of the guest.
    public let physicalAddressBits: UInt8

    /// What answers at an address: memory, windows of devices. Ascending where no request of a user brings disorder.
    public internal(set) var addressSpace = InlineList<48, LayoutRange>(filler: .filler)

    /// What lies in memory when the guest starts.
    public internal(set) var contents = InlineList<48, LayoutRange>(filler: .filler)

    /// Ranges within which the contents or devices of the same kind have to stay.
    public internal(set) var windows = InlineList<8, LayoutRange>(filler: .filler)

    /// The memory that a host provides, by address.
    public internal(set) var regions = InlineList<8, GuestRegion>(filler: .filler)

    /// x86-64: the table of the zero page, in the order in which crosvm writes it.
    public internal(set) var e820 = InlineList<12, E820Entry>(filler: .filler)

    /// x86-64: the pairs of variable memory type range registers that are uncached; all else is write-back.
    public internal(set) var uncached = InlineList<32, VariableMTRR>(filler: .filler)

    /// Where the boot processor starts, where that is known.
    public internal(set) var entry: BootEntry?

    /// The amount of RAM asked for, in bytes.
    public let memoryByteCount: UInt64

    /// Where the pool of addresses above all RAM starts, or would start if there were one.
    public internal(set) var highMMIOStart = PhysicalAddress(0)

    /// The number of setup_data entries that take part.
    public internal(set) var setupDataCount = 0

    init(_ profile: LayoutProfile, _ architecture: GuestArchitecture, bits: UInt8, memoryByteCount: UInt64) {
        self.profile = profile
        self.architecture = architecture
        self.physicalAddressBits = bits
        self.memoryByteCount = memoryByteCount
    }
}

/// The processor that a plan is for.
public enum GuestArchitecture: UInt8, Hashable, Sendable, CaseIterable {
    case x86_64
    case aarch64

    /// The name that documents and commands have: `x86_64` or `aarch64`.
    public var name: StaticString { self == .x86_64 ? "x86_64" : "aarch64" }
}

/// How the boot processor starts.
public struct BootEntry: Hashable, Sendable {
    public var mode: Mode

    public var programCounter: PhysicalAddress

    /// x86-64: the stack pointer. AArch64: 0.
    public var stackPointer = PhysicalAddress(0)

    /// What the first argument register points at: boot_params in RSI, the device tree in X0.
    public var argument: PhysicalAddress

    /// In what state the first processor starts.
    public enum Mode: UInt8, Hashable, Sendable {
        /// x86-64 with the boot page tables.
        case long

        /// 32 bits, flat segments, no paging.
        case flat32

        /// The reset vector of the firmware.
        case reset

        /// AArch64 at EL1 with the MMU off.
        case el1
    }
}

extension LayoutPlan {
    /// The part of the address space or of its contents with this owner.
    ///
    /// - Complexity: O(*n*) for *n* ranges.
    public func range(of owner: LayoutOwner) -> PhysicalRange? {
        owner.kind.isAddressSpace
            ? Self.range(of: owner, in: addressSpace.elements) : Self.range(of: owner, in: contents.elements)
    }

    private static func range(of owner: LayoutOwner, in list: Span<LayoutRange>) -> PhysicalRange? {
        for index in list.indices where list[index].owner == owner { return list[index].range }
        return nil
    }

    /// The range of the first owner of a kind, nil where the layout has none.
    public func range(of kind: LayoutOwner.Kind) -> PhysicalRange? { range(of: LayoutOwner(kind)) }

    /// The range within which what has this kind has to stay.
    public func window(of kind: LayoutOwner.Kind) -> PhysicalRange? {
        let list = windows.elements
        for index in list.indices where list[index].owner.kind == kind { return list[index].range }
        return nil
    }

    /// The range from `start` on, added to the address space or to the contents.
    ///
    /// - Throws: `.wraps` where it passes 2^64, `.tooManyRanges` where the plan is full. A size of 0 adds nothing.
    mutating func add(_ kind: LayoutOwner.Kind, _ index: UInt8 = 0, from start: UInt64, byteCount: UInt64) throws(LayoutProblem) {
        let owner = LayoutOwner(kind, index)
        guard byteCount > 0 else { return }
        let (last, overflow) = start.addingReportingOverflow(byteCount - 1)
        guard !overflow else { throw .wraps(owner, start: PhysicalAddress(start), byteCount: byteCount) }
        try add(LayoutRange(from: start, to: last, owner))
    }

    mutating func add(_ range: LayoutRange) throws(LayoutProblem) {
        let fits = range.owner.kind.isAddressSpace ? addressSpace.append(range) : contents.append(range)
        guard fits else { throw .tooManyRanges(range.owner, limit: Self.rangeLimit) }
    }

    mutating func addWindow(_ kind: LayoutOwner.Kind, from start: UInt64, to last: UInt64) {
        windows.append(LayoutRange(from: start, to: last, LayoutOwner(kind)))
    }

    /// A region of memory in its place by address, and the part of the address space that it is.
    mutating func addRegion(_ purpose: GuestRegion.Purpose, from start: UInt64, byteCount: UInt64) throws(LayoutProblem) {
        guard byteCount > 0 else { return }
        var number: UInt8 = 0
        for index in regions.indices where regions[index].purpose == purpose { number += 1 }
        try add(purpose.owner, number, from: start, byteCount: byteCount)
        let region = GuestRegion(start: PhysicalAddress(start), byteCount: byteCount, purpose: purpose)
        guard regions.insert(region, before: { $0.start > region.start }) else {
            throw .tooManyRanges(LayoutOwner(purpose.owner), limit: 8)
        }
    }

    /// Whether a region of memory has bytes of `range`.
    func meetsMemory(_ range: PhysicalRange) -> Bool {
        regions.indices.contains { regions[$0].start <= range.last && range.start <= regions[$0].last }
    }

    /// Files behind stretches of RAM are contents; the others are parts of the address space, unless they lie in a pool for devices,
    /// which then gives its addresses to nobody else.
    mutating func addMappedFiles(_ files: [PhysicalRange]) throws(LayoutProblem) {
        for number in files.indices {
            let file = files[number]
            try add(LayoutRange(file, LayoutOwner(meetsMemory(file) ? .memoryFile : .mappedFile, UInt8(number))))
        }
    }
}

extension LayoutPlan {
    /// A layout of one's own, to be checked as every other.
    ///
    /// - Parameters:
    ///   - ranges: The parts of the address space and its contents in any order.
    ///   - windows: The ranges that contents of the same kind may not leave.
    /// - Throws: `.tooManyRanges`, `.badAddressBits`.
    public init(
        _ architecture: GuestArchitecture, profile: LayoutProfile = .crosvm, physicalAddressBits: UInt8, ranges: [LayoutRange],
        windows: [LayoutRange] = [], e820: [E820Entry] = [], memoryByteCount: UInt64? = nil
    ) throws(LayoutProblem) {
        guard (32...52).contains(physicalAddressBits) else { throw .badAddressBits(physicalAddressBits) }
        var ram: UInt64 = 0
        for range in ranges where range.owner.kind.countsAsMemory {
            ram = ram.addingReportingOverflow(range.byteCount).partialValue
        }
        self.init(profile, architecture, bits: physicalAddressBits, memoryByteCount: memoryByteCount ?? ram)
        for range in ranges {
            try add(range)
            if range.owner.kind == .highMMIO { highMMIOStart = range.start }
        }
        for window in windows {
            guard self.windows.append(window) else { throw .tooManyRanges(window.owner, limit: 8) }
        }
        for entry in e820 {
            guard self.e820.append(entry) else { throw .tooManyRanges(LayoutOwner(.ram), limit: 12) }
        }
    }
}
