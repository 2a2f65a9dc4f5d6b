import MemoryMap
import Testing

@testable import VirtualMemory

@Suite struct QueryTests {
    @Test func states() throws {
        var space = makeSpace(.x86)
        #expect(
            try space.query(0)
                == MemoryBasicInformation(
                    base: VirtualAddress(0), allocationBase: nil, allocationProtection: [], byteCount: 0x7FFF_0000, state: .free,
                    protection: .noAccess, type: .free))
        try space.allocate(0x5000_0000, 0x6000, .reserve, .executeRead)
        try space.allocate(0x5000_2000, 0x2000, .commit, .readOnly)
        #expect(try space.query(0x4FFF_F123).byteCount == 0x1000)
        // Only what lies ahead counts, not the alike pages before.
        #expect(
            try space.query(0x5000_1234)
                == MemoryBasicInformation(
                    base: VirtualAddress(0x5000_1000), allocationBase: VirtualAddress(0x5000_0000),
                    allocationProtection: .executeRead,
                    byteCount: 0x1000, state: .reserved, protection: [], type: .privateMemory))
        #expect(
            try space.query(0x5000_3FFF)
                == MemoryBasicInformation(
                    base: VirtualAddress(0x5000_3000), allocationBase: VirtualAddress(0x5000_0000),
                    allocationProtection: .executeRead,
                    byteCount: 0x1000, state: .committed, protection: .readOnly, type: .privateMemory))
        #expect(try space.query(0x5000_6000).state == .free)
        #expect(try space.query(0x7FFE_FFFF).byteCount == 0x1000)
        #expect(status { () throws(NTStatus) in try space.query(0x7FFF_0000) } == .invalidParameter)
        // Adjacent regions are not one block.
        try space.allocate(0x5001_0000, 0x1_0000, .reserve)
        try space.allocate(0x5002_0000, 0x1_0000, .reserve)
        #expect(try space.query(0x5001_0000).byteCount == 0x1_0000)
    }

    @Test func regions() throws {
        var space = makeSpace()
        let base = try space.allocate(0, 0x1_0000, .reserve, .readOnly)
        try space.allocate(base + 0x3000, 0x2000, .commit)
        #expect(
            try space.queryRegion(VirtualAddress(base + 0x9000))
                == MemoryRegionInformation(
                    allocationBase: VirtualAddress(base), allocationProtection: .readOnly, byteCount: 0x1_0000, commitSize: 0x2000
                ))
        #expect(status { () throws(NTStatus) in try space.queryRegion(VirtualAddress(0)) } == .invalidAddress)
    }

    @Test func structures() throws {
        var space = makeSpace(.x86)
        try space.allocate(0x5000_0000, 0x2000, [.reserve, .commit], [.readWrite, .noCache])
        let block = try space.query(0x5000_1000)
        var bytes = [UInt8](repeating: 0xAA, count: 64)
        var span = bytes.mutableSpan
        var raw = unsafe span.mutableBytes
        #expect(block.encode(into: &raw, .bits32) == 28)
        #expect(
            Array(bytes[..<29]) == [
                0, 0x10, 0, 0x50, 0, 0, 0, 0x50, 4, 2, 0, 0, 0, 0x10, 0, 0, 0, 0x10, 0, 0, 4, 2, 0, 0, 0, 0, 2, 0, 0xAA,
            ])
        var span64 = bytes.mutableSpan
        var raw64 = unsafe span64.mutableBytes
        #expect(block.encode(into: &raw64, at: 16, .bits64) == 48)
        #expect(block.encode(into: &raw64, at: 17, .bits64) == nil)
        #expect(
            Array(bytes[16...]) == [
                0, 0x10, 0, 0x50, 0, 0, 0, 0, 0, 0, 0, 0x50, 0, 0, 0, 0, 4, 2, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0,
                0x10, 0, 0, 4, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0,
            ])
    }
}
