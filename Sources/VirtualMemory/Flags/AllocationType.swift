/// What an allocation does and how: the type argument of VirtualAlloc. Bits without a name are kept and refused by the call.
public struct AllocationType: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Gives pages storage: `MEM_COMMIT`.
    public static let commit = AllocationType(rawValue: 0x1000)

    /// Takes addresses: `MEM_RESERVE`.
    public static let reserve = AllocationType(rawValue: 0x2000)

    /// Puts an allocation in the place of a placeholder, in extended calls only: `MEM_REPLACE_PLACEHOLDER`.
    public static let replacePlaceholder = AllocationType(rawValue: 0x4000)

    /// Takes addresses that can only be replaced later, in extended calls only: `MEM_RESERVE_PLACEHOLDER`.
    public static let reservePlaceholder = AllocationType(rawValue: 0x4_0000)

    /// Declares contents dispensable: `MEM_RESET`.
    public static let reset = AllocationType(rawValue: 0x8_0000)

    /// Takes the highest addresses that fit: `MEM_TOP_DOWN`.
    public static let topDown = AllocationType(rawValue: 0x10_0000)

    /// Records which pages are written: `MEM_WRITE_WATCH`.
    public static let writeWatch = AllocationType(rawValue: 0x20_0000)

    /// Takes addresses for physical pages that the program maps itself: `MEM_PHYSICAL`.
    public static let physical = AllocationType(rawValue: 0x40_0000)

    /// Wants contents back that were declared dispensable: `MEM_RESET_UNDO`.
    public static let resetUndo = AllocationType(rawValue: 0x100_0000)

    /// Uses large pages: `MEM_LARGE_PAGES`.
    public static let largePages = AllocationType(rawValue: 0x2000_0000)

    /// Prefers pages of 64 KiB, in extended calls only: `MEM_64K_PAGES`, which has the bits of large and of physical pages and is
    /// neither.
    public static let mediumPages: AllocationType = [.largePages, .physical]

    /// Whether pages of 64 KiB are preferred.
    var prefersMediumPages: Bool { isSuperset(of: .mediumPages) }
}
