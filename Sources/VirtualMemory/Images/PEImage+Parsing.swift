import MemoryMap

extension PEImage {
    /// Reads the headers of an executable image.
    ///
    /// - Parameter bytes: the whole file, or as much of it as the headers need, with `fileByteCount` saying how large it is.
    /// - Throws: where it is damaged.
    /// - Complexity: O(*sections*).
    public init(parsing bytes: RawSpan, fileByteCount: UInt64? = nil) throws(PEImageError) {
        let fileSize = fileByteCount ?? UInt64(bytes.byteCount)
        guard bytes.littleEndian(UInt16.self, at: 0) == 0x5A4D else { throw .notMZ }
        let signature = Int(try Self.read(UInt32.self, bytes, 0x3C))
        guard bytes.littleEndian(UInt32.self, at: signature) == 0x4550 else { throw .notPE(signature) }
        let file = signature + 4
        machine = try Self.read(UInt16.self, bytes, file)
        let sectionCount = Int(try Self.read(UInt16.self, bytes, file + 2))
        let optionalSize = Int(try Self.read(UInt16.self, bytes, file + 16))
        characteristics = Characteristics(rawValue: try Self.read(UInt16.self, bytes, file + 18))
        let optional = file + 20
        let magic = try Self.read(UInt16.self, bytes, optional)
        let directories: Int
        switch magic {
        case 0x10B: (is64Bit, directories) = (false, optional + 96)
        case 0x20B: (is64Bit, directories) = (true, optional + 112)
        default: throw .unknownOptionalHeader(optional)
        }
        guard optional + optionalSize >= directories else { throw .unknownOptionalHeader(optional) }
        entryPoint = UInt64(try Self.read(UInt32.self, bytes, optional + 16))
        preferredBase =
            is64Bit
            ? try Self.read(UInt64.self, bytes, optional + 24) : UInt64(try Self.read(UInt32.self, bytes, optional + 28))
        guard preferredBase & (Platform.allocationGranularity - 1) == 0 else { throw .invalidBase(optional + 24) }
        sectionAlignment = UInt64(try Self.read(UInt32.self, bytes, optional + 32))
        let fileAlignment = UInt64(try Self.read(UInt32.self, bytes, optional + 36))
        guard sectionAlignment.nonzeroBitCount == 1, fileAlignment.nonzeroBitCount == 1, fileAlignment <= sectionAlignment else {
            throw .invalidAlignment(optional + 32)
        }
        imageSize = UInt64(try Self.read(UInt32.self, bytes, optional + 56))
        headerSize = UInt64(try Self.read(UInt32.self, bytes, optional + 60))
        guard headerSize > 0, headerSize <= imageSize, headerSize <= fileSize else { throw .invalidSize(optional + 60) }
        guard imageSize < 1 << 31, preferredBase <= .max - imageSize else { throw .invalidSize(optional + 56) }
        libraryCharacteristics = LibraryCharacteristics(rawValue: try Self.read(UInt16.self, bytes, optional + 70))

        let directoryCount = try Self.read(UInt32.self, bytes, directories - 4)
        var relocations: Range<UInt64> = 0..<0
        if directoryCount > 5, optionalSize >= directories - optional + 48 {
            let start = UInt64(try Self.read(UInt32.self, bytes, directories + 40))
            let size = UInt64(try Self.read(UInt32.self, bytes, directories + 44))
            // A directory outside of the image is one that nobody can use, not a reason to refuse the image.
            if size > 0, start + size <= imageSize { relocations = start..<start + size }
        }
        self.relocations = relocations

        var parts = [
            Part(start: 0, byteCount: headerSize, fileOffset: 0, fileByteCount: headerSize, protection: .readOnly)
        ]
        parts.reserveCapacity(sectionCount + 1)
        for index in 0..<sectionCount {
            let header = optional + optionalSize + index * 40
            let part = try Self.section(bytes, header, fileSize, fileAlignment, sectionAlignment)
            guard let before = parts.last else { throw .invalidSection(header) }
            let beforeEnd = before.start + before.byteCount
            let reached = (beforeEnd + (sectionAlignment - 1)) & ~(sectionAlignment - 1)
            guard part.start >= reached || sectionAlignment < 0x1000 && part.start >= beforeEnd,
                part.start + part.byteCount <= imageSize
            else { throw .invalidSection(header) }
            parts.append(part)
        }
        self.parts = parts
    }

    private static func read<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type, _ bytes: RawSpan, _ offset: Int
    ) throws(PEImageError) -> T {
        guard let value = bytes.littleEndian(type, at: offset) else { throw .truncated(offset) }
        return value
    }

    private static func section(
        _ bytes: RawSpan, _ header: Int, _ fileSize: UInt64, _ fileAlignment: UInt64, _ alignment: UInt64
    ) throws(PEImageError) -> Part {
        let virtualSize = UInt64(try read(UInt32.self, bytes, header + 8))
        let start = UInt64(try read(UInt32.self, bytes, header + 12))
        let rawSize = UInt64(try read(UInt32.self, bytes, header + 16))
        let rawOffset = UInt64(try read(UInt32.self, bytes, header + 20))
        let flags = try read(UInt32.self, bytes, header + 36)
        // A size of 0 in memory means that of the file.
        let size = virtualSize == 0 ? rawSize : virtualSize
        let present = min(rawSize, (size + (alignment - 1)) & ~(alignment - 1))
        guard start & (alignment - 1) == 0, size > 0,
            present == 0 || rawOffset & (min(fileAlignment, 512) - 1) == 0 && rawOffset + present <= fileSize
        else { throw .invalidSection(header) }
        return Part(
            start: start, byteCount: size, fileOffset: present == 0 ? 0 : rawOffset, fileByteCount: present,
            protection: protection(flags))
    }

    /// What the flags of a section header allow.
    private static func protection(_ flags: UInt32) -> PageProtection {
        let (executable, readable) = (flags & 0x2000_0000 != 0, flags & 0x4000_0000 != 0)
        let (writable, shared) = (flags & 0x8000_0000 != 0, flags & 0x1000_0000 != 0)
        if writable {
            let word: PageProtection = executable ? .executeReadWrite : .readWrite
            return shared ? word : word.copyOnWrite
        }
        if executable { return readable ? .executeRead : .execute }
        return readable ? .readOnly : .noAccess
    }
}
