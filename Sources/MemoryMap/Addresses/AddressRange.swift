/// A range of physical addresses.
public typealias PhysicalRange = AddressRange<PhysicalAddress>

/// A range of virtual addresses.
public typealias VirtualRange = AddressRange<VirtualAddress>

/// A range of at least one byte, kept by its first and its last address so that one that ends at 2^64 is as good as any other.
public struct AddressRange<Address: MemoryAddress>: Hashable, Sendable {
    /// The address of the first byte.
    public let start: Address

    /// The address of the last byte, never below `start`.
    public let last: Address

    /// The range from the first to the last byte, both included, or nil where `last` lies below `start`.
    @inlinable
    public init?(start: Address, last: Address) {
        guard start <= last else { return nil }
        self.start = start
        self.last = last
    }

    /// The range from the first to the last byte where the caller has made sure of their order.
    @usableFromInline
    init(unchecked start: Address, last: Address) {
        assert(start <= last)
        self.start = start
        self.last = last
    }

    /// The range of `byteCount` bytes from `start` on, or nil where it is empty or passes 2^64.
    @inlinable
    public init?(start: Address, byteCount: UInt64) {
        guard byteCount > 0, let last = start.advanced(by: byteCount - 1) else { return nil }
        self.init(start: start, last: last)
    }

    /// The range of `pages` 4 KiB pages from `start` on, or nil where it is empty or passes 2^64.
    @inlinable
    public init?(start: Address, pages: PageCount) {
        guard pages.rawValue > 0, pages <= .addressSpace else { return nil }
        // (pages * 4096 - 1) without the product, which would not fit for 2^52 pages.
        let lastOffset = (pages.rawValue - 1) * PageCount.pageSize + (PageCount.pageSize - 1)
        guard let last = start.advanced(by: lastOffset) else { return nil }
        self.init(start: start, last: last)
    }

    /// The address after the last byte, or nil where that is 2^64.
    @inlinable
    public var end: Address? { last.advanced(by: 1) }

    /// The size in bytes, or nil for the whole 64-bit address space, whose size does not fit 64 bits.
    @inlinable
    public var byteCount: UInt64? {
        let (count, overflow) = (last.rawValue - start.rawValue).addingReportingOverflow(1)
        return overflow ? nil : count
    }

    /// The number of 4 KiB page frames that the range touches, those that it fills only in part included.
    @inlinable
    public var pages: PageCount {
        PageCount(last.rawValue / PageCount.pageSize - start.rawValue / PageCount.pageSize + 1)
    }

    /// Whether the range is made of whole 4 KiB pages.
    @inlinable
    public var isPageAligned: Bool {
        start.rawValue % PageCount.pageSize == 0 && last.rawValue % PageCount.pageSize == PageCount.pageSize - 1
    }

    @inlinable
    public func contains(_ address: Address) -> Bool { start <= address && address <= last }

    @inlinable
    public func contains(_ other: Self) -> Bool { start <= other.start && other.last <= last }

    @inlinable
    public func overlaps(_ other: Self) -> Bool { start <= other.last && other.start <= last }

    /// The part that both ranges cover, or nil where there is none.
    @inlinable
    public func intersection(_ other: Self) -> Self? {
        Self(start: max(start, other.start), last: min(last, other.last))
    }
}
