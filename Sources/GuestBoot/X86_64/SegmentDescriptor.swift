/// An entry of a global descriptor table (Intel SDM volume 3, section 3.4.5).
public struct SegmentDescriptor: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// - Parameters:
    ///   - flags: The access byte in bits 0–7, and in bits 12–15 available, long, default size and granularity.
    ///   - base: The segment's first address.
    ///   - limit: The field of 20 bits, which counts bytes or 4 KiB units as the granularity says.
    public init(flags: UInt16, base: UInt32, limit: UInt32) {
        let base = UInt64(base)
        let limit = UInt64(limit)
        rawValue =
            (base & 0xFF00_0000) << 32 | (UInt64(flags) & 0xF0FF) << 40 | (limit & 0xF_0000) << 32 | (base & 0xFF_FFFF) << 16
            | limit & 0xFFFF
    }

    public static let null = SegmentDescriptor(rawValue: 0)

    /// Code of 64-bit mode: present, ring 0, readable, accessed.
    public static let code64 = SegmentDescriptor(flags: 0xA09B, base: 0, limit: 0xF_FFFF)

    /// Code of 32-bit mode over all 4 GiB.
    public static let code32 = SegmentDescriptor(flags: 0xC09B, base: 0, limit: 0xF_FFFF)

    /// Data over all 4 GiB, writable.
    public static let data = SegmentDescriptor(flags: 0xC093, base: 0, limit: 0xF_FFFF)

    /// A busy task state segment.
    public static let taskState = SegmentDescriptor(flags: 0x808B, base: 0, limit: 0xF_FFFF)

    /// The segment's first address.
    public var base: UInt32 { UInt32(truncatingIfNeeded: (rawValue >> 32 & 0xFF00_0000) | (rawValue >> 16 & 0xFF_FFFF)) }

    /// The offset of the segment's last byte: the field in bytes whatever the granularity is.
    public var limit: UInt32 {
        let field = UInt32(truncatingIfNeeded: (rawValue >> 32 & 0xF_0000) | (rawValue & 0xFFFF))
        return rawValue & 1 << 55 == 0 ? field : field << 12 | 0xFFF
    }
}
