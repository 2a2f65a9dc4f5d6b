extension Section {
    /// The most that a section can have, in bytes.
    static let byteLimit: UInt64 = 1 << 62

    /// Makes a section of a file of data larger: NtExtendSection. Its views keep their sizes, new ones see all of it.
    ///
    /// - Parameters:
    ///   - byteCount: the new size; nothing happens where the section is as large already.
    ///   - fileByteCount: the size that the file has now.
    ///   - grow: makes the file larger; not called where it is large enough.
    /// - Returns: the size that the section has then, in bytes.
    /// - Throws: `.sectionNotExtended` for an image, for a section of the paging file, and where the file would have to grow and
    ///   the section cannot be written; `.sectionTooBig`; what `grow` throws. The section is as it was then.
    @discardableResult
    public func extend(
        to byteCount: UInt64, fileByteCount: UInt64, grow: (UInt64) throws(NTStatus) -> Void
    ) throws(NTStatus) -> UInt64 {
        guard case .file = storage else { throw .sectionNotExtended }
        guard byteCount > self.byteCount else { return self.byteCount }
        guard byteCount < Self.byteLimit else { throw .sectionTooBig }
        if byteCount > fileByteCount {
            guard protection.neededFileAccess.contains(.write) else { throw .sectionNotExtended }
            try grow(byteCount)
        }
        self.byteCount = byteCount
        return byteCount
    }
}
