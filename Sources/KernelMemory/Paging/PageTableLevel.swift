import MemoryMap

/// A level of the page tables, counted in the order of look-up as the Arm ARM does.
///
/// Each table has 512 entries of 8 bytes and fills one 4 KiB frame, on both architectures.
public enum PageTableLevel: UInt8, Hashable, CaseIterable, Sendable {
    /// The root: an entry spans 512 GiB (Intel: PML4, Arm: level 0).
    case level0

    /// An entry spans 1 GiB (Intel: page-directory-pointer table, Arm: level 1).
    case level1

    /// An entry spans 2 MiB (Intel: page directory, Arm: level 2).
    case level2

    /// An entry spans 4 KiB (Intel: page table, Arm: level 3).
    case level3

    /// The number of entries in a table.
    public static let entryCount: UInt64 = 512

    /// The number of address bits below those that choose the entry.
    @inlinable
    public var shift: UInt64 {
        switch self {
        case .level0: 39
        case .level1: 30
        case .level2: 21
        case .level3: 12
        }
    }

    /// The number of bytes of address space that an entry spans.
    @inlinable
    public var entrySpan: UInt64 { 1 << shift }

    /// The level of the tables that entries of this level point to, or nil at the last.
    @inlinable
    public var next: PageTableLevel? { PageTableLevel(rawValue: rawValue + 1) }

    /// The size of a leaf at this level, or nil at the root, which has none.
    @inlinable
    public var leafSize: PageSize? {
        switch self {
        case .level0: nil
        case .level1: .size1GiB
        case .level2: .size2MiB
        case .level3: .size4KiB
        }
    }

    /// The number of the entry that `address` goes through, 0 to 511.
    @inlinable
    public func index(of address: UInt64) -> UInt64 { address >> shift & (Self.entryCount - 1) }
}

extension PageSize {
    /// The level whose leaves have this size.
    @inlinable
    public var level: PageTableLevel {
        switch self {
        case .size4KiB: .level3
        case .size2MiB: .level2
        case .size1GiB: .level1
        }
    }
}
