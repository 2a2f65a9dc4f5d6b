public import MemoryMap

/// A range of guest physical addresses and what it belongs to.
public struct LayoutRange: Hashable, Sendable {
    public let start: PhysicalAddress

    /// The last byte, never below `start`.
    public let last: PhysicalAddress

    public let owner: LayoutOwner

    public init(_ range: PhysicalRange, _ owner: LayoutOwner) {
        start = range.start
        last = range.last
        self.owner = owner
    }

    init(from start: UInt64, to last: UInt64, _ owner: LayoutOwner) {
        assert(start <= last)
        self.start = PhysicalAddress(start)
        self.last = PhysicalAddress(last)
        self.owner = owner
    }

    /// Stands in unused places of lists.
    static let filler = LayoutRange(from: 0, to: 0, LayoutOwner(.ram))

    public var range: PhysicalRange {
        guard let range = PhysicalRange(start: start, last: last) else { preconditionFailure("a range has a byte") }
        return range
    }

    /// The size in bytes; all of 2^64 is given as 2^64 - 1.
    public var byteCount: UInt64 {
        (last.rawValue - start.rawValue).addingReportingOverflow(1).overflow ? .max : last.rawValue - start.rawValue + 1
    }

    /// Whether the two share a byte.
    public func overlaps(_ other: LayoutRange) -> Bool { start <= other.last && other.start <= last }

    /// Whether all bytes of the other one are bytes of this one.
    public func contains(_ other: LayoutRange) -> Bool { start <= other.start && other.last <= last }
}
