/// What may be done with pages: the protection word of the calls and of queries. Bits without a name are kept.
public struct PageProtection: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Nothing: `PAGE_NOACCESS`.
    public static let noAccess = PageProtection(rawValue: 0x1)

    /// `PAGE_READONLY`.
    public static let readOnly = PageProtection(rawValue: 0x2)

    /// `PAGE_READWRITE`.
    public static let readWrite = PageProtection(rawValue: 0x4)

    /// Reading, and writing to a private copy: `PAGE_WRITECOPY`.
    public static let writeCopy = PageProtection(rawValue: 0x8)

    /// `PAGE_EXECUTE`.
    public static let execute = PageProtection(rawValue: 0x10)

    /// `PAGE_EXECUTE_READ`.
    public static let executeRead = PageProtection(rawValue: 0x20)

    /// `PAGE_EXECUTE_READWRITE`.
    public static let executeReadWrite = PageProtection(rawValue: 0x40)

    /// `PAGE_EXECUTE_WRITECOPY`.
    public static let executeWriteCopy = PageProtection(rawValue: 0x80)

    /// The first access raises an exception and takes this bit away: `PAGE_GUARD`.
    public static let guardPage = PageProtection(rawValue: 0x100)

    /// Not cached, for a whole allocation: `PAGE_NOCACHE`.
    public static let noCache = PageProtection(rawValue: 0x200)

    /// Write-combined, for a whole allocation: `PAGE_WRITECOMBINE`.
    public static let writeCombine = PageProtection(rawValue: 0x400)

    /// Leaves the table of valid call targets alone, with executable pages: `PAGE_TARGETS_NO_UPDATE`.
    public static let targetsNoUpdate = PageProtection(rawValue: 0x4000_0000)
}

extension PageProtection {
    /// The eight protections of which a valid word holds one.
    static let bases = PageProtection(rawValue: 0xFF)

    /// The three modifiers of which a valid word holds one at most.
    static let modifiers: PageProtection = [.guardPage, .noCache, .writeCombine]

    /// The two modifiers that belong to an allocation as a whole.
    static let caching: PageProtection = [.noCache, .writeCombine]

    static let writeCopies: PageProtection = [.writeCopy, .executeWriteCopy]

    static let executables: PageProtection = [.execute, .executeRead, .executeReadWrite, .executeWriteCopy]

    /// The protection without its modifiers.
    public var base: PageProtection { intersection(.bases) }

    /// Whether processors may read such pages. Those that can execute pages can read them.
    public var allowsReading: Bool { !base.isEmpty && base != .noAccess }

    /// Whether programs may write to such pages, be it to a private copy.
    public var allowsWriting: Bool {
        !isDisjoint(with: [.readWrite, .writeCopy, .executeReadWrite, .executeWriteCopy])
    }

    /// Whether programs may execute such pages.
    public var allowsExecution: Bool { !isDisjoint(with: .executables) }

    /// Whether a write makes a private copy first.
    public var isCopyOnWrite: Bool { !isDisjoint(with: .writeCopies) }

    /// What a write leaves of a copy-on-write protection; others stay.
    public var afterCopy: PageProtection {
        let rest = subtracting(.writeCopies)
        if contains(.writeCopy) { return rest.union(.readWrite) }
        if contains(.executeWriteCopy) { return rest.union(.executeReadWrite) }
        return self
    }

    /// The copy-on-write counterpart of a writable protection; others stay.
    var copyOnWrite: PageProtection {
        let rest = subtracting([.readWrite, .executeReadWrite])
        if contains(.readWrite) { return rest.union(.writeCopy) }
        if contains(.executeReadWrite) { return rest.union(.executeWriteCopy) }
        return self
    }

    /// The word that a call was given, checked; nil where it is none that any memory can have.
    ///
    /// One base protection, one modifier at most, and none with ``noAccess``. ``targetsNoUpdate`` is dropped.
    var validated: PageProtection? {
        var word = self
        if word.contains(.targetsNoUpdate) {
            guard word.allowsExecution else { return nil }
            word.remove(.targetsNoUpdate)
        }
        let modifier = word.intersection(.modifiers)
        guard word.isSubset(of: Self.bases.union(.modifiers)), word.base.rawValue.nonzeroBitCount == 1,
            modifier.rawValue.nonzeroBitCount <= 1, modifier.isEmpty || word.base != .noAccess
        else { return nil }
        return word
    }

    /// The same for private memory, which has nothing to copy on write.
    var validatedForPrivateMemory: PageProtection? {
        guard let word = validated, word.isDisjoint(with: .writeCopies) else { return nil }
        return word
    }
}
