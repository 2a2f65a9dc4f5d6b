import ELFFixtures
import ExecutableImage
import MemoryMap
import Testing

@Suite struct ELFRelocationTests {
    @Test(arguments: [1, 2, 17, 18, 19, 20, 22, 23, 35, 36, 37, 0x6000_000F, 0x6000_0011, 0x6FFF_E000] as [UInt64])
    func `A dynamic tag that asks for more is refused`(tag: UInt64) throws {
        var fixture = ELFFixture.small()
        fixture.dynamicEntries = [(30, 2), (tag, 0x10000)]
        let offset = try #require(fixture.dynamicOffset)
        #expect(ELFImageTests.error(of: fixture.bytes) == .unsupportedDynamicTag(offset: UInt64(offset) + 16, tag: tag))
    }

    @Test(arguments: [7, 8, 9] as [UInt64])
    func `A relocation tag comes once`(tag: UInt64) throws {
        var fixture = ELFFixture.small()
        fixture.dynamicEntries = [(tag, 24)]
        let offset = UInt64(try #require(fixture.dynamicOffset))
        let second = offset + 16 * (1 + tag - 7)
        #expect(ELFImageTests.error(of: fixture.bytes) == .repeatedDynamicTag(offset: second, tag: tag))
    }

    @Test func `A dynamic table has to be whole`() throws {
        let fixture = ELFFixture.small()
        let file = fixture.bytes
        let offset = try #require(fixture.dynamicOffset)
        let header = fixture.programHeader(3)
        func error(_ place: Int, _ value: UInt64) -> ELFError? { ELFImageTests.error(of: file.replacing(at: place, with: value)) }
        #expect(error(header + 32, 48) == .unterminatedDynamicTable(offset: UInt64(offset)))
        #expect(error(header + 32, 0) == .unterminatedDynamicTable(offset: UInt64(offset)))
        #expect(error(header + 32, 40) == .badDynamicTable(offset: UInt64(offset)))
        #expect(error(header + 32, 0x1000) == .badDynamicTable(offset: UInt64(offset)))
        #expect(error(header + 32, .max) == .badDynamicTable(offset: UInt64(offset)))
        #expect(error(header + 16, 0x13000) == .badDynamicTable(offset: UInt64(offset)))
        #expect(error(header + 8, .max) == .badDynamicTable(offset: .max))
        // Tags 7, 8, 9 one after the other: none may be missing.
        for index in 0..<3 { #expect(error(offset + 16 * index, 30) == .badRelocationTable(offset: UInt64(offset))) }
        #expect(error(offset + 40, 16) == .badRelocationTable(offset: UInt64(offset)))
    }

    @Test func `The relocation table has to lie inside a segment's file bytes`() throws {
        let fixture = ELFFixture.small()
        let file = fixture.bytes
        let offset = try #require(fixture.dynamicOffset)
        let table = 0x10000 + UInt64(fixture.relocationOffset)
        func error(address: UInt64, byteCount: UInt64) -> ELFError? {
            ELFImageTests.error(
                of: file.replacing(at: offset + 8, with: address).replacing(at: offset + 24, with: byteCount))
        }
        #expect(error(address: table, byteCount: 72) == nil)
        #expect(error(address: table, byteCount: 0) == nil)
        let bad: [(UInt64, UInt64)] = [
            (table, 71), (table, 96), (table + 24, 72), (0, 72), (.max, 72), (table, .max / 24 * 24), (0x14000, 72),
        ]
        for (address, byteCount) in bad {
            #expect(
                error(address: address, byteCount: byteCount)
                    == .relocationTableOutsideSegments(address: VirtualAddress(address), byteCount: byteCount))
        }
    }

    @Test(arguments: [UInt16(62), 183])
    func `Only relative relocations without a symbol are taken`(machine: UInt16) {
        var fixture = ELFFixture.small(machine: machine)
        let second = UInt64(fixture.relocationOffset + 24)
        for type: UInt32 in [0, 1, 6, 7, 257, 1025, 1026, machine == 62 ? 1027 : 8] {
            fixture.relocations[1].type = type
            #expect(
                ELFImageTests.error(of: fixture.bytes) == .unsupportedRelocation(offset: second, type: type, symbol: 0))
        }
        fixture.relocations[1].type = nil
        fixture.relocations[1].symbol = 5
        #expect(
            ELFImageTests.error(of: fixture.bytes)
                == .unsupportedRelocation(offset: second, type: fixture.relativeType, symbol: 5))
    }

    @Test func `A relocated word lies inside a writable segment`() {
        var fixture = ELFFixture.small()
        let end: UInt64 = 0x13000 + 0x2345
        let second = UInt64(fixture.relocationOffset + 24)
        for good in [0x13000, end - 8] {
            fixture.relocations[1].offset = good
            #expect(ELFImageTests.error(of: fixture.bytes) == nil)
        }
        for bad in [0, 0x10000, 0x11008, 0x12FF9, 0x12FFF, end - 7, end, 1 << 63, .max] as [UInt64] {
            fixture.relocations[1].offset = bad
            #expect(
                ELFImageTests.error(of: fixture.bytes)
                    == .relocationOutsideWritableSegment(offset: second, address: VirtualAddress(bad)))
        }
    }
}
