/// A page's number among the pages that one policy serves: dense, counted from 0.
///
/// Policies keep arrays over it; a sparse population (a trace, an address space) is numbered in the order of first use.
public struct PageIndex: RawRepresentable, Equatable, Hashable, Sendable {
    /// The number, from 0 on.
    public let rawValue: UInt32

    /// The page with a number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The place of this page in an array over all pages.
    @inlinable var position: Int { Int(rawValue) }
}
