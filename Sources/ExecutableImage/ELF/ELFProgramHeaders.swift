import MemoryMap

/// The loadable segments and the place of the dynamic table, checked against the file and one another.
struct ELFProgramHeaders {
    static let entryByteCount: UInt64 = 56

    /// Where a `PT_DYNAMIC` puts its table in the file and in memory.
    struct Dynamic {
        let offset: UInt64
        let byteCount: UInt64
        let start: VirtualAddress
    }

    private(set) var segments: InlineArray<16, ELFSegment>
    private(set) var count = 0
    private(set) var dynamic: Dynamic?

    init(validating bytes: RawSpan, header: ELFHeader) throws(ELFError) {
        segments = InlineArray(
            repeating: ELFSegment(
                fileOffset: 0, fileByteCount: 0, start: VirtualAddress(0), byteCount: 1, permissions: [], alignment: 4096))
        for index in 0..<header.programHeaderCount {
            let offset = header.programHeaderOffset + index * Self.entryByteCount
            switch try bytes.elfField(at: offset, as: UInt32.self) {
            case 1:
                if let segment = try ELFSegment(validating: bytes, programHeaderOffset: offset) {
                    try append(segment, offset: offset)
                }
            case 2:
                guard dynamic == nil else { throw .secondDynamicTable(offset: offset) }
                dynamic = Dynamic(
                    offset: try bytes.elfField(at: offset + 8, as: UInt64.self),
                    byteCount: try bytes.elfField(at: offset + 32, as: UInt64.self),
                    start: VirtualAddress(try bytes.elfField(at: offset + 16, as: UInt64.self)))
            case 3: throw .interpreter(offset: offset)
            case 7: throw .threadLocalStorage(offset: offset)
            default: continue
            }
        }
        guard count > 0 else { throw .noSegments }
        if let dynamic {
            // The table is found by its file offset and by its address; both have to lead to the same bytes.
            guard fileOffset(of: dynamic.byteCount, at: dynamic.start) == dynamic.offset else {
                throw .badDynamicTable(offset: dynamic.offset)
            }
        }
    }

    private mutating func append(_ segment: ELFSegment, offset: UInt64) throws(ELFError) {
        guard count < ELFImage.segmentLimit else { throw .tooManySegments(offset: offset) }
        if count > 0 {
            let previous = segments[count - 1]
            guard segment.start > previous.range.last else {
                throw .segmentsOutOfOrder(offset: offset, start: segment.start)
            }
            let page = segment.start.alignedDown(to: PageCount.pageSize)
            if page <= previous.range.last, segment.permissions != previous.permissions {
                throw .sharedPage(offset: offset, page: page)
            }
        }
        segments[count] = segment
        count += 1
    }

    func checkEntry(_ entry: VirtualAddress) throws(ELFError) {
        for index in 0..<count where segments[index].permissions.contains(.execute) {
            if segments[index].offset(of: 1, at: entry) != nil { return }
        }
        throw .entryOutsideCode(entry)
    }

    /// The file offset of `byteCount` bytes that a segment loads at `address`, or nil where no segment has them all.
    func fileOffset(of byteCount: UInt64, at address: VirtualAddress) -> UInt64? {
        for index in 0..<count {
            if let offset = segments[index].offset(of: byteCount, at: address) { return offset }
        }
        return nil
    }

    /// Whether the `byteCount` bytes at `address` are inside one writable segment.
    func isWritable(_ byteCount: UInt64, at address: VirtualAddress) -> Bool {
        for index in 0..<count where segments[index].permissions.contains(.write) {
            if segments[index].holds(byteCount, at: address) { return true }
        }
        return false
    }
}

extension ELFSegment {
    /// Reads the program header at `offset`, which is inside the file; nil where the segment has no bytes at all, as the first
    /// one of GNU ld may have.
    init?(validating bytes: RawSpan, programHeaderOffset offset: UInt64) throws(ELFError) {
        let flags = try bytes.elfField(at: offset + 4, as: UInt32.self)
        fileOffset = try bytes.elfField(at: offset + 8, as: UInt64.self)
        start = VirtualAddress(try bytes.elfField(at: offset + 16, as: UInt64.self))
        fileByteCount = try bytes.elfField(at: offset + 32, as: UInt64.self)
        byteCount = try bytes.elfField(at: offset + 40, as: UInt64.self)
        alignment = try bytes.elfField(at: offset + 48, as: UInt64.self)
        permissions = SegmentPermissions(rawValue: UInt8(truncatingIfNeeded: flags & 7))

        guard fileByteCount <= byteCount else {
            throw .fileLargerThanMemory(offset: offset, fileByteCount: fileByteCount, byteCount: byteCount)
        }
        guard byteCount > 0 else { return nil }
        guard !permissions.contains([.write, .execute]) else { throw .writableAndExecutable(offset: offset) }
        guard bytes.contains(fileByteCount, at: fileOffset) else {
            throw .segmentOutsideFile(offset: offset, fileOffset: fileOffset, fileByteCount: fileByteCount)
        }
        // The end of the last page has to be an address, too: sizes in bytes then fit 64 bits everywhere.
        guard let end = start.advanced(by: byteCount), end.alignedUp(to: PageCount.pageSize) != nil else {
            throw .segmentWraps(offset: offset, start: start, byteCount: byteCount)
        }
        guard alignment.nonzeroBitCount == 1, alignment >= PageCount.pageSize,
            (start.rawValue ^ fileOffset) & (alignment - 1) == 0
        else { throw .badAlignment(offset: offset, alignment: alignment) }
    }
}
