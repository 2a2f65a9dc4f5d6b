import MemoryMap

/// How a processor architecture writes the entries of its page tables: four levels, 4 KiB granule, 48-bit virtual addresses.
public protocol PageTableFormat: Sendable {
    /// The format of a processor of which nothing is known: every feature that is optional is left alone.
    init()

    /// The last of the virtual addresses from 0 on that the tables translate.
    static var lowerLast: VirtualAddress { get }

    /// The first of the virtual addresses up to 2^64 that the tables translate, or nil where they do not reach there.
    static var upperStart: VirtualAddress? { get }

    /// Whether the processor has leaves of 1 GiB.
    var supportsGibibyteLeaves: Bool { get }

    /// The number of bits of a physical address.
    var physicalAddressBits: UInt8 { get }

    /// What `entry` is, in a table of `level`.
    func classify(_ entry: UInt64, at level: PageTableLevel) -> PageTableEntry

    /// The attributes of a leaf, with what the tables above it take away.
    func attributes(ofLeaf entry: UInt64, at level: PageTableLevel, under restrictions: TableRestrictions) -> PageAttributes

    /// The entry that points to a table and takes nothing away.
    func tableEntry(to table: PhysicalAddress) -> UInt64

    /// The entry of a leaf that starts at `address`, a multiple of `size` within the processor's physical addresses.
    func leafEntry(to address: PhysicalAddress, size: PageSize, attributes: PageAttributes) -> UInt64

    /// The leaf with other attributes; the address, the accessed and dirty marks and the bits left to software stay.
    func leaf(_ entry: UInt64, at level: PageTableLevel, with attributes: PageAttributes) -> UInt64

    /// The first of the 512 leaves of the level below that together say what this leaf of `level` 1 or 2 says.
    ///
    /// The others differ from it only by the address, which is added to the entry as a number.
    func firstPart(ofLeaf entry: UInt64, at level: PageTableLevel) -> UInt64

    /// Whether the leaf binds its neighbours to the same contents.
    func isContiguous(leaf entry: UInt64) -> Bool

    /// Whether a live leaf has to be invalid for a while before it is split.
    static var breaksLeafBeforeSplit: Bool { get }

    /// Whether a live leaf has to be invalid for a while before it changes from `old` to `new`.
    func breaksLeaf(from old: UInt64, to new: UInt64) -> Bool
}

/// What an entry of a page table is.
public enum PageTableEntry: Hashable, Sendable {
    /// It translates nothing, whatever its other bits hold.
    case empty

    /// It points to a table of the next level.
    case table(PhysicalAddress, TableRestrictions)

    /// It maps a page that starts at this address.
    case leaf(PhysicalAddress)

    /// It is valid, and a bit is set that has to be zero.
    case reserved
}

/// What an entry that points to a table takes away from every page below it.
public struct TableRestrictions: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let noWrite = TableRestrictions(rawValue: 1 << 0)
    public static let noUser = TableRestrictions(rawValue: 1 << 1)
    public static let noUserExecute = TableRestrictions(rawValue: 1 << 2)
    public static let noKernelExecute = TableRestrictions(rawValue: 1 << 3)
}

extension PageTableFormat {
    /// Whether the tables translate `address`.
    @inlinable
    public static func canTranslate(_ address: VirtualAddress) -> Bool {
        if address <= lowerLast { return true }
        guard let upperStart else { return false }
        return upperStart <= address
    }

    /// Whether leaves of `size` may be made.
    @inlinable
    public func supports(_ size: PageSize) -> Bool { size != .size1GiB || supportsGibibyteLeaves }

    /// Whether the processor can put out `address`.
    @inlinable
    public func reaches(_ address: PhysicalAddress) -> Bool { address.rawValue >> UInt64(physicalAddressBits) == 0 }
}
