/// The sizes of memory that one leaf of the page tables maps.
///
/// The same three on both architectures: Intel SDM vol. 3A, section 5.5 (4-level paging); Arm ARM, section D8.2 (4 KiB granule).
public enum PageSize: UInt8, Hashable, Comparable, CaseIterable, Sendable {
    case size4KiB
    case size2MiB
    case size1GiB

    /// The size in bytes.
    @inlinable
    public var byteCount: UInt64 {
        switch self {
        case .size4KiB: 1 << 12
        case .size2MiB: 1 << 21
        case .size1GiB: 1 << 30
        }
    }

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
