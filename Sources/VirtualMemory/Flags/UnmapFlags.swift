/// How a view is unmapped. Bits without a name are kept and refused by the call.
public struct UnmapFlags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The pages are wanted again soon: `MEM_UNMAP_WITH_TRANSIENT_BOOST`.
    public static let transientBoost = UnmapFlags(rawValue: 0x1)

    /// Leaves a placeholder: `MEM_PRESERVE_PLACEHOLDER`.
    public static let preservePlaceholder = UnmapFlags(rawValue: 0x2)
}
