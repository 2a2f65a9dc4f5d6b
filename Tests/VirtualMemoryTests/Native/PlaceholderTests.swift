import MemoryMap
import Testing

@testable import VirtualMemory

@Suite struct PlaceholderTests {
    private func placeholder(_ space: inout Space, _ size: UInt64 = 0x1_0000) throws -> UInt64 {
        try space.allocate(0x5000_0000, size, [.reserve, .reservePlaceholder], .noAccess, extended: true)
    }

    @Test func creation() throws {
        var space = makeSpace()
        for word in [.readWrite, .readOnly] as [PageProtection] {
            #expect(
                status { () throws(NTStatus) in
                    try space.allocate(0, 0x1_0000, [.reserve, .reservePlaceholder], word, extended: true)
                } == .invalidParameter)
        }
        let base = try placeholder(&space)
        #expect(
            try space.query(base)
                == MemoryBasicInformation(
                    base: VirtualAddress(base), allocationBase: VirtualAddress(base), allocationProtection: .noAccess,
                    byteCount: 0x1_0000, state: .reserved, protection: [], type: .privateMemory))
        #expect(try space.queryRegion(VirtualAddress(base)).commitSize == 0)
        #expect(status { () throws(NTStatus) in try space.allocate(base, 0x1000, .commit) } == .conflictingAddresses)
    }

    @Test func splitting() throws {
        var space = makeSpace()
        let base = try placeholder(&space)
        let keep: FreeType = [.release, .preservePlaceholder]
        #expect(status { () throws(NTStatus) in try space.free(base, 0, keep) } == .invalidParameter3)
        #expect(status { () throws(NTStatus) in try space.free(base, 0x1_0000, keep) } == .conflictingAddresses)
        #expect(status { () throws(NTStatus) in try space.free(base + 0xF000, 0x2000, keep) } == .conflictingAddresses)
        // Pages, not granules.
        try space.free(base + 0x3000, 0x2000, keep)
        let bases = space.blocks.compactMap(\.allocationBase?.rawValue)
        #expect(bases == [base, base + 0x3000, base + 0x5000])
        #expect(status { () throws(NTStatus) in try space.free(base, 0x5000, .release) } == .unableToFreeVM)
        try space.free(base, 0x1000, keep)
        #expect(try space.query(base).byteCount == 0x1000)
    }

    @Test func coalescing() throws {
        var space = makeSpace()
        let base = try placeholder(&space)
        let join: FreeType = [.release, .coalescePlaceholders]
        try space.free(base + 0x4000, 0x4000, [.release, .preservePlaceholder])
        for (start, size) in [(0, 0x7000), (0x1000, 0xF000), (0, 0x4000), (0, 0x1_1000), (0x1_0000, 0x1000)] as [(UInt64, UInt64)]
        {
            let before = space.blocks
            #expect(status { () throws(NTStatus) in try space.free(base + start, size, join) } == .conflictingAddresses)
            #expect(space.blocks == before)
        }
        #expect(status { () throws(NTStatus) in try space.free(base, 0, join) } == .invalidParameter3)
        try space.free(base, 0x8000, join)
        #expect(try space.query(base).byteCount == 0x8000)
        try space.free(base, 0x1_0000, join)
        #expect(try space.query(base).byteCount == 0x1_0000)
        try space.free(base, 0, .release)
        #expect(space.blocks.count == 1)
    }

    @Test func replacing() throws {
        var space = makeSpace()
        let base = try placeholder(&space)
        let keep: FreeType = [.release, .preservePlaceholder]
        try space.free(base, 0x3000, keep)
        let replace: AllocationType = [.reserve, .replacePlaceholder]
        for (start, size) in [(0, 0x2000), (0, 0x4000), (0x1000, 0x2000), (0x2_0000, 0x1000)] as [(UInt64, UInt64)] {
            #expect(
                status { () throws(NTStatus) in try space.allocate(base + start, size, replace, extended: true) }
                    == .conflictingAddresses)
        }
        #expect(
            status { () throws(NTStatus) in try space.allocate(base, 0x3000, [.commit, .replacePlaceholder], extended: true) }
                == .invalidParameter)
        #expect(status { () throws(NTStatus) in try space.allocate(base, 0x3000, replace) } == .invalidParameter5)
        try space.allocate(base, 0x3000, [.reserve, .commit, .replacePlaceholder], .readOnly, extended: true)
        #expect(try space.query(base).protection == .readOnly)
        #expect(space.ledger.charge == 0x3000)
        // A part cannot be given back as a placeholder, the whole can.
        #expect(status { () throws(NTStatus) in try space.free(base, 0x1000, keep) } == .conflictingAddresses)
        _ = try space.touch(VirtualAddress(base), .read)
        try space.free(base, 0x3000, keep)
        #expect(try space.query(base).state == .reserved && space.ledger.charge == 0)
        try space.allocate(base, 0x3000, [.reserve, .commit, .replacePlaceholder], extended: true)
        #expect(try space.touch(VirtualAddress(base), .read) == .demandZero)
        // What replaced no placeholder cannot become one.
        try space.allocate(0x6000_0000, 0x3000, .reserve)
        #expect(status { () throws(NTStatus) in try space.free(0x6000_0000, 0x3000, keep) } == .conflictingAddresses)
    }

    @Test func views() throws {
        var space = makeSpace()
        let base = try placeholder(&space)
        try space.free(base, 0x3000, [.release, .preservePlaceholder])
        let section = try Section.pagingFile(
            1, byteCount: 0x1_0000, protection: .readWrite, attributes: .commit, platform: .x64Large, ledger: space.ledger)
        var request = ViewRequest(section: section, protection: .readWrite)
        request.base = VirtualAddress(base)
        request.type = .replacePlaceholder
        request.offset = 0x2000
        request.byteCount = 0x2000
        #expect(status { () throws(NTStatus) in try space.mapView(request).isAtBase } == .conflictingAddresses)
        // Pages are enough for base and offset where a placeholder is replaced.
        request.byteCount = 0x3000
        #expect(try space.mapView(request).range.start.rawValue == base)
        request.base = VirtualAddress(base + 0x3000)
        request.type = []
        #expect(status { () throws(NTStatus) in try space.mapView(request).isAtBase } == .mappedAlignment)
        #expect(
            status { () throws(NTStatus) in try space.free(base, 0x3000, [.release, .preservePlaceholder]) }
                == .unableToDeleteSection)
        try space.unmapView(VirtualAddress(base + 0x1234), .preservePlaceholder)
        try space.free(base, 0x1_0000, [.release, .coalescePlaceholders])
    }
}
