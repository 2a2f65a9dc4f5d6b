/// What physical and virtual addresses have in common: order, checked arithmetic and alignment.
///
/// The two kinds do not mix: a conversion goes through `rawValue` and so shows in the code.
public protocol MemoryAddress: Comparable, Hashable, Sendable {
    /// The address in bytes.
    var rawValue: UInt64 { get }

    init(_ rawValue: UInt64)
}

extension MemoryAddress {
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The address `byteCount` bytes further up, or nil where that lies past 2^64.
    @inlinable
    public func advanced(by byteCount: UInt64) -> Self? {
        let (sum, overflow) = rawValue.addingReportingOverflow(byteCount)
        return overflow ? nil : Self(sum)
    }

    /// The number of bytes from this address up to `other`, or nil where `other` lies below.
    @inlinable
    public func distance(to other: Self) -> UInt64? {
        other.rawValue >= rawValue ? other.rawValue - rawValue : nil
    }

    /// Whether the address is a multiple of `alignment`.
    ///
    /// - Precondition: `alignment` is a power of two.
    @inlinable
    public func isAligned(to alignment: UInt64) -> Bool {
        precondition(alignment.nonzeroBitCount == 1, "alignment is a power of two")
        return rawValue & (alignment - 1) == 0
    }

    /// The largest multiple of `alignment` that is not above this address.
    ///
    /// - Precondition: `alignment` is a power of two.
    @inlinable
    public func alignedDown(to alignment: UInt64) -> Self {
        precondition(alignment.nonzeroBitCount == 1, "alignment is a power of two")
        return Self(rawValue & ~(alignment - 1))
    }

    /// The smallest multiple of `alignment` that is not below this address, or nil where that is 2^64.
    ///
    /// - Precondition: `alignment` is a power of two.
    @inlinable
    public func alignedUp(to alignment: UInt64) -> Self? {
        advanced(by: alignment - 1)?.alignedDown(to: alignment)
    }
}
