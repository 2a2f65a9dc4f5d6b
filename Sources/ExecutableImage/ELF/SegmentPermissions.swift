/// What the processor may do with the bytes of a segment: the low bits of `p_flags`.
public struct SegmentPermissions: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Instructions may be fetched (`PF_X`).
    public static let execute = SegmentPermissions(rawValue: 1)

    /// Data may be written (`PF_W`).
    public static let write = SegmentPermissions(rawValue: 2)

    /// Data may be read (`PF_R`).
    public static let read = SegmentPermissions(rawValue: 4)
}
