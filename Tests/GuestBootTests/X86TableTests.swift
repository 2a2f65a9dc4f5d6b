import GuestBoot
import GuestLayout
import MemoryMap
import SeededRandom
import Testing

@Suite struct BootPageTablesTests {
    @Test func `the first 4 GiB are at themselves, in pages of 2 MiB`() throws {
        let bytes = try BootPageTables.segment(at: PhysicalAddress(0x9000)).bytes
        #expect(bytes.count == 0x6000)
        #expect(bytes.word(UInt64.self, at: 0) == 0xA003)
        for index in 0..<4 { #expect(bytes.word(UInt64.self, at: 0x1000 + index * 8) == 0xB003 + UInt64(index) * 0x1000) }
        for index in 0..<2048 { #expect(bytes.word(UInt64.self, at: 0x2000 + index * 8) == UInt64(index) << 21 + 0x83) }
        // Nothing else is present.
        for index in 1..<512 { #expect(bytes.word(UInt64.self, at: index * 8) == 0) }
        for index in 4..<512 { #expect(bytes.word(UInt64.self, at: 0x1000 + index * 8) == 0) }
    }

    @Test(arguments: [0x9008, 0xFFFF_B000, .max & ~0xFFF] as [UInt64])
    func `an address where they cannot lie is refused`(address: UInt64) {
        #expect(throws: GuestBootError.self) { try BootPageTables.segment(at: PhysicalAddress(address)) }
    }
}

@Suite struct DescriptorTableTests {
    @Test func `the quad words are the ones that kernels are entered with`() {
        #expect(SegmentDescriptor.code64.rawValue == 0x00AF_9B00_0000_FFFF)
        #expect(SegmentDescriptor.code32.rawValue == 0x00CF_9B00_0000_FFFF)
        #expect(SegmentDescriptor.data.rawValue == 0x00CF_9300_0000_FFFF)
        #expect(SegmentDescriptor.taskState.rawValue == 0x008F_8B00_0000_FFFF)
        #expect(BootDescriptorTables.descriptors(for: .long).count == 6)
        #expect(BootDescriptorTables.descriptors(for: .protected).count == 5)
    }

    @Test func `the fields are read back`() {
        let descriptor = SegmentDescriptor(flags: 0xA09B, base: 0x10_0000, limit: 0xF_FFFF)
        #expect(descriptor.base == 0x10_0000)
        #expect(descriptor.limit == 0xFFFF_FFFF)
        var random = SeededGenerator(seed: 1)
        for _ in 0..<200 {
            let base = UInt32.random(in: 0...(.max), using: &random)
            let limit = UInt32.random(in: 0...0xF_FFFF, using: &random)
            let bytes = SegmentDescriptor(flags: 0x4093, base: base, limit: limit)
            #expect(bytes.base == base && bytes.limit == limit)
            #expect(SegmentDescriptor(flags: 0xC093, base: base, limit: limit).limit == limit << 12 | 0xFFF)
        }
    }

    @Test func `the last null descriptor may lie in the interrupt table's zeros, and no other`() throws {
        let start = PhysicalAddress(0x1500)
        #expect(try BootDescriptorTables.globalTable(at: start, .long).bytes.count == 48)
        #expect(try BootDescriptorTables.globalTable(at: start, .long, before: PhysicalAddress(0x1528)).bytes.count == 40)
        #expect(throws: GuestBootError.tooLarge(.globalDescriptorTable, byteCount: 48, limit: 0x20)) {
            try BootDescriptorTables.globalTable(at: start, .long, before: PhysicalAddress(0x1520))
        }
    }
}

@Suite struct SetupDataTests {
    let limit = PhysicalAddress(0x9_E800)

    @Test func `an empty list has no start`() throws {
        let list = try SetupDataList([], at: PhysicalAddress(0x1000), before: limit)
        #expect(list.start == nil && list.bytes.isEmpty)
    }

    @Test func `two entries are linked, the second at a multiple of 8`() throws {
        let first = SetupDataList.Entry(type: 0xF, data: (0..<13).map { UInt8(0x55 + $0) })
        let second = SetupDataList.Entry(type: 0xE, data: (0..<9).map { UInt8(0xA0 + $0) })
        let list = try SetupDataList([first, second], at: PhysicalAddress(0x1000), before: limit)
        #expect(list.start == PhysicalAddress(0x1000))
        let bytes = list.bytes
        #expect(bytes.word(UInt64.self, at: 0) == 0x1020)
        #expect(bytes.word(UInt32.self, at: 8) == 0xF)
        #expect(bytes.word(UInt32.self, at: 12) == 13)
        #expect(Array(bytes[16..<29]) == first.data)
        #expect(bytes.word(UInt64.self, at: 0x20) == 0)
        #expect(bytes.word(UInt32.self, at: 0x28) == 0xE)
        #expect(bytes.word(UInt32.self, at: 0x2C) == 9)
        #expect(Array(bytes[0x30..<0x39]) == second.data)
        #expect(bytes.count == 0x39)
    }

    @Test func `a list that ends right at the limit is refused, one byte less is not`() throws {
        let start = PhysicalAddress(0x9_E700)
        _ = try SetupDataList([.randomSeed([UInt8](repeating: 1, count: 239))], at: start, before: limit)
        #expect(throws: GuestBootError.tooLarge(.setupData, byteCount: 256, limit: 256)) {
            try SetupDataList([.randomSeed([UInt8](repeating: 1, count: 240))], at: start, before: limit)
        }
        #expect(throws: GuestBootError.misaligned(.setupData, PhysicalAddress(0x1004), alignment: 8)) {
            try SetupDataList([], at: PhysicalAddress(0x1004), before: limit)
        }
        #expect(throws: GuestBootError.self) {
            try SetupDataList([.randomSeed([1])], at: PhysicalAddress(.max - 7), before: limit)
        }
    }

    @Test func `a device tree gets room to be edited in`() {
        let entry = SetupDataList.Entry.deviceTree([1, 2, 3])
        #expect(entry.type == 2 && entry.data.count == 0x4000 && entry.data.prefix(4) == [1, 2, 3, 0])
        #expect(SetupDataList.Entry.deviceTree([UInt8](repeating: 1, count: 0x5000)).data.count == 0x5000)
    }
}

@Suite struct CommandLineTests {
    @Test func `a text fills its room with its zero, and not without`() throws {
        let start = PhysicalAddress(0xFFB)
        let segment = try LinuxCommandLine.segment(Array("1234".utf8), at: start, room: 5)
        #expect(segment.bytes == Array("1234".utf8) + [0])
        #expect(throws: GuestBootError.tooLarge(.commandLine, byteCount: 6, limit: 5)) {
            try LinuxCommandLine.segment(Array("12345".utf8), at: start, room: 5)
        }
        #expect(throws: GuestBootError.self) { try LinuxCommandLine.segment([], at: start, room: 0) }
    }

    @Test func `the kernel's own limit counts, 0 for 255`() throws {
        let text = [UInt8](repeating: 0x61, count: 256)
        let start = PhysicalAddress(0x2_0000)
        #expect(throws: GuestBootError.tooLarge(.commandLine, byteCount: 257, limit: 256)) {
            try LinuxCommandLine.segment(text, at: start, room: 0x800, kernelLimit: 0)
        }
        _ = try LinuxCommandLine.segment(text.dropLast(), at: start, room: 0x800, kernelLimit: 0)
        _ = try LinuxCommandLine.segment(text, at: start, room: 0x800, kernelLimit: .max)
        #expect(throws: GuestBootError.zeroInCommandLine(offset: 2)) {
            try LinuxCommandLine.segment([0x61, 0x62, 0, 0x63], at: start, room: 0x800)
        }
    }
}

extension LinuxCommandLine {
    static func segment(
        _ text: ArraySlice<UInt8>, at address: PhysicalAddress, room: UInt64, kernelLimit: UInt32
    ) throws -> GuestSegment {
        try segment(Array(text), at: address, room: room, kernelLimit: kernelLimit)
    }
}

@Suite struct ZeroPageTests {
    /// A kernel file with a header of the length that the jump says.
    static func kernel(headerEnd: UInt8 = 0x6A) -> [UInt8] {
        var kernel = [UInt8](repeating: 0xCC, count: 0x800)
        kernel[0x1F1] = 3
        kernel[0x200] = 0xEB
        kernel[0x201] = headerEnd
        kernel.replaceSubrange(0x202..<0x206, with: Array("HdrS".utf8))
        return kernel
    }

    @Test func `the kernel's header is kept, the loader's fields are filled in`() throws {
        let kernel = Self.kernel()
        var page = try ZeroPage(kernel: kernel.span)
        page.commandLine = PhysicalAddress(0x1_0002_0000)
        page.initrd = range(0x1_6FE1_B000, 0x1E_4321)
        page.setupData = PhysicalAddress(0x2_0800)
        page.rootPointer = PhysicalAddress(0xE_0000)
        let bytes = try page.segment(at: PhysicalAddress(0x7000)).bytes
        #expect(bytes.count == 4096)
        #expect(bytes[0x1F1] == 3 && bytes[0x1EF] == 0)
        #expect(bytes.word(UInt16.self, at: 0x1FE) == 0xAA55)
        #expect(bytes[0x210] == 0xFF)
        #expect(bytes.word(UInt32.self, at: 0x230) == 0x100_0000)
        #expect(bytes.word(UInt32.self, at: 0x228) == 0x2_0000 && bytes.word(UInt32.self, at: 0x0C8) == 1)
        #expect(bytes.word(UInt32.self, at: 0x218) == 0x6FE1_B000 && bytes.word(UInt32.self, at: 0x0C0) == 1)
        #expect(bytes.word(UInt32.self, at: 0x21C) == 0x1E_4321 && bytes.word(UInt32.self, at: 0x0C4) == 0)
        #expect(bytes.word(UInt64.self, at: 0x250) == 0x2_0800)
        #expect(bytes.word(UInt64.self, at: 0x070) == 0xE_0000)
        // What is no field of the loader's is the kernel's, to the header's end and no further.
        #expect(bytes[0x206..<0x210].allSatisfy { $0 == 0xCC } && bytes[0x26B] == 0xCC && bytes[0x26C] == 0)
    }

    @Test func `rows of the memory map are written in their order, 128 and no more`() throws {
        var page = ZeroPage()
        page.memoryMap = (0..<128).map {
            E820Entry(start: PhysicalAddress(UInt64(127 - $0) << 20), byteCount: 0x1000 + UInt64($0), kind: .ram)
        }
        let bytes = try page.segment(at: PhysicalAddress(0x7000)).bytes
        #expect(bytes[0x1E8] == 128)
        for index in 0..<128 {
            let offset = 0x2D0 + index * 20
            #expect(bytes.word(UInt64.self, at: offset) == UInt64(127 - index) << 20)
            #expect(bytes.word(UInt64.self, at: offset + 8) == 0x1000 + UInt64(index))
            #expect(bytes.word(UInt32.self, at: offset + 16) == 1)
        }
        page.memoryMap.append(E820Entry(start: PhysicalAddress(0), byteCount: 1, kind: .reserved))
        #expect(throws: GuestBootError.tooMany(.memoryMapEntries, count: 129, limit: 128)) {
            try page.segment(at: PhysicalAddress(0x7000))
        }
    }

    @Test func `what is no kernel and what has no place is refused`() throws {
        let kernel = Self.kernel()
        for count in [0, 1, 0x201, 0x267] {
            #expect(throws: GuestBootError.kernel(.truncated(byteCount: count))) {
                try ZeroPage(kernel: kernel.span.extracting(first: count))
            }
        }
        var other = kernel
        other[0x203] = 0
        #expect(throws: GuestBootError.kernel(.wrongMagic(offset: 0x202))) { try ZeroPage(kernel: other.span) }
        #expect(throws: GuestBootError.kernel(.truncated(byteCount: 0x800))) {
            try ZeroPage(kernel: Self.kernel(headerEnd: 0xFF).span)
        }
        var page = try ZeroPage(kernel: kernel.span)
        #expect(throws: GuestBootError.self) { try page.segment(at: PhysicalAddress(0x7001)) }
        page.initrd = range(0x1000_0000, 1 << 32)
        #expect(throws: GuestBootError.tooLarge(.initrd, byteCount: 1 << 32, limit: 0xFFFF_FFFF)) {
            try page.segment(at: PhysicalAddress(0x7000))
        }
    }
}

@Suite struct MultiprocessorTests {
    static let place = PhysicalAddress(0x9_E800)
    static let pointer = PhysicalAddress(0x9_FFF0)

    static func tables(_ processors: Int) throws(GuestBootError) -> MultiprocessorTable {
        try MultiprocessorTable(processors: processors, table: place, before: pointer, pointer: pointer)
    }

    /// The number of entries of each type, walked by the entries' own sizes.
    static func entryCounts(_ table: [UInt8]) -> [UInt8: Int] {
        var counts: [UInt8: Int] = [:]
        var offset = 44
        while offset < table.count {
            counts[table[offset], default: 0] += 1
            offset += table[offset] == 0 ? 20 : 8
        }
        return offset == table.count ? counts : [:]
    }

    @Test func `every number of processors up to 254 has its entries, with right checksums`() throws {
        for processors in 1...254 {
            let tables = try Self.tables(processors)
            let table = tables.table.bytes
            let counts = Self.entryCounts(table)
            #expect(counts[0] == processors)
            #expect(table.byteSum == 0 && tables.pointer.bytes.byteSum == 0)
            #expect(Int(table.word(UInt16.self, at: 4)) == table.count)
            #expect(Int(table.word(UInt16.self, at: 34)) == counts.values.reduce(0, +))
            #expect(tables.pointer.bytes.word(UInt32.self, at: 4) == 0x9_E800)
            #expect(tables.pointer.bytes.count == 16)
        }
    }

    @Test func `none, and 255, are refused`() {
        #expect(throws: GuestBootError.tooFew(.processors, count: 0, least: 1)) { try Self.tables(0) }
        #expect(throws: GuestBootError.tooMany(.processors, count: 255, limit: 254)) { try Self.tables(255) }
    }

    @Test func `interrupts of PCI count for the room`() throws {
        let interrupts = (0..<200).map { MultiprocessorTable.PCIInterrupt(slot: UInt8($0 % 32), pin: UInt8($0 % 4), input: 16) }
        let few = try MultiprocessorTable(
            processors: 4, interrupts: interrupts, table: Self.place, before: Self.pointer, pointer: Self.pointer)
        #expect(Self.entryCounts(few.table.bytes)[3] == 15 + 200)
        #expect(throws: GuestBootError.self) {
            try MultiprocessorTable(
                processors: 254, interrupts: interrupts, table: Self.place, before: Self.pointer, pointer: Self.pointer)
        }
        #expect(throws: GuestBootError.self) {
            try MultiprocessorTable(processors: 1, table: Self.pointer, before: Self.place, pointer: Self.pointer)
        }
    }
}

@Suite struct SMBIOSTests {
    @Test func `the structures have their sizes, and the entry point its checksum`() throws {
        var identity = SMBIOSTables.Identity()
        identity.oemTexts = [Array("one".utf8), Array("two".utf8)]
        let bytes = try SMBIOSTables(identity, at: PhysicalAddress(0xF_0000), before: PhysicalAddress(0x10_0000)).segment.bytes
        #expect(bytes[..<0x18].reduce(0, &+) == 0 && bytes[6] == 0x18)
        #expect(bytes.word(UInt64.self, at: 16) == 0xF_0018)
        #expect(Int(bytes.word(UInt32.self, at: 12)) == bytes.count - 0x18)
        var offset = 0x18
        var sizes: [UInt8: UInt8] = [:]
        var texts: [UInt8: Int] = [:]
        while offset < bytes.count {
            let (type, size) = (bytes[offset], bytes[offset + 1])
            sizes[type] = size
            offset += Int(size)
            if bytes[offset] == 0 {
                offset += 2
            } else {
                while bytes[offset] != 0 {
                    texts[type, default: 0] += 1
                    while bytes[offset] != 0 { offset += 1 }
                    offset += 1
                }
                offset += 1
            }
        }
        #expect(offset == bytes.count)
        #expect(sizes == [0: 0x14, 1: 0x1B, 11: 5, 127: 4])
        #expect(texts == [0: 2, 1: 2, 11: 2])
    }

    @Test func `texts that would flow past the end are refused`() throws {
        var identity = SMBIOSTables.Identity()
        identity.oemTexts = [[UInt8](repeating: 0x61, count: 0x1_0000)]
        let (start, end) = (PhysicalAddress(0xF_0000), PhysicalAddress(0x10_0000))
        #expect(throws: GuestBootError.self) { try SMBIOSTables(identity, at: start, before: end) }
        identity.oemTexts = [[0x61, 0]]
        #expect(throws: GuestBootError.badText(.smbios)) { try SMBIOSTables(identity, at: start, before: end) }
        identity.oemTexts = [[]]
        #expect(throws: GuestBootError.badText(.smbios)) { try SMBIOSTables(identity, at: start, before: end) }
        identity.oemTexts = .init(repeating: [0x61], count: 256)
        #expect(throws: GuestBootError.tooMany(.texts, count: 256, limit: 255)) {
            try SMBIOSTables(identity, at: start, before: end)
        }
        #expect(throws: GuestBootError.self) { try SMBIOSTables(at: PhysicalAddress(.max - 15), before: PhysicalAddress(.max)) }
    }
}
