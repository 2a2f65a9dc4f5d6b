/// What a view is wanted for: the access of MapViewOfFile. Bits without a name are kept; all that they do is that ``copy`` does not
/// stand alone any more.
public struct FileMapAccess: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Writing to private copies, where nothing else is asked for: `FILE_MAP_COPY`.
    public static let copy = FileMapAccess(rawValue: 0x1)

    /// `FILE_MAP_WRITE`.
    public static let write = FileMapAccess(rawValue: 0x2)

    /// `FILE_MAP_READ`.
    public static let read = FileMapAccess(rawValue: 0x4)

    /// `FILE_MAP_EXECUTE`.
    public static let execute = FileMapAccess(rawValue: 0x20)

    /// In large pages, of a section that was made with them: `FILE_MAP_LARGE_PAGES`.
    public static let largePages = FileMapAccess(rawValue: 0x2000_0000)

    private var isCopy: Bool { subtracting([.execute, .largePages]) == .copy }

    /// The protection that a view for this access has.
    public var protection: PageProtection {
        let executes = contains(.execute)
        if isCopy { return executes ? .executeWriteCopy : .writeCopy }
        if contains(.write) { return executes ? .executeReadWrite : .readWrite }
        if contains(.read) { return executes ? .executeRead : .readOnly }
        return .noAccess
    }

    /// What the native call is told of a view for this access.
    public var type: AllocationType { contains(.largePages) ? .largePages : [] }

    /// What a handle of the section has to have been opened for.
    public var needed: SectionAccess {
        var access: SectionAccess = []
        // A view without access takes reading all the same.
        if !contains(.write) || contains(.read) { access.insert(.mapRead) }
        if contains(.write) { access.insert(.mapWrite) }
        if contains(.execute) { access.insert(.mapExecute) }
        return access
    }
}

/// What a handle of a section was opened for.
public struct SectionAccess: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `SECTION_QUERY`.
    public static let query = SectionAccess(rawValue: 0x1)

    /// `SECTION_MAP_WRITE`.
    public static let mapWrite = SectionAccess(rawValue: 0x2)

    /// `SECTION_MAP_READ`.
    public static let mapRead = SectionAccess(rawValue: 0x4)

    /// `SECTION_MAP_EXECUTE`.
    public static let mapExecute = SectionAccess(rawValue: 0x8)

    /// Everything that a section can be used for.
    public static let all: SectionAccess = [.query, .mapWrite, .mapRead, .mapExecute]
}
