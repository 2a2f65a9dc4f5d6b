import MemoryMap
import Testing

@testable import VirtualMemory

@Suite struct FreeTests {
    @Test func types() throws {
        var space = makeSpace()
        let base = try space.allocate(0, 0x1_0000, [.reserve, .commit])
        for raw in [0, 0x1_0000, 0xC000, 0x4001, 0x4002, 0x8003, 0x1, 0x2, 0x1000, 0x8010] as [UInt32] {
            #expect(
                status { () throws(NTStatus) in try space.free(base, 0x1000, FreeType(rawValue: raw)) } == .invalidParameter4)
        }
    }

    @Test func wrongPlaces() throws {
        var space = makeSpace()
        try space.allocate(0x5000_0000, 0x4000, [.reserve, .commit])
        let before = space.blocks
        let rows: [(UInt64, UInt64, FreeType, NTStatus)] = [
            (0x5000_1000, 0, .release, .freeVMNotAtBase), (0x5000_1000, 0, .decommit, .freeVMNotAtBase),
            (0x5000_0000, 0x4001, .release, .unableToFreeVM), (0x5000_3000, 0x1001, .decommit, .unableToFreeVM),
            (0x6000_0000, 0, .release, .memoryNotAllocated), (0x5000_4000, 0, .release, .memoryNotAllocated),
            (0x8000_0000_0000, 0, .release, .invalidParameter2), (0x5000_0000, .max, .release, .invalidParameter3),
        ]
        for (base, size, type, expected) in rows {
            #expect(status { () throws(NTStatus) in try space.free(base, size, type) } == expected)
        }
        #expect(space.blocks == before)
        // Any address of the first page is the base.
        try space.free(0x5000_0FFF, 0, .release)
        #expect(space.blocks.count == 1)
    }

    @Test func decommit() throws {
        var space = makeSpace()
        let base = try space.allocate(0, 0x1_0000, [.reserve, .commit])
        let freed = try space.free(VirtualAddress(base + 0x1FFF), byteCount: 2, .decommit)
        #expect(freed == FreedMemory(base: VirtualAddress(base + 0x1000), byteCount: 0x2000))
        #expect(space.ledger.charge == 0xE000)
        // Twice is fine, and so is what was never committed.
        try space.free(base + 0x1000, 0x2000, .decommit)
        #expect(try space.free(VirtualAddress(base), byteCount: 0, .decommit).byteCount == 0)
        #expect(
            try space.query(base)
                == MemoryBasicInformation(
                    base: VirtualAddress(base), allocationBase: VirtualAddress(base), allocationProtection: .readWrite,
                    byteCount: 0x1_0000, state: .reserved, protection: [], type: .privateMemory))
        #expect(space.ledger.charge == 0)
    }

    @Test func partialRelease() throws {
        var space = makeSpace()
        let base = try space.allocate(0x5000_0000, 0x1_0000, .reserve)
        try space.allocate(base, 0x1_0000, .commit, .readOnly)
        try space.free(base, 0x1000, .release)
        #expect(status { () throws(NTStatus) in try space.free(base, 0, .release) } == .memoryNotAllocated)
        #expect(try space.query(base + 0x1000).allocationBase?.rawValue == base + 0x1000)
        // The head can be reserved again, because of its granule only what is behind it is taken.
        #expect(try space.allocate(base, 0x1000, .reserve) == base)
        try space.free(base, 0, .release)
        // Out of the middle: three regions' worth of addresses, two regions.
        try space.free(base + 0x8000, 0x1000, .release)
        let (left, right) = (
            try space.queryRegion(VirtualAddress(base + 0x7000)), try space.queryRegion(VirtualAddress(base + 0xF000))
        )
        #expect(left.allocationBase.rawValue == base + 0x1000 && left.byteCount == 0x7000 && left.commitSize == 0x7000)
        #expect(right.allocationBase.rawValue == base + 0x9000 && right.byteCount == 0x7000 && right.commitSize == 0x7000)
        #expect(status { () throws(NTStatus) in try space.free(base + 0x7000, 0x3000, .decommit) } == .unableToFreeVM)
        #expect(status { () throws(NTStatus) in try space.protect(base + 0x7000, 0x3000, .readOnly) } == .conflictingAddresses)
        #expect(space.ledger.charge == 0xE000)
        try space.free(base + 0x1000, 0, .release)
        try space.free(base + 0x9000, 0, .release)
        #expect(space.ledger.charge == 0 && space.blocks.count == 1)
    }

    @Test func cuttingUpAFragmentedRegionStaysCheap() throws {
        var space = makeSpace()
        let pages: UInt64 = 4096
        let base = try space.allocate(0, pages * 0x1000, [.reserve, .commit])
        for page in stride(from: 0, to: pages, by: 2) { try space.protect(base + page * 0x1000, 0x1000, .readOnly) }
        #expect(space.blocks.count >= Int(pages))
        for page in stride(from: 1, to: pages, by: 2) { try space.free(base + page * 0x1000, 0x1000, .release) }
        #expect(try space.queryRegion(VirtualAddress(base + 0x2000)).byteCount == 0x1000)
        #expect(space.regions.tree.count == Int(pages / 2))
        #expect(space.ledger.charge == pages / 2 * 0x1000)
    }
}
