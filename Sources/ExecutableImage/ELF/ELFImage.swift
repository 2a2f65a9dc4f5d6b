public import MemoryMap

/// A 64-bit little-endian ELF executable for x86-64 or AArch64, validated as a whole.
///
/// Having an `ELFImage` means:
/// - every segment's bytes are in the file, the segments ascend and do not overlap, none is writable and executable, and
///   no page has two sets of permissions;
/// - every relocation is a relative one whose 8 bytes lie inside a writable segment;
/// - the entry point lies in the file bytes of an executable segment;
/// - nothing else is needed to run it: no interpreter, no shared library, no thread-local storage, no symbol.
///
/// It borrows the file's bytes and allocates nothing. Section headers and symbols are not looked at.
///
/// Specification: System V ABI, chapters 4 and 5; the processor supplements for x86-64 and AArch64.
public struct ELFImage: ~Escapable {
    /// The number of loadable segments that an image may have.
    public static let segmentLimit = 16

    let bytes: RawSpan
    let segments: InlineArray<16, ELFSegment>
    let relocations: ELFRelocationTable

    public let machine: ELFMachine

    public let kind: ELFKind

    /// The linked address of the first instruction.
    public let entry: VirtualAddress

    /// The number of loadable segments: 1 to `segmentLimit`.
    public let segmentCount: Int

    /// Reads and validates an ELF file.
    ///
    /// - Throws: The first `ELFError` found.
    /// - Complexity: O(*h* + *d* + *r*·16) for *h* program headers, *d* dynamic entries and *r* relocations.
    @_lifetime(copy bytes)
    public init(validating bytes: RawSpan) throws(ELFError) {
        let header = try ELFHeader(validating: bytes)
        let programHeaders = try ELFProgramHeaders(validating: bytes, header: header)
        try programHeaders.checkEntry(header.entry)
        var relocations = ELFRelocationTable.empty
        if let dynamic = programHeaders.dynamic {
            relocations = try ELFRelocationTable(validating: bytes, dynamic: dynamic, segments: programHeaders)
        }
        try relocations.checkEntries(of: bytes, machine: header.machine, segments: programHeaders)
        self.bytes = bytes
        self.machine = header.machine
        self.kind = header.kind
        self.entry = header.entry
        self.segments = programHeaders.segments
        self.segmentCount = programHeaders.count
        self.relocations = relocations
    }

    /// The loadable segment number `index`, in ascending order of address.
    ///
    /// - Precondition: `index` is at least 0 and below `segmentCount`.
    public func segment(at index: Int) -> ELFSegment {
        precondition(index >= 0 && index < segmentCount, "segment index out of range")
        return segments[index]
    }

    /// The segment's bytes in the file; the rest of the segment is zero.
    ///
    /// - Precondition: `segment` is one of this image.
    @_lifetime(copy self)
    public func bytes(of segment: ELFSegment) -> RawSpan {
        let start = Int(segment.fileOffset)
        return bytes.extracting(start..<start + Int(segment.fileByteCount))
    }

    /// The pages of the image at its linked address, from the first one of the lowest segment to the last one of the highest.
    public var imageRange: VirtualRange {
        let last = segments[segmentCount - 1].range.last.rawValue | (PageCount.pageSize - 1)
        guard
            let range = VirtualRange(start: segments[0].start.alignedDown(to: PageCount.pageSize), last: VirtualAddress(last))
        else { preconditionFailure("segments ascend") }
        return range
    }

    /// The size in bytes of `imageRange`.
    public var byteCount: UInt64 {
        imageRange.last.rawValue - imageRange.start.rawValue + 1
    }

    /// The strictest alignment of all segments in bytes: the distance by which the image is moved is a multiple of it.
    public var alignment: UInt64 {
        var alignment = PageCount.pageSize
        for index in 0..<segmentCount { alignment = max(alignment, segments[index].alignment) }
        return alignment
    }

    /// The number of relocations.
    public var relocationCount: Int { relocations.count }

    /// The relocation number `index`, in the order of the file.
    ///
    /// - Precondition: `index` is at least 0 and below `relocationCount`.
    public func relocation(at index: Int) -> ELFRelocation {
        precondition(index >= 0 && index < relocations.count, "relocation index out of range")
        return relocations.entry(at: index, of: bytes)
    }
}
