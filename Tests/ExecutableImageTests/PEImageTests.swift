import ELFFixtures
import ExecutableImage
import MemoryMap
import Testing
import SeededRandom

@Suite struct PEImageTests {
    static func convert(_ fixture: ELFFixture, subsystem: PESubsystem = .application) throws -> [UInt8] {
        let file = fixture.bytes
        let image = try ELFImage(validating: file.span)
        return try PEImageBuilder(converting: image, subsystem: subsystem).build()
    }

    static func error(_ fixture: ELFFixture) throws -> PEImageError? {
        try error(ofFile: fixture.bytes)
    }

    static func error(ofFile file: [UInt8]) throws -> PEImageError? {
        let image = try ELFImage(validating: file.span)
        do throws(PEImageError) {
            _ = try PEImageBuilder(converting: image, subsystem: .application).build()
            return nil
        } catch { return error }
    }

    /// What holds for every image that comes out.
    static func checkLayout(_ pe: PEFile) {
        #expect(pe.timeStamp == 0)
        #expect(pe.characteristics & 1 == 0, "relocations are not stripped")
        #expect(pe.dllCharacteristics == 0x100)
        #expect(pe.checksum == pe.expectedChecksum)
        #expect(pe.fileAlignment == 512 && pe.bytes.count % 512 == 0)
        #expect(pe.headerByteCount % 512 == 0 && pe.headerByteCount >= pe.optionalHeader + 240 + 40 * pe.sections.count)
        #expect(pe.headerByteCount <= pe.sectionAlignment)
        var nextAddress = pe.sectionAlignment
        var nextOffset = pe.headerByteCount
        for section in pe.sections {
            #expect(section.address == nextAddress, "no gap between sections")
            let end = section.address + section.virtualByteCount
            nextAddress = (end + pe.sectionAlignment - 1) / pe.sectionAlignment * pe.sectionAlignment
            #expect(section.rawByteCount % 512 == 0 && section.virtualByteCount > 0)
            if section.rawByteCount > 0 {
                #expect(section.rawOffset == nextOffset)
                nextOffset += section.rawByteCount
            }
            #expect(section.characteristics & 0xA000_0000 != 0xA000_0000, "no section is writable and executable")
        }
        #expect(pe.imageByteCount == nextAddress)
        #expect(pe.bytes.count == nextOffset)
        #expect(pe.sections.last?.name == ".reloc")
        #expect(pe.sections.last?.address == pe.relocationDirectory.address)
        #expect(pe.sections.last?.virtualByteCount == pe.relocationDirectory.byteCount)
        #expect(pe.relocationDirectory.byteCount >= 12)
    }

    @Test(arguments: [(UInt16(62), UInt16(0x8664)), (183, 0xAA64)])
    func `Segments become sections with their permissions`(elf: UInt16, machine: UInt16) throws {
        let pe = try PEFile(Self.convert(.small(machine: elf)))
        Self.checkLayout(pe)
        #expect(pe.machine == machine)
        #expect(pe.subsystem == 10)
        #expect(pe.imageBase == 0)
        #expect(pe.entry == 0x2004)
        #expect(pe.sections.map(\.name) == [".rodata", ".text", ".data", ".reloc"])
        #expect(pe.sections.map(\.characteristics) == [0x4000_0040, 0x6000_0020, 0xC000_0040, 0x4200_0040])
        #expect(pe.sections[2].virtualByteCount == 0x2345)
        // The relocated word at 0x14000 was in zeros: it needs bytes in the file, those after it do not.
        #expect(pe.sections[2].rawByteCount == 0x1200)
    }

    @Test(arguments: [(PESubsystem.application, UInt16(10)), (.bootServiceDriver, 11), (.runtimeDriver, 12)])
    func `The subsystem is the one asked for`(subsystem: PESubsystem, number: UInt16) throws {
        #expect(try PEFile(Self.convert(.small(), subsystem: subsystem)).subsystem == number)
    }

    @Test func `An image without relocations can be moved all the same`() throws {
        var fixture = ELFFixture.small()
        fixture.relocations = []
        let pe = try PEFile(Self.convert(fixture))
        Self.checkLayout(pe)
        #expect(pe.relocationDirectory.byteCount == 12)
        #expect(try pe.load(at: 0)[0x1000..<0x5000] == pe.load(at: 0x7000_0000)[0x1000..<0x5000])
    }

    @Test func `Firmware gets the same memory as a loader of the ELF file`() throws {
        var generator = SeededGenerator(seed: 23)
        for _ in 0..<150 {
            let fixture = ELFFixture.random(using: &generator)
            let file = fixture.bytes
            let image = try ELFImage(validating: file.span)
            let converted = try Self.convert(fixture)
            #expect(try Self.convert(fixture) == converted)
            let pe = try PEFile(converted)
            Self.checkLayout(pe)
            let base = UInt64.random(in: 0...0xFFFF_FFFF, using: &generator) << 12
            let memory = try pe.load(at: base)
            let loaded = try ELFLoadingTests.load(file, byteCount: Int(image.byteCount), base: base + 0x1000)
            #expect(loaded.error == nil)
            #expect(Array(memory[0x1000..<0x1000 + loaded.memory.count]) == loaded.memory)
            #expect(UInt64(pe.entry) + base == image.entry(virtualBase: VirtualAddress(base + 0x1000)).rawValue)
        }
    }

    @Test func `A coarser alignment is kept`() throws {
        var fixture = ELFFixture.small()
        fixture.segments[0].address = 0x20000
        fixture.segments[0].alignment = 0x10000
        fixture.segments[1].address = 0x30000
        fixture.segments[1].alignment = 0x10000
        fixture.entry = 0x20004
        fixture.relocations = [.init(offset: 0x30010, addend: 0x20008)]
        let pe = try PEFile(Self.convert(fixture))
        Self.checkLayout(pe)
        #expect(pe.sectionAlignment == 0x10000)
        #expect(pe.sections.map(\.address) == [0x10000, 0x20000, 0x30000, 0x40000])
        #expect(try pe.load(at: 0x10_0000).field(at: 0x30010, as: UInt64.self) == 0x12_0008)
        fixture.segments[1].address = 0x21000
        fixture.segments[1].alignment = 0x1000
        fixture.segments[0].contents.removeLast(4000)
        fixture.segments[0].byteCount = 1000
        fixture.relocations = []
        #expect(try Self.error(fixture) == .sharedPage(page: 0x20000, sectionAlignment: 0x10000))
    }

    @Test func `Segments of one page and the same permissions become one section`() throws {
        var fixture = ELFFixture.small()
        fixture.segments[1].byteCount = 0x400
        fixture.segments.append(.init(flags: 6, address: 0x13C00, contents: [1, 2, 3], byteCount: 0x1000))
        fixture.relocations = [.init(offset: 0x13C08, addend: 0x11000)]
        let pe = try PEFile(Self.convert(fixture))
        Self.checkLayout(pe)
        #expect(pe.sections.map(\.name) == [".rodata", ".text", ".data", ".reloc"])
        let memory = try pe.load(at: 0x1000_0000)
        #expect(Array(memory[0x4C00..<0x4C03]) == [1, 2, 3])
        #expect(memory.field(at: 0x4C08, as: UInt64.self) == 0x1000_2000)
    }

    @Test func `A segment of zeros takes no room in the file`() throws {
        var fixture = ELFFixture.small()
        fixture.segments.insert(.init(flags: 6, address: 0x12800 + 0x800, contents: [], byteCount: 0x3000), at: 1)
        fixture.segments[2].address = 0x16000
        fixture.relocations = []
        let pe = try PEFile(Self.convert(fixture))
        Self.checkLayout(pe)
        #expect(pe.sections[2].rawByteCount == 0 && pe.sections[2].rawOffset == 0)
        #expect(pe.sections[2].virtualByteCount == 0x3000)
        #expect(pe.sections[2].characteristics == 0xC000_0080)
    }

    @Test func `What PE cannot say is refused`() throws {
        var fixture = ELFFixture.small()
        fixture.type = 2
        #expect(try Self.error(fixture) == .fixedAddress)
        fixture = .small()
        fixture.relocations[1].offset = 0x1300C
        #expect(try Self.error(fixture) == .overlappingRelocations(address: 0x400C))
        fixture.relocations[1].offset = 0x13008
        #expect(try Self.error(fixture) == .overlappingRelocations(address: 0x4008))
        fixture = .small()
        for addend: UInt64 in [0, 0xFFFF, 0x16001, .max] {
            fixture.relocations[1].addend = addend
            #expect(try Self.error(fixture) == .relocationOutsideImage(offset: 0x13033, addend: addend))
        }
        fixture.relocations[1].addend = 0x16000
        #expect(try Self.error(fixture) == nil)
        fixture = .small()
        for byteCount: UInt64 in [1 << 30, 1 << 31, 1 << 32, .max - 0x20000] {
            fixture.segments[1].byteCount = byteCount
            #expect(try Self.error(fixture) == .tooLarge(byteCount: ((0x3000 + byteCount - 1) | 0xFFF) + 1))
        }
    }

    @Test func `A huge alignment is refused whatever the size`() throws {
        let fixture = ELFFixture.small()
        let data = fixture.programHeader(2)
        for byteCount: UInt64 in [0x2345, .max - 0x20000] {
            // The contents of the segment are now those at the offset that equals its address.
            let file = fixture.bytes.replacing(at: data + 8, with: UInt64(0x13000)).replacing(at: data + 40, with: byteCount)
                .replacing(at: data + 48, with: UInt64(1) << 63).replacing(at: fixture.programHeader(3), with: UInt32(0))
            #expect(try Self.error(ofFile: file + [UInt8](repeating: 0, count: 0x13000)) == .alignmentTooLarge(1 << 63))
        }
    }

    @Test func `The builder takes sections in order only`() throws {
        var builder = PEImageBuilder(machine: .x86_64, subsystem: .application, entry: 0x1000)
        func section(_ address: UInt32, _ byteCount: UInt32, contents: Int = 1) -> PESection {
            PESection(
                name: ".text", address: address, byteCount: byteCount, contents: [UInt8](repeating: 0xC3, count: contents),
                permissions: [.read, .execute])
        }
        #expect(throws: PEImageError.badSection(address: 0)) { try builder.build() }
        for (address, byteCount): (UInt32, UInt32) in [(0, 16), (0x1800, 16), (0x1000, 0)] {
            #expect(throws: PEImageError.badSection(address: address)) {
                try builder.append(section(address, byteCount, contents: 0))
            }
        }
        #expect(throws: PEImageError.badSection(address: 0x1000)) { try builder.append(section(0x1000, 4, contents: 5)) }
        try builder.append(section(0x1000, 0x1001))
        #expect(throws: PEImageError.badSection(address: 0x2000)) { try builder.append(section(0x2000, 16)) }
        #expect(throws: PEImageError.tooLarge(byteCount: 0x1_0000_0000)) { try builder.append(section(0xFFFF_F000, 0x1000)) }
        try builder.append(section(0x5000, 16))
        #expect(builder.sections[0].byteCount == 0x4000)
        Self.checkLayout(try PEFile(builder.build()))
        builder.appendRelocation(at: 0x5000)
        #expect(throws: PEImageError.relocationOutsideContents(address: 0x5000)) { try builder.build() }
    }
}
