/// How a section is made. Bits without a name are kept and refused by the call.
public struct SectionAttributes: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Of a file; sections say so of themselves, no call takes it: `SEC_FILE`.
    public static let file = SectionAttributes(rawValue: 0x80_0000)

    /// Of an executable image: `SEC_IMAGE`.
    public static let image = SectionAttributes(rawValue: 0x100_0000)

    /// Pages have no storage until they are committed: `SEC_RESERVE`.
    public static let reserve = SectionAttributes(rawValue: 0x400_0000)

    /// All pages have storage: `SEC_COMMIT`.
    public static let commit = SectionAttributes(rawValue: 0x800_0000)

    /// `SEC_NOCACHE`.
    public static let noCache = SectionAttributes(rawValue: 0x1000_0000)

    /// Of an executable image nothing of which is executed: `SEC_IMAGE_NO_EXECUTE`.
    public static let imageNoExecute = SectionAttributes(rawValue: 0x1100_0000)

    /// `SEC_WRITECOMBINE`.
    public static let writeCombine = SectionAttributes(rawValue: 0x4000_0000)

    /// `SEC_LARGE_PAGES`.
    public static let largePages = SectionAttributes(rawValue: 0x8000_0000)
}
