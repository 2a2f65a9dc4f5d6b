/// A number of 4 KiB pages, the unit of UEFI memory descriptors whatever the processor's own page size is.
///
/// UEFI 2.10, section 7.2: `NumberOfPages` counts 4 KiB pages.
public struct PageCount: RawRepresentable, Hashable, Comparable, Sendable {
    /// The size of a page in bytes.
    public static let pageSize: UInt64 = 4096

    /// The pages of the whole 64-bit address space: 2^52.
    public static let addressSpace = PageCount(1 << 52)

    public static let zero = PageCount(0)

    public let rawValue: UInt64

    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// The pages that `byteCount` bytes need: the last one may be partly used.
    @inlinable
    public init(roundingUp byteCount: UInt64) {
        self.init(byteCount / Self.pageSize + (byteCount % Self.pageSize == 0 ? 0 : 1))
    }

    /// The size in bytes, or nil where it does not fit 64 bits (2^52 pages and more).
    @inlinable
    public var byteCount: UInt64? {
        let (bytes, overflow) = rawValue.multipliedReportingOverflow(by: Self.pageSize)
        return overflow ? nil : bytes
    }

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The sum, or nil where it does not fit 64 bits.
    @inlinable
    public func adding(_ other: Self) -> Self? {
        let (sum, overflow) = rawValue.addingReportingOverflow(other.rawValue)
        return overflow ? nil : Self(sum)
    }
}
