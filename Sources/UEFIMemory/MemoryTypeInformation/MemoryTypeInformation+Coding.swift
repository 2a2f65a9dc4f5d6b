import MemoryMap

extension MemoryTypeInformation {
    /// Reads a table; bytes behind its end have no meaning.
    ///
    /// - Throws: what is wrong first.
    /// - Complexity: O(*n*²) for *n* entries, of which there are 13 at most.
    public init(decoding bytes: RawSpan) throws(MemoryTypeInformationError) {
        var entries: [Entry] = []
        var offset = 0
        while true {
            guard let type = bytes.littleEndian(UInt32.self, at: offset),
                let pages = bytes.littleEndian(UInt32.self, at: offset + 4)
            else { throw .unterminated(byteCount: bytes.byteCount) }
            if MemoryType(type) == Self.end { break }
            // Checked here too, so that a long table of nonsense ends at its first entry.
            let entry = Entry(type: MemoryType(type), pages: PageCount(UInt64(pages)))
            guard Self.canBeKept(entry.type) else { throw .type(offset: offset, entry.type) }
            guard !entries.contains(where: { $0.type == entry.type }) else { throw .duplicate(offset: offset, entry.type) }
            entries.append(entry)
            offset += Self.entryByteCount
        }
        try self.init(entries)
    }

    /// The size of the table in bytes, its end included.
    public var byteCount: Int { (entries.count + 1) * Self.entryByteCount }

    /// Writes the table.
    ///
    /// - Returns: The bytes written, or nil where they do not fit; nothing is written then.
    public func encode(into bytes: inout MutableRawSpan) -> Int? {
        guard bytes.byteCount >= byteCount else { return nil }
        for (index, entry) in entries.enumerated() {
            bytes.storeLittleEndian(entry.type.rawValue, at: index * Self.entryByteCount)
            // The number fits: the initializers see to it.
            bytes.storeLittleEndian(UInt32(truncatingIfNeeded: entry.pages.rawValue), at: index * Self.entryByteCount + 4)
        }
        bytes.storeLittleEndian(Self.end.rawValue, at: byteCount - Self.entryByteCount)
        bytes.storeLittleEndian(UInt32(0), at: byteCount - 4)
        return byteCount
    }
}
