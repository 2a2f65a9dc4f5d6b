/// The number of a 4 KiB page frame of physical memory: its address divided by 4096.
///
/// Always below 2^52, so that every frame has an address.
public struct FrameNumber: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt64

    /// The frame with this number, or nil where it would lie past 2^64.
    @inlinable
    public init?(rawValue: UInt64) {
        guard rawValue < PageCount.addressSpace.rawValue else { return nil }
        self.rawValue = rawValue
    }

    /// The frame that holds the byte at `address`.
    @inlinable
    public init(containing address: PhysicalAddress) {
        self.rawValue = address.rawValue / PageCount.pageSize
    }

    /// The address of the frame's first byte.
    @inlinable
    public var address: PhysicalAddress { PhysicalAddress(rawValue * PageCount.pageSize) }

    /// The addresses of the frame's 4096 bytes.
    @inlinable
    public var range: PhysicalRange {
        PhysicalRange(unchecked: address, last: PhysicalAddress(rawValue * PageCount.pageSize + (PageCount.pageSize - 1)))
    }

    /// The frame `count` frames further up, or nil where that lies past 2^64.
    @inlinable
    public func advanced(by count: PageCount) -> FrameNumber? {
        let (sum, overflow) = rawValue.addingReportingOverflow(count.rawValue)
        return overflow ? nil : FrameNumber(rawValue: sum)
    }

    /// The number of frames from this one up to `other`, or nil where `other` lies below.
    @inlinable
    public func distance(to other: FrameNumber) -> PageCount? {
        other.rawValue >= rawValue ? PageCount(other.rawValue - rawValue) : nil
    }

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
