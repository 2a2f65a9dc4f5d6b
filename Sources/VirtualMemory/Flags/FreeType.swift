/// What a call of VirtualFree does. Bits without a name are kept and refused by the call.
public struct FreeType: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Makes one placeholder of several that touch, together with ``release``: `MEM_COALESCE_PLACEHOLDERS`.
    public static let coalescePlaceholders = FreeType(rawValue: 0x1)

    /// Leaves a placeholder, together with ``release``: `MEM_PRESERVE_PLACEHOLDER`.
    public static let preservePlaceholder = FreeType(rawValue: 0x2)

    /// Takes storage from pages: `MEM_DECOMMIT`.
    public static let decommit = FreeType(rawValue: 0x4000)

    /// Gives addresses back: `MEM_RELEASE`.
    public static let release = FreeType(rawValue: 0x8000)

    /// Whether the bits are a way to free memory.
    public var isValid: Bool {
        switch self {
        case .decommit, .release, [.release, .preservePlaceholder], [.release, .coalescePlaceholders]: true
        default: false
        }
    }
}
