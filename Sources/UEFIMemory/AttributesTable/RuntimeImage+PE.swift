public import MemoryMap

extension RuntimeImage {
    /// The image whose PE headers begin with `headers`, as it was loaded to `base`.
    ///
    /// Sections that may be executed (or that say that they hold code) are code, up to the next multiple of the image's section
    /// alignment: what fills them up belongs to nobody else. Microsoft's PE format, both PE32 and PE32+.
    ///
    /// - Parameter headers: at least the headers, up to the end of the table of sections; more does no harm.
    /// - Throws: what is wrong first.
    /// - Complexity: O(*s*) for *s* sections; allocates an array of those that are code.
    public init(loadedAt base: PhysicalAddress, headers: RawSpan) throws(RuntimeImageError) {
        let header = try PEHeader(headers)
        guard let range = PhysicalRange(start: base, byteCount: header.imageByteCount) else {
            throw .imageSize(header.imageByteCount)
        }
        var code: [CodeSection] = []
        var previousEnd: UInt64 = 0
        for index in 0..<header.sectionCount {
            let offset = header.sectionTable + index * PEHeader.sectionByteCount
            // In 64 bits no sum of two of these can overflow.
            let size = UInt64(try headers.word(at: offset + 8))
            let start = UInt64(try headers.word(at: offset + 12))
            let fileSize = UInt64(try headers.word(at: offset + 16))
            let flags = try headers.word(at: offset + 36)
            let used = size > 0 ? size : fileSize
            guard used > 0 else { continue }
            guard start >= previousEnd, start + used <= header.imageByteCount else { throw .section(index: index) }
            previousEnd = start + used
            guard flags & PEHeader.executableFlags != 0 else { continue }
            let alignment = header.sectionAlignment
            let filled = min((start + used + alignment - 1) / alignment * alignment, header.imageByteCount)
            previousEnd = filled
            if let start = base.advanced(by: start), let last = base.advanced(by: filled - 1),
                let section = PhysicalRange(start: start, last: last)
            {
                code.append(CodeSection(range: section, isWritable: flags & PEHeader.writableFlag != 0))
            }
        }
        self.init(range: range, code: code)
    }
}

/// Why the headers of an image in memory are not believed.
public enum RuntimeImageError: Error, Hashable, Sendable {
    /// The headers end before this offset in bytes, at which something has to be.
    case truncated(offset: Int)

    /// There is no PE signature.
    case noSignature

    /// The optional header is of neither PE32 nor PE32+, or too short for what has to be in it.
    case optionalHeader

    /// The section alignment is no power of two.
    case sectionAlignment(UInt64)

    /// The image's size is 0, or passes 2^64 from its base on.
    case imageSize(UInt64)

    /// The section number `index` leaves the image, or does not lie behind the one before.
    case section(index: Int)
}

/// What of a PE header matters here.
private struct PEHeader {
    static let sectionByteCount = 40

    /// `IMAGE_SCN_MEM_EXECUTE`, `IMAGE_SCN_CNT_CODE`.
    static let executableFlags: UInt32 = 0x2000_0020

    /// `IMAGE_SCN_MEM_WRITE`.
    static let writableFlag: UInt32 = 0x8000_0000

    let sectionTable: Int
    let sectionCount: Int
    let sectionAlignment: UInt64
    let imageByteCount: UInt64

    init(_ headers: RawSpan) throws(RuntimeImageError) {
        // "MZ", and at 0x3C where the PE header is; without "MZ" the image begins with it.
        let start = try headers.word(at: 0) & 0xFFFF == 0x5A4D ? Int(try headers.word(at: 0x3C)) : 0
        guard try headers.word(at: start) == 0x0000_4550 else { throw .noSignature }
        sectionCount = Int(try headers.word(at: start + 4) >> 16)
        let optionalByteCount = Int(try headers.word(at: start + 20) & 0xFFFF)
        let optional = start + 24
        guard optionalByteCount >= 60 else { throw .optionalHeader }
        guard [0x10B, 0x20B].contains(try headers.word(at: optional) & 0xFFFF) else { throw .optionalHeader }
        sectionAlignment = UInt64(try headers.word(at: optional + 32))
        guard sectionAlignment.nonzeroBitCount == 1 else { throw .sectionAlignment(sectionAlignment) }
        imageByteCount = UInt64(try headers.word(at: optional + 56))
        guard imageByteCount > 0 else { throw .imageSize(0) }
        sectionTable = optional + optionalByteCount
    }
}

extension RawSpan {
    fileprivate func word(at offset: Int) throws(RuntimeImageError) -> UInt32 {
        guard let word = littleEndian(UInt32.self, at: offset) else { throw .truncated(offset: offset) }
        return word
    }
}
