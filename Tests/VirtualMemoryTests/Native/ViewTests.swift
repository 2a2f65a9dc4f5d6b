import MemoryMap
import Testing

@testable import VirtualMemory

@Suite struct ViewTests {
    private func pagingFile(
        _ space: borrowing Space, _ size: UInt64, _ attributes: SectionAttributes = .commit,
        _ protection: PageProtection = .readWrite
    ) throws -> Section {
        try Section.pagingFile(
            1, byteCount: size, protection: protection, attributes: attributes, platform: space.platform, ledger: space.ledger)
    }

    private func file(
        _ space: borrowing Space, _ size: UInt64, _ protection: PageProtection = .readWrite,
        access: SectionFile.Access = [.read, .write]
    ) throws -> Section {
        try Section.file(
            SectionFile(token: 7, byteCount: size, access: access), byteCount: 0, protection: protection, attributes: .commit,
            ledger: space.ledger)
    }

    private func map(
        _ space: inout Space, _ section: Section, _ protection: PageProtection, offset: UInt64 = 0, size: UInt64 = 0,
        base: UInt64? = nil
    ) throws(NTStatus) -> UInt64 {
        var request = ViewRequest(section: section, protection: protection)
        request.offset = offset
        request.byteCount = size
        request.base = base.map { VirtualAddress($0) }
        return try space.mapView(request).range.start.rawValue
    }

    @Test func bounds() throws {
        var space = makeSpace()
        let section = try file(space, 0x2_3456)
        func failure(offset: UInt64 = 0, size: UInt64 = 0, base: UInt64? = nil) -> NTStatus? {
            status { () throws(NTStatus) in try map(&space, section, .readOnly, offset: offset, size: size, base: base) }
        }
        #expect(failure(offset: 0x1000) == .mappedAlignment)
        #expect(failure(base: 0x5000_1000) == .mappedAlignment)
        #expect(failure(offset: 0x3_0000) == .invalidParameter)
        #expect(failure(size: 0x2_4001) == .invalidViewSize)
        #expect(failure(offset: 0x1_0000, size: 0x1_4001) == .invalidViewSize)
        let base = try map(&space, section, .readOnly, offset: 0x1_0000)
        #expect(try space.query(base).byteCount == 0x1_4000)
        #expect(try space.query(base).type == .mapped)
        #expect(space.section(at: VirtualAddress(base + 0x123))?.offset == 0x1_0123)
        #expect(failure(base: base) == .conflictingAddresses)
        // Any address of the view unmaps it; nothing else does.
        #expect(
            status { () throws(NTStatus) in try space.unmapView(VirtualAddress(base), UnmapFlags(rawValue: 4)) }
                == .invalidParameter)
        #expect(
            status { () throws(NTStatus) in try space.unmapView(VirtualAddress(base), .preservePlaceholder) }
                == .conflictingAddresses)
        try space.unmapView(VirtualAddress(base + 0x1_3FFF), .transientBoost)
        #expect(status { () throws(NTStatus) in try space.unmapView(VirtualAddress(base)) } == .notMappedView)
        let memory = try space.allocate(0, 0x1000, .commit)
        #expect(status { () throws(NTStatus) in try space.unmapView(VirtualAddress(memory)) } == .notMappedView)
    }

    /// The zero bits are the fourth argument of these calls, and bind an address that is named as well.
    @Test func placementOfViews() throws {
        var space = makeSpace()
        let section = try file(space, 0x1_0000)
        func result(_ change: (inout ViewRequest) -> Void) -> NTStatus? {
            var request = ViewRequest(section: section, protection: .readOnly)
            change(&request)
            return status { () throws(NTStatus) in
                let view = try space.mapView(request)
                #expect(request.requirements?.highest.map { view.range.last <= $0 } ?? true)
                try space.unmapView(view.range.start)
            }
        }
        for bits in 22...31 as ClosedRange<UInt64> { #expect(result { $0.zeroBits = bits } == .invalidParameter4) }
        #expect(result { $0.zeroBits = 21 } == .noMemory)
        #expect(result { ($0.zeroBits, $0.base) = (3, VirtualAddress(0x2000_1000)) } == .invalidParameter4)
        #expect(result { ($0.zeroBits, $0.base) = (0x1000_0000, VirtualAddress(0x2000_0000)) } == .invalidParameter4)
        #expect(result { ($0.zeroBits, $0.base) = (2, VirtualAddress(0x2000_1000)) } == .mappedAlignment)
        #expect(result { ($0.zeroBits, $0.base) = (2, VirtualAddress(0x2000_0000)) } == nil)
        for shift in 0..<64 as Range<UInt64> {
            #expect(result { $0.requirements = AddressRequirements(alignment: 1 << shift) } == .invalidParameter)
        }
        #expect(result { $0.requirements = AddressRequirements(highest: VirtualAddress(0x2000_0FFF)) } == nil)
        // Data is for any machine.
        #expect(result { $0.imageMachine = 0x166 } == nil)
    }

    /// FILE_MAP_LARGE_PAGES: only of a section that was made with them, and then whole pages at multiples of their size.
    @Test func largePages() throws {
        var space = makeSpace()
        let section = try Section.pagingFile(
            1, byteCount: 0x60_0000, protection: .readWrite, attributes: [.commit, .largePages], platform: space.platform,
            ledger: space.ledger, canLockMemory: true)
        func result(_ section: Section, _ change: (inout ViewRequest) -> Void = { _ in }) -> NTStatus? {
            var request = ViewRequest(section: section, protection: .readWrite)
            request.type = .largePages
            change(&request)
            return status { () throws(NTStatus) in
                let view = try space.mapView(request)
                #expect(view.range.start.rawValue % 0x20_0000 == 0)
                try space.unmapView(view.range.start)
            }
        }
        // The first address that is free is none of a large page's.
        try space.allocate(0x1_0000, 0x1000, .reserve)
        #expect(result(section) == nil)
        #expect(result(section) { $0.type = [.largePages, .topDown] } == nil)
        #expect(result(section) { ($0.offset, $0.byteCount) = (0x20_0000, 0x20_0000) } == nil)
        #expect(result(section) { $0.base = VirtualAddress(0x4000_0000) } == nil)
        #expect(result(section) { $0.base = VirtualAddress(0x4001_0000) } == .mappedAlignment)
        #expect(result(section) { $0.offset = 0x1_0000 } == .mappedAlignment)
        #expect(result(section) { $0.byteCount = 0x20_1000 } == .invalidViewSize)
        #expect(result(try pagingFile(space, 0x60_0000)) == .invalidParameter9)
        #expect(result(try file(space, 0x60_0000)) == .invalidParameter9)
        // Without the flag it is mapped like any other.
        let small = try map(&space, section, .readWrite, offset: 0x1_0000, size: 0x1000, base: 0x4001_0000)
        #expect(small == 0x4001_0000)
    }

    @Test func allocationCallsRefuseViews() throws {
        var space = makeSpace()
        let base = try map(&space, try file(space, 0x1_0000), .readWrite)
        let before = space.blocks
        #expect(status { () throws(NTStatus) in try space.free(base, 0, .release) } == .unableToDeleteSection)
        #expect(status { () throws(NTStatus) in try space.free(base, 0x1000, .decommit) } == .unableToDeleteSection)
        #expect(status { () throws(NTStatus) in try space.allocate(base, 0x1000, .commit) } == .alreadyCommitted)
        #expect(status { () throws(NTStatus) in try space.allocate(base, 0x1000, .reset) } != nil)
        #expect(status { () throws(NTStatus) in try space.allocate(base, 0x1000, .reserve) } == .conflictingAddresses)
        #expect(space.blocks == before)
        let paging = try map(&space, try pagingFile(space, 0x1_0000), .readWrite)
        try space.allocate(paging, 0x1000, .reset)
    }

    /// Which protections a section lets views have, and a view its pages.
    @Test func protectionsNeverGrow() throws {
        let words: [PageProtection] = [
            .noAccess, .readOnly, .readWrite, .writeCopy, .execute, .executeRead, .executeReadWrite, .executeWriteCopy,
        ]
        let sections: [PageProtection] = [.readOnly, .readWrite, .writeCopy, .executeRead, .executeReadWrite, .executeWriteCopy]
        func rights(_ word: PageProtection) -> Set<AccessKind> {
            switch word {
            case .noAccess: []
            case .readOnly, .writeCopy: [.read]
            case .readWrite: [.read, .write]
            case .execute: [.execute]
            case .executeRead, .executeWriteCopy: [.read, .execute]
            default: [.read, .write, .execute]
            }
        }
        for sectionWord in sections {
            for viewWord in words where viewWord != .execute {
                var space = makeSpace()
                let section = try file(space, 0x1000, sectionWord, access: [.read, .write, .execute])
                let isAllowed = rights(viewWord).isSubset(of: rights(sectionWord))
                guard isAllowed else {
                    #expect(status { () throws(NTStatus) in try map(&space, section, viewWord) } == .sectionProtection)
                    continue
                }
                let base = try map(&space, section, viewWord)
                #expect(try space.query(base).protection == viewWord && space.query(base).allocationProtection == viewWord)
                for word in words {
                    let failure = status { () throws(NTStatus) in try space.protect(base, 0x1000, word) }
                    #expect(failure == (rights(word).isSubset(of: rights(viewWord)) ? nil : .sectionProtection))
                }
            }
        }
    }

    @Test("a view of a file ends where the section does, to the byte")
    func viewsEndWithTheirSection() throws {
        var space = makeSpace()
        let section = try file(space, 0x1_3456, .readOnly, access: .read)
        func size(_ offset: UInt64, _ size: UInt64) -> UInt64? {
            var request = ViewRequest(section: section, protection: .readOnly)
            (request.offset, request.byteCount) = (offset, size)
            return (try? space.mapView(request).range).map { $0.last.rawValue - $0.start.rawValue + 1 }
        }
        #expect(size(0, 0x1_3456) == 0x1_4000)
        #expect(size(0, 0x1_3457) == nil)
        #expect(size(0x1_0000, 0x3456) == 0x4000)
        #expect(size(0x1_0000, 0x3457) == nil)
        #expect(size(0x1_0000, 0) == 0x4000)
    }

    @Test func writtenCopiesReportThemselvesPageByPage() throws {
        var space = makeSpace()
        let section = try file(space, 0x4000, .writeCopy, access: .read)
        let base = try map(&space, section, .writeCopy)
        #expect(space.ledger.charge == 0x4000)
        #expect(try space.queryRegion(VirtualAddress(base)).commitSize == 0x4000)
        #expect(try space.touch(VirtualAddress(base + 0x1000), .read) == .demandRead)
        #expect(try space.touch(VirtualAddress(base + 0x1008), .write) == .copyOnWrite)
        #expect(try space.touch(VirtualAddress(base + 0x1008), .write) == .ready)
        let blocks = space.blocks.filter { $0.state == .committed }
        #expect(blocks.map(\.protection) == [.writeCopy, .readWrite, .writeCopy])
        #expect(blocks.map(\.byteCount) == [0x1000, 0x1000, 0x2000])
        #expect(blocks.allSatisfy { $0.type == .mapped && $0.allocationProtection == .writeCopy })
        // The old protection says the same, and a page that has its copy makes no other.
        #expect(try space.protect(base + 0x1000, 0x1000, .readOnly) == .readWrite)
        try space.protect(base, 0x4000, .writeCopy)
        #expect(try space.query(base + 0x1000).protection == .readWrite)
        #expect(space.access(VirtualAddress(base + 0x1000), .write) == .ready)
        #expect(space.access(VirtualAddress(base + 0x2000), .write) == .copyOnWrite)
        try space.unmapView(VirtualAddress(base))
        #expect(space.ledger.charge == 0)
        // A new view begins anew.
        let again = try map(&space, section, .writeCopy, base: base)
        #expect(try space.query(again).byteCount == 0x4000)
    }

    @Test func executableCopies() throws {
        var space = makeSpace()
        let section = try file(space, 0x2000, .executeReadWrite, access: [.read, .write, .execute])
        let base = try map(&space, section, .executeWriteCopy)
        #expect(try space.touch(VirtualAddress(base), .write) == .copyOnWrite)
        #expect(try space.query(base).protection == .executeReadWrite)
        let shared = try map(&space, section, .readWrite)
        #expect(try space.touch(VirtualAddress(shared), .write) == .demandRead)
        #expect(try space.queryRegion(VirtualAddress(shared)).commitSize == 0)
    }

    @Test func commitsOfReservedSectionsShowInEveryView() throws {
        var space = makeSpace(limit: 0x10_000)
        let section = try pagingFile(space, 0x10_0000, .reserve)
        let first = try map(&space, section, .readWrite)
        let second = try map(&space, section, .readOnly, offset: 0x1_0000, size: 0x2_0000)
        #expect(
            try space.query(first)
                == MemoryBasicInformation(
                    base: VirtualAddress(first), allocationBase: VirtualAddress(first), allocationProtection: .readWrite,
                    byteCount: 0x10_0000, state: .reserved, protection: [], type: .mapped))
        #expect(space.access(VirtualAddress(first), .read) == .accessViolation)
        #expect(status { () throws(NTStatus) in try space.protect(first, 0x1000, .readOnly) } == .notCommitted)
        try space.allocate(first + 0x1_1000, 0x3000, .commit, .readWrite)
        #expect(space.ledger.charge == 0x3000)
        #expect(try space.query(first + 0x1_0000).byteCount == 0x1000)
        #expect(try space.query(first + 0x1_1000).byteCount == 0x3000)
        let other = try space.query(second + 0x1000)
        #expect(other.state == .committed && other.protection == .readOnly && other.byteCount == 0x3000)
        #expect(try space.query(second).byteCount == 0x1000 && space.query(second + 0x4000).byteCount == 0x1_C000)
        // A view mapped later sees it as well, and one in another process.
        var process = Space(platform: .x64Large, ledger: space.ledger, backend: BookkeepingOnly())
        let third = try map(&process, section, .readWrite)
        #expect(try process.query(third + 0x1_2000).state == .committed)
        // No more than the view allows, and no more than is left.
        #expect(status { () throws(NTStatus) in try space.allocate(second, 0x1000, .commit, .readWrite) } == .sectionProtection)
        #expect(status { () throws(NTStatus) in try space.allocate(first, 0x8_0000, .commit) } == .commitmentLimit)
        try space.allocate(second, 0x2000, .commit, .readOnly)
        #expect(try space.query(first + 0x1_0000).protection == .readWrite)
        #expect(space.ledger.charge == 0x4000)
        #expect(try space.query(first + 0x1_0000).byteCount == 0x4000)
    }

    @Test func backendsHearOfCommittedPagesInEveryView() throws {
        var space = AddressSpace(platform: .x64Large, backend: CheckingBackend())
        let section = try Section.pagingFile(
            1, byteCount: 0x10_000, protection: .readWrite, attributes: .reserve, platform: .x64Large, ledger: space.ledger)
        let first = try space.mapView(ViewRequest(section: section, protection: .readWrite)).range.start.rawValue
        let second = try space.mapView(ViewRequest(section: section, protection: .readOnly)).range.start.rawValue
        #expect(space.backend.pages[first + 0x2000]?.protection == [])
        try space.allocate(first + 0x2000, 0x1000, .commit)
        #expect(space.backend.pages[first + 0x2000]?.protection == .readWrite)
        #expect(space.backend.pages[second + 0x2000]?.protection == .readOnly)
        #expect(space.backend.pages[second + 0x3000]?.protection == [])
        // A view that comes later finds them.
        let third = try space.mapView(ViewRequest(section: section, protection: .readOnly)).range.start.rawValue
        #expect(space.backend.pages[third + 0x2000]?.protection == .readOnly)
        #expect(space.backend.pages[third + 0x1000]?.protection == [])
    }

    @Test func cachingOfSections() throws {
        var space = makeSpace()
        let base = try map(&space, try pagingFile(space, 0x1000, [.commit, .noCache]), .readWrite)
        #expect(try space.query(base).protection == [.readWrite, .noCache])
    }
}
