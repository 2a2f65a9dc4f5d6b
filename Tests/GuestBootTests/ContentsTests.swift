import Foundation
import GuestBoot
import GuestImage
import GuestLayout
import HostFiles
import MemoryMap
import SeededRandom
import SystemPackage
import Testing

@Suite struct GuestContentsTests {
    @Test func `segments are in order and never meet, as in a model of single bytes`() throws {
        var random = SeededGenerator(seed: 9)
        for _ in 0..<100 {
            var contents = GuestContents()
            var owned: Set<UInt64> = []
            for _ in 0..<30 {
                let start = UInt64(random.below(300))
                let count = random.below(20)
                let bytes = Set(start..<start + UInt64(count))
                do throws(GuestBootError) {
                    try contents.add(.kernel, at: PhysicalAddress(start), .init(repeating: 1, count: count))
                    #expect(owned.isDisjoint(with: bytes))
                    owned.formUnion(bytes)
                } catch {
                    guard case .overlap(_, let one, _, let other) = error else {
                        Issue.record("\(error)")
                        continue
                    }
                    #expect(one.overlaps(other) && !owned.isDisjoint(with: bytes))
                }
            }
            #expect(contents.segments.map(\.address) == contents.segments.map(\.address).sorted())
            #expect(contents.segments.map(\.bytes.count).reduce(0, +) == owned.count)
        }
    }

    @Test func `a segment past 2^64 is refused`() {
        #expect(throws: GuestBootError.addressOverflow(.initrd, PhysicalAddress(.max), byteCount: 2)) {
            try GuestSegment(.initrd, at: PhysicalAddress(.max), [1, 2])
        }
        #expect(throws: GuestBootError.empty(.initrd)) { try GuestSegment(.initrd, at: PhysicalAddress(0), []) }
    }
}

@Suite struct PlannedContentsTests {
    /// A kernel's file: a header with a 64-bit entry, then bytes.
    static let kernel: [UInt8] = {
        var kernel = ZeroPageTests.kernel() + [UInt8](repeating: 0x90, count: 0x8000)
        func put(_ value: UInt64, _ count: Int, at offset: Int) {
            for index in 0..<count { kernel[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8)) }
        }
        put(0x8000 / 16, 4, at: 0x1F4)
        put(0xAA55, 2, at: 0x1FE)
        put(0x020F, 2, at: 0x206)
        put(1, 1, at: 0x211)
        put(0x7FFF_FFFF, 4, at: 0x22C)
        put(0x20_0000, 4, at: 0x230)
        put(1, 1, at: 0x234)
        put(0x3F, 2, at: 0x236)
        put(2047, 4, at: 0x238)
        put(0x100_0000, 8, at: 0x258)
        put(0x300_0000, 4, at: 0x260)
        return kernel
    }()

    static func data() -> X86BootData {
        var data = X86BootData(kernel: kernel)
        data.initrd = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7) | 1 }
        data.commandLine = Array("console=ttyS0".utf8)
        data.setupData = [.randomSeed((0..<100).map { UInt8($0) }), .deviceTree([1, 2, 3])]
        data.processors = 3
        data.chipset = .i440FX
        return data
    }

    static func plan(_ data: X86BootData, _ change: (inout X86LayoutRequest) -> Void = { _ in }) throws -> LayoutPlan {
        var request = X86LayoutRequest(memoryByteCount: 5 << 30)
        request.payload = .kernel(
            try KernelImage(header: data.kernel.span.rawBytes, fileByteCount: UInt64(data.kernel.count)))
        request.initialRAMDiskByteCount = data.initrd.isEmpty ? nil : UInt64(data.initrd.count)
        request.commandLineByteCount = UInt64(data.commandLine.count)
        request.setupDataByteCounts = data.setupData.map { UInt64($0.data.count) }
        request.virtualProcessorCount = UInt64(data.processors)
        change(&request)
        return try LayoutPlan(checking: request)
    }

    @Test func `every segment lies within what the plan owns for it`() throws {
        let data = Self.data()
        let plan = try Self.plan(data)
        let contents = try GuestContents(plan, data)
        let kinds: [GuestSegment.Content: LayoutOwner.Kind] = [
            .globalDescriptorTable: .globalDescriptorTable, .interruptDescriptorTable: .interruptDescriptorTable,
            .zeroPage: .zeroPage, .commandLine: .commandLine, .multiprocessorTable: .multiprocessorTable,
            .multiprocessorPointer: .multiprocessorPointer, .acpi: .acpiTables, .smbios: .smbiosTables, .kernel: .kernelImage,
            .initrd: .initialRAMDisk,
        ]
        for (content, kind) in kinds {
            let segment = try #require(contents.first(content), "\(content)")
            let place = try #require(plan.range(of: kind))
            #expect(place.contains(segment.range), "\(content)")
        }
        #expect(contents.segments.count == kinds.count + 2)
        // The setup_data entries are where the plan has each of them.
        let list = try #require(contents.first(.setupData))
        let second = try #require(plan.range(of: LayoutOwner(.setupData, 1)))
        #expect(list.bytes.word(UInt64.self, at: 0) == second.start.rawValue && list.range.last == second.last)
        // The zero page leads to all of them.
        let page = try #require(contents.first(.zeroPage)).bytes
        let initrd = try #require(contents.first(.initrd))
        #expect(page.word(UInt32.self, at: 0x218) == UInt32(truncatingIfNeeded: initrd.address.rawValue))
        #expect(page.word(UInt32.self, at: 0x0C0) == 1)
        #expect(page.word(UInt64.self, at: 0x250) == list.address.rawValue)
        #expect(Int(page[0x1E8]) == plan.e820.count)
    }

    /// A 64-bit ELF file with these segments: physical address, bytes of the file by offset.
    private func elf(_ segments: [(address: UInt64, bytes: Range<Int>)], byteCount: Int) -> [UInt8] {
        var file = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0) | 1 }
        func put(_ value: UInt64, _ count: Int, at offset: Int) {
            for index in 0..<count { file[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8)) }
        }
        for (value, count, offset) in [
            (0x0001_0102_464C_457F, 8, 0), (62, 2, 0x12), (segments.first?.address ?? 0, 8, 0x18), (64, 8, 0x20), (56, 2, 0x36),
            (UInt64(segments.count), 2, 0x38),
        ] {
            put(value, count, at: offset)
        }
        for (index, segment) in segments.enumerated() {
            let header = 64 + index * 56
            put(1, 8, at: header)
            put(UInt64(segment.bytes.lowerBound), 8, at: header + 8)
            for place in [16, 24] { put(segment.address, 8, at: header + place) }
            for place in [32, 40] { put(UInt64(segment.bytes.count), 8, at: header + place) }
        }
        return file
    }

    @Test func `ELF kernels go to their segments' addresses, from their bytes of the file`() throws {
        var data = Self.data()
        data.kernel = elf([(0x20_0000, 0x1000..<0x1800), (0x20_4000, 0x1800..<0x1810)], byteCount: 0x2000)
        let contents = try GuestContents(Self.plan(data), data)
        let kernel = contents.segments.filter { $0.content == .kernel }
        #expect(kernel.map(\.address) == [PhysicalAddress(0x20_0000), PhysicalAddress(0x20_4000)])
        #expect(kernel.map(\.bytes) == [Array(data.kernel[0x1000..<0x1800]), Array(data.kernel[0x1800..<0x1810])])
    }

    @Test func `ELF kernels whose segments meet, or miss the plan or the file, are refused`() throws {
        var data = Self.data()
        data.kernel = elf([(0x20_0000, 0x1000..<0x1800), (0x20_0400, 0x1000..<0x1800)], byteCount: 0x2000)
        let plan = try Self.plan(data)
        #expect(throws: GuestBootError.self) { try GuestContents(plan, data) }
        data.kernel = elf([(0x20_0000, 0x1000..<0x1800), (0x30_0000, 0x1000..<0x1800)], byteCount: 0x2000)
        #expect(throws: GuestBootError.differsFromPlan(.kernel, try #require(plan.range(of: .kernelImage)), byteCount: 0x800)) {
            try GuestContents(plan, data)
        }
        data.kernel = elf([(.max - 3, 0x1000..<0x1800)], byteCount: 0x2000)
        #expect(throws: GuestBootError.self) { try GuestContents(plan, data) }
        data.kernel = elf([(0x20_0000, 0x1000..<0x2001)], byteCount: 0x2000)
        #expect(throws: GuestBootError.kernel(.badSegment(offset: 64))) { try GuestContents(plan, data) }
    }

    @Test func `equal input makes equal contents`() throws {
        let data = Self.data()
        let (one, other) = (try GuestContents(Self.plan(data), data), try GuestContents(Self.plan(data), data))
        #expect(one.segments.map(\.address) == other.segments.map(\.address))
        #expect(one.segments.map(\.bytes) == other.segments.map(\.bytes))
        var changed = data
        changed.setupData[0].data[5] ^= 1
        let third = try GuestContents(Self.plan(changed), changed)
        let differing = zip(one.segments, third.segments).filter { $0.bytes != $1.bytes }
        #expect(differing.map(\.0.content) == [.setupData])
    }

    @Test func `bytes that the plan was not made for are refused`() throws {
        let data = Self.data()
        let plan = try Self.plan(data)
        var other = data
        other.initrd.append(1)
        #expect(throws: GuestBootError.self) { try GuestContents(plan, other) }
        other = data
        other.kernel.append(1)
        #expect(throws: GuestBootError.self) { try GuestContents(plan, other) }
        other = data
        other.kernel = []
        #expect(throws: GuestBootError.self) { try GuestContents(plan, other) }
        other = data
        other.commandLine = .init(repeating: 0x61, count: 2048)
        #expect(throws: GuestBootError.self) { try GuestContents(plan, other) }
        other = data
        other.setupData.append(.randomSeed(.init(repeating: 1, count: 1 << 20)))
        #expect(throws: GuestBootError.self) { try GuestContents(plan, other) }
        other = data
        other.initrd = []
        #expect(try GuestContents(plan, other).first(.initrd) == nil)
        #expect(throws: GuestBootError.otherEntry) {
            let controller = try #require(AArch64Machine.InterruptController.virt(version: 3))
            _ = try GuestContents(plan, AArch64BootData(kernel: [], controller: controller))
        }
    }

    @Test func `an ELF kernel's segments go to their physical addresses`() throws {
        var data = Self.data()
        data.kernel = Self.elf(address: 0x100_0000, stored: 0x123)
        let plan = try Self.plan(data)
        let contents = try GuestContents(plan, data)
        let kernel = try #require(contents.first(.kernel))
        #expect(kernel.address == PhysicalAddress(0x100_0000) && kernel.bytes == .init(repeating: 0x90, count: 0x123))
        #expect(plan.entry?.programCounter == PhysicalAddress(0x100_0010))
        // The same file cut anywhere: an error and no crash.
        for count in 0..<data.kernel.count {
            var cut = data
            cut.kernel = Array(data.kernel.prefix(count))
            #expect(throws: GuestBootError.self) { try GuestContents(plan, cut) }
        }
    }

    /// An ELF file of one segment.
    static func elf(address: UInt64, stored: Int) -> [UInt8] {
        var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + .init(repeating: 0, count: 9)
        func put(_ value: UInt64, _ count: Int) {
            for index in 0..<count { file.append(UInt8(truncatingIfNeeded: value >> UInt64(index * 8))) }
        }
        put(2, 2)
        put(62, 2)
        put(1, 4)
        for word in [address + 0x10, 64, 0] { put(word, 8) }
        put(0, 4)
        for half in [64, 56, 1, 64, 0, 0] as [UInt64] { put(half, 2) }
        put(1, 4)
        put(7, 4)
        for word in [120, address, address, UInt64(stored), UInt64(stored) + 0x1000, 0x1000] { put(word, 8) }
        return file + .init(repeating: 0x90, count: stored)
    }

    @Test func `file bytes changed at random make an error or contents, never a crash`() throws {
        let data = Self.data()
        let plan = try Self.plan(data)
        var random = SeededGenerator(seed: 77)
        for _ in 0..<300 {
            var other = data
            for _ in 0...random.below(4) { other.kernel[random.below(0x280)] = UInt8(truncatingIfNeeded: random.next()) }
            _ = try? GuestContents(plan, other)
        }
        var elf = data
        elf.kernel = Self.elf(address: 0x100_0000, stored: 0x123)
        let elfPlan = try Self.plan(elf)
        for _ in 0..<300 {
            var other = elf
            for _ in 0...random.below(4) { other.kernel[random.below(120)] = UInt8(truncatingIfNeeded: random.next()) }
            _ = try? GuestContents(elfPlan, other)
        }
    }
}

@Suite struct GuestMemoryFileTests {
    static func withFile<Result>(_ body: (FilePath) throws -> Result) throws -> Result {
        let path = FilePath(NSTemporaryDirectory()).appending("strata-memory-\(UUID().uuidString).ram")
        defer { try? FileManager.default.removeItem(atPath: path.string) }
        return try body(path)
    }

    @Test func `a guest of 5 GiB is one sparse file, its memory above 4 GiB right behind the low one`() throws {
        var data = PlannedContentsTests.data()
        data.initrd += [UInt8](repeating: 0, count: 64 << 20)
        let plan = try PlannedContentsTests.plan(data)
        let contents = try GuestContents(plan, data)
        let board = try GuestBoard(.pc, for: plan)
        #expect(board.regions == [range(0, 0xD000_0000), range(1 << 32, 0x7000_0000)])
        let file = try GuestMemoryFile(regions: board.regions)
        try file.check(contents)
        #expect(file.byteCount == 5 << 30)
        try Self.withFile { path in
            try file.write(contents, to: path)
            var status = stat()
            #expect(unsafe stat(path.string, &status) == 0)
            #expect(status.st_size == 5 << 30)
            // Less than the bytes that there are: zeros take no room, however large the units are in which the file system gives it.
            #expect(Int(status.st_blocks) * 512 < 32 << 20)
            let handle = try FileDescriptor.open(path, .readOnly)
            try handle.closeAfter {
                for segment in contents.segments {
                    let offset = try #require(file.offset(of: segment.range))
                    let low = segment.address.rawValue < 1 << 32
                    #expect(offset == segment.address.rawValue - (low ? 0 : 0x3000_0000))
                    let read = try unsafe [UInt8](unsafeUninitializedCapacity: segment.bytes.count) { buffer, count in
                        count = try unsafe handle.read(
                            fromAbsoluteOffset: Int64(offset), into: UnsafeMutableRawBufferPointer(buffer))
                    }
                    #expect(read == segment.bytes)
                }
            }
        }
    }

    @Test func `the same guest makes the same bytes`() throws {
        var request = X86LayoutRequest(memoryByteCount: 32 << 20)
        var data = PlannedContentsTests.data()
        data.initrd = []
        data.setupData = []
        request.payload = .kernel(
            try KernelImage(header: data.kernel.span.rawBytes, fileByteCount: UInt64(data.kernel.count)))
        let plan = try LayoutPlan(request)
        let file = try GuestMemoryFile(regions: GuestBoard(.pc, for: plan).regions)
        let one = try Self.withFile { path in
            try file.write(GuestContents(plan, data), to: path)
            return try InputFile.contents(of: path)
        }
        let other = try Self.withFile { path in
            try file.write(GuestContents(plan, data), to: path)
            return try InputFile.contents(of: path)
        }
        #expect(one.count == 32 << 20 && one == other)
    }

    @Test func `what lies outside memory is refused, with its name`() throws {
        var contents = GuestContents()
        try contents.add(.initrd, at: PhysicalAddress(0xFFF), [1, 2])
        let fault = GuestMemoryFile.Fault.outsideMemory(.initrd, range(0xFFF, 2))
        #expect(throws: fault) { try GuestMemoryFile(regions: [range(0, 0x1000), range(0x2000, 0x1000)]).check(contents) }
        // Two regions that touch are not one.
        #expect(throws: fault) { try GuestMemoryFile(regions: [range(0, 0x1000), range(0x1000, 0x1000)]).check(contents) }
        #expect(throws: GuestMemoryFile.Fault.tooLarge) {
            try GuestMemoryFile(regions: [range(0, 1 << 63), range(1 << 63, 1 << 62)])
        }
    }
}
