extension SectionAttributes {
    private static let kinds: SectionAttributes = [.reserve, .commit, .image]
    private static let modifiers: SectionAttributes = [.noCache, .writeCombine, .largePages]

    /// Whether the bits that a call was given go together.
    var isValid: Bool {
        guard isSubset(of: Self.kinds.union(Self.modifiers)) else { return false }
        switch intersection(Self.kinds) {
        case .commit: return intersection(Self.modifiers).rawValue.nonzeroBitCount <= 1
        case .reserve: return !contains(.largePages) && intersection(Self.modifiers).rawValue.nonzeroBitCount <= 1
        case .image: return subtracting(.imageNoExecute).isEmpty
        default: return false
        }
    }
}

extension PageProtection {
    /// Whether sections can have the protection.
    var isValidForSections: Bool {
        switch self {
        case .readOnly, .readWrite, .writeCopy, .executeRead, .executeReadWrite, .executeWriteCopy: true
        default: false
        }
    }

    /// What a file has to be opened for.
    var neededFileAccess: SectionFile.Access {
        var access: SectionFile.Access = .read
        if !isDisjoint(with: [.readWrite, .executeReadWrite]) { access.insert(.write) }
        if allowsExecution { access.insert(.execute) }
        return access
    }
}

extension Section {
    /// Checks the attributes and the protection, in the order in which calls complain.
    private static func check(_ protection: PageProtection, _ attributes: SectionAttributes) throws(NTStatus) {
        guard attributes.isValid else { throw .invalidParameter6 }
        guard protection.isValidForSections else { throw .invalidPageProtection }
    }

    /// A section of the paging file.
    ///
    /// - Parameters:
    ///   - number: tells the section apart from others, for backends.
    ///   - byteCount: rounded up to pages.
    ///   - canLockMemory: the privilege that large pages need.
    /// - Throws: `.invalidParameter6`, `.invalidPageProtection`, `.invalidParameter4` for a size of 0 or too large a one,
    ///   `.invalidFileForSection` for an image, `.privilegeNotHeld`, `.commitmentLimit`.
    public static func pagingFile(
        _ number: UInt64, byteCount: UInt64, protection: PageProtection, attributes: SectionAttributes, platform: Platform,
        ledger: CommitLedger, canLockMemory: Bool = false
    ) throws(NTStatus) -> Section {
        try check(protection, attributes)
        guard !attributes.contains(.image) else { throw .invalidFileForSection }
        let (sum, overflow) = byteCount.addingReportingOverflow(platform.pageSize - 1)
        guard byteCount > 0, !overflow, sum < byteLimit else { throw .invalidParameter4 }
        if attributes.contains(.largePages) {
            guard byteCount & (platform.largePageSize - 1) == 0 else { throw .invalidParameter4 }
            guard canLockMemory else { throw .privilegeNotHeld }
        }
        let size = sum & ~(platform.pageSize - 1)
        let charge = attributes.contains(.reserve) ? 0 : size
        guard ledger.canCharge(charge) else { throw .commitmentLimit }
        return Section(
            storage: .pagingFile(number), attributes: attributes, protection: protection, byteCount: size, ledger: ledger,
            charge: charge)
    }

    /// A section of a file of data.
    ///
    /// - Parameter byteCount: 0 for the file's. A file that is opened for writing grows to it: the caller sees to that where the
    ///   section is larger than the file.
    /// - Throws: `.invalidParameter6`, `.invalidPageProtection`, `.accessDenied` where the file was not opened for it,
    ///   `.mappedFileSizeZero`, `.sectionTooBig`.
    public static func file(
        _ file: SectionFile, byteCount: UInt64, protection: PageProtection, attributes: SectionAttributes, ledger: CommitLedger
    ) throws(NTStatus) -> Section {
        try check(protection, attributes)
        guard attributes.isDisjoint(with: [.image, .largePages]) else { throw .invalidParameter6 }
        guard file.access.isSuperset(of: protection.neededFileAccess) else { throw .accessDenied }
        let size = byteCount == 0 ? file.byteCount : byteCount
        guard size > 0 else { throw .mappedFileSizeZero }
        let grows = size > file.byteCount
        guard !grows || protection.neededFileAccess.contains(.write), size < byteLimit else { throw .sectionTooBig }
        return Section(
            storage: .file(file.token), attributes: attributes.intersection([.noCache, .writeCombine]).union(.file),
            protection: protection, byteCount: size, ledger: ledger, charge: 0)
    }

    /// What a section of an executable image demands before anything of its file is looked at.
    ///
    /// - Throws: `.invalidParameter6`, `.invalidPageProtection`, `.accessDenied` where the file was not opened for it.
    public static func checkImage(
        _ file: SectionFile, protection: PageProtection, attributes: SectionAttributes
    ) throws(NTStatus) {
        try check(protection, attributes)
        guard attributes.contains(.image) else { throw .invalidParameter6 }
        guard file.access.isSuperset(of: protection.neededFileAccess) else { throw .accessDenied }
    }

    /// A section of an executable image, which says of itself that it is one of a file, and nothing else.
    ///
    /// - Parameters:
    ///   - image: what the file's headers say.
    ///   - byteCount: how much of the image the section has; 0 for all.
    /// - Throws: `.invalidParameter6`, `.invalidPageProtection`, `.accessDenied` where the file was not opened for it,
    ///   `.sectionTooBig` for more than the image has.
    public static func image(
        _ file: SectionFile, _ image: PEImage, byteCount: UInt64 = 0, protection: PageProtection = .readOnly,
        attributes: SectionAttributes = .image, ledger: CommitLedger
    ) throws(NTStatus) -> Section {
        try checkImage(file, protection: protection, attributes: attributes)
        guard byteCount <= image.imageSize else { throw .sectionTooBig }
        return Section(
            storage: .image(file.token), attributes: [.image, .file], protection: protection,
            byteCount: byteCount == 0 ? image.imageSize : byteCount, image: image, ledger: ledger, charge: 0)
    }
}
