/// Makes ELF files byte by byte, good ones and bad ones, for tests and for the seeds of the fuzzers.
///
/// A file is laid out as `ld.lld -pie -z separate-code` does it: the first segment holds the file header, the program headers
/// and the relocations, a writable one the dynamic table.
public struct ELFFixture: Sendable {
    public struct Segment: Sendable {
        /// `p_flags`: 4 to read, 2 to write, 1 to execute.
        public var flags: UInt32
        public var address: UInt64
        public var contents: [UInt8]
        /// The size in memory; `contents` and then zeros.
        public var byteCount: UInt64
        public var alignment: UInt64 = 4096

        public init(flags: UInt32, address: UInt64, contents: [UInt8], byteCount: UInt64? = nil) {
            self.flags = flags
            self.address = address
            self.contents = contents
            self.byteCount = byteCount ?? UInt64(contents.count)
        }
    }

    public struct Relocation: Sendable {
        public var offset: UInt64
        public var addend: UInt64
        public var type: UInt32?
        public var symbol: UInt32 = 0

        public init(offset: UInt64, addend: UInt64, type: UInt32? = nil, symbol: UInt32 = 0) {
            self.offset = offset
            self.addend = addend
            self.type = type
            self.symbol = symbol
        }
    }

    /// `e_machine`: 62 or 183.
    public var machine: UInt16 = 62

    /// `e_type`: 3 is position independent.
    public var type: UInt16 = 3

    public var entry: UInt64 = 0

    /// The address of the segment that holds the headers and the relocations.
    public var base: UInt64 = 0x10000

    /// The segments above the first one.
    public var segments: [Segment] = []

    public var relocations: [Relocation] = []

    /// Dynamic entries in front of those that lead to the relocations.
    public var dynamicEntries: [(tag: UInt64, value: UInt64)] = []

    /// Whether the file has a dynamic table, at the end of its last writable segment's contents.
    public var isDynamic = true

    /// Program headers that load nothing, by their types, at the end.
    public var otherProgramHeaders: [UInt32] = []

    public init() {}

    /// Text with the entry point, a writable segment with zeros after its contents, and three relocations.
    public static func small(machine: UInt16 = 62) -> ELFFixture {
        var fixture = ELFFixture()
        fixture.machine = machine
        fixture.entry = 0x11004
        fixture.segments = [
            Segment(flags: 5, address: 0x11000, contents: (0..<5000).map { UInt8($0 % 251) }),
            Segment(flags: 6, address: 0x13000, contents: (0..<256).map { UInt8($0) }, byteCount: 0x2345),
        ]
        fixture.relocations = [
            Relocation(offset: 0x13008, addend: 0x11010),
            Relocation(offset: 0x13033, addend: 0x13000),
            Relocation(offset: 0x14000, addend: 0x10000),
        ]
        fixture.otherProgramHeaders = [0x6474_E551]
        return fixture
    }

    public var relativeType: UInt32 { machine == 183 ? 1027 : 8 }

    /// Where program header number `index` is in the file; 0 is that of the first segment.
    public func programHeader(_ index: Int) -> Int { 64 + 56 * index }

    /// Where the relocations are in the file.
    public var relocationOffset: Int { 64 + 56 * programHeaderCount }

    /// Where the dynamic table is in the file, or nil where there is none.
    public var dynamicOffset: Int? {
        guard isDynamic, let index = dynamicSegment else { return nil }
        return offsets[index] + padded(segments[index].contents.count, to: 8)
    }

    private var programHeaderCount: Int { 1 + segments.count + (isDynamic ? 1 : 0) + otherProgramHeaders.count }
    private var dynamicSegment: Int? { segments.lastIndex { $0.flags & 2 != 0 } }
    private var firstByteCount: Int { relocationOffset + 24 * relocations.count }

    private func padded(_ count: Int, to alignment: Int) -> Int { (count + alignment - 1) / alignment * alignment }

    private func contents(of index: Int) -> [UInt8] {
        var contents = segments[index].contents
        guard isDynamic, index == dynamicSegment else { return contents }
        contents += [UInt8](repeating: 0, count: padded(contents.count, to: 8) - contents.count)
        return contents + dynamicTable
    }

    private var dynamicTable: [UInt8] {
        var entries = dynamicEntries
        if !relocations.isEmpty {
            entries.append((7, base + UInt64(relocationOffset)))
            entries.append((8, UInt64(24 * relocations.count)))
            entries.append((9, 24))
        }
        entries.append((0, 0))
        var table = Bytes()
        for entry in entries {
            table.append(entry.tag)
            table.append(entry.value)
        }
        return table.bytes
    }

    /// The file offset of each segment above the first one.
    private var offsets: [Int] {
        var end = firstByteCount
        var offsets: [Int] = []
        for (index, segment) in segments.enumerated() {
            let alignment = Int(segment.alignment)
            var offset = end / alignment * alignment + Int(segment.address % segment.alignment)
            if offset < end { offset += alignment }
            offsets.append(offset)
            end = offset + contents(of: index).count
        }
        return offsets
    }

    /// The file.
    public var bytes: [UInt8] {
        var file = Bytes()
        appendHeader(to: &file)
        appendProgramHeaders(to: &file)
        for relocation in relocations {
            file.append(relocation.offset)
            file.append(UInt64(relocation.type ?? relativeType) | UInt64(relocation.symbol) << 32)
            file.append(relocation.addend)
        }
        for (index, offset) in offsets.enumerated() {
            file.pad(to: offset)
            file.bytes += contents(of: index)
        }
        return file.bytes
    }

    private func appendHeader(to file: inout Bytes) {
        file.bytes += [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        file.append(type)
        file.append(machine)
        file.append(UInt32(1))
        file.append(entry)
        file.append(UInt64(64))
        file.append(UInt64(0))
        file.append(UInt32(0))
        for field: UInt16 in [64, 56, UInt16(programHeaderCount), 64, 0, 0] { file.append(field) }
    }

    private func appendProgramHeaders(to file: inout Bytes) {
        let first = UInt64(firstByteCount)
        file.appendProgramHeader(
            type: 1, flags: 4, offset: 0, address: base, fileByteCount: first, byteCount: first, alignment: 4096)
        for (index, segment) in segments.enumerated() {
            let count = UInt64(contents(of: index).count)
            file.appendProgramHeader(
                type: 1, flags: segment.flags, offset: UInt64(offsets[index]), address: segment.address,
                fileByteCount: count, byteCount: max(count, segment.byteCount), alignment: segment.alignment)
        }
        if let offset = dynamicOffset, let index = dynamicSegment {
            let count = UInt64(dynamicTable.count)
            file.appendProgramHeader(
                type: 2, flags: 6, offset: UInt64(offset),
                address: segments[index].address + UInt64(offset - offsets[index]), fileByteCount: count,
                byteCount: count, alignment: 8)
        }
        for type in otherProgramHeaders {
            file.appendProgramHeader(
                type: type, flags: 6, offset: 0, address: 0, fileByteCount: 0, byteCount: 0, alignment: 0)
        }
    }
}
