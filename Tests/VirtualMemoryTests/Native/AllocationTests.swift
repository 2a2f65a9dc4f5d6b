import MemoryMap
import Testing

@testable import VirtualMemory

@Suite struct AllocationTests {
    /// Base, size, type, protection and what becomes of it.
    static let refused: [(UInt64, UInt64, AllocationType, PageProtection, NTStatus)] = [
        (0, 0, .reserve, .readWrite, .invalidParameter4),
        (0, .max, .reserve, .readWrite, .invalidParameter4),
        (0, 0x8000_0000_0000, .reserve, .readWrite, .invalidParameter4),
        (0, 0x1000, [], .readWrite, .invalidParameter5),
        (0, 0x1000, .topDown, .readWrite, .invalidParameter5),
        (0, 0x1000, .writeWatch, .readWrite, .invalidParameter5),
        (0, 0x1000, [.topDown, .reset], .readWrite, .invalidParameter5),
        (0, 0x1000, [.commit, .reset], .readWrite, .invalidParameter5),
        (0, 0x1000, [.physical, .commit], .readWrite, .invalidParameter5),
        (0, 0x1000, .physical, .readWrite, .invalidParameter5),
        (0, 0x1000, [.reserve, .physical], .readOnly, .invalidParameter6),
        (0, 0x1000, AllocationType(rawValue: 0x4000_0000 | 0x2000), .readWrite, .invalidParameter5),
        (0, 0x1000, AllocationType(rawValue: 0x1 | 0x2000), .readWrite, .invalidParameter5),
        (0, 0x1000, [.reserve, .reservePlaceholder], .noAccess, .invalidParameter),
        (0, 0x1000, [.commit, .writeWatch], .readWrite, .invalidParameter5),
        (0, 0x20_0000, [.reserve, .largePages], .readWrite, .invalidParameter5),
        (0, 0x20_0000, [.reserve, .commit, .largePages], .readWrite, .privilegeNotHeld),
        (0x8000, 0x1000, .reserve, .readWrite, .invalidParameter2),
        (0x7FFF_FFFF_0000, 0x1000, .reserve, .readWrite, .invalidParameter2),
        (0x7FFF_FFFE_0000, 0x2_0000, .reserve, .readWrite, .invalidParameter2),
        (0xFFFF_FFFF_FFFF_0000, 0x1000, .reserve, .readWrite, .invalidParameter2),
        (0x5000_0000, 0x1000, .commit, .readWrite, .conflictingAddresses),
    ]

    @Test(arguments: refused) func refusals(
        base: UInt64, size: UInt64, type: AllocationType, protection: PageProtection, expected: NTStatus
    ) {
        var space = makeSpace()
        let before = space.blocks
        #expect(status { () throws(NTStatus) in try space.allocate(base, size, type, protection) } == expected)
        #expect(space.blocks == before)
    }

    /// Words that no private memory can have, whether it is only reserved or not.
    static let badProtections: [PageProtection] = [
        [], [.readOnly, .readWrite], .writeCopy, .executeWriteCopy, [.noAccess, .guardPage], [.noAccess, .writeCombine],
        [.noAccess, .noCache], [.readWrite, .guardPage, .noCache], [.readWrite, .guardPage, .writeCombine],
        [.readWrite, .noCache, .writeCombine], .guardPage, PageProtection(rawValue: 0x804), [.readWrite, .targetsNoUpdate],
    ]

    @Test(arguments: badProtections) func refusedProtections(protection: PageProtection) throws {
        var space = makeSpace()
        for type in [.reserve, .commit, [.reserve, .commit]] as [AllocationType] {
            #expect(status { () throws(NTStatus) in try space.allocate(0, 0x1000, type, protection) } == .invalidPageProtection)
        }
        let base = try space.allocate(0, 0x1000, .reserve)
        #expect(
            status { () throws(NTStatus) in try space.allocate(base, 0x1000, .commit, protection) } == .invalidPageProtection)
    }

    @Test func acceptedTypesAndProtections() throws {
        var space = makeSpace()
        for type in [.commit, [.topDown, .commit], [.reserve, .writeWatch], [.reserve, .physical]] as [AllocationType] {
            let base = try space.allocate(0, 0x1000, type)
            #expect(base & 0xFFFF == 0)
        }
        for protection in [
            .noAccess, .readOnly, .readWrite, .execute, .executeRead, .executeReadWrite, [.readWrite, .guardPage],
            [.readOnly, .writeCombine], [.readWrite, .noCache], [.executeRead, .targetsNoUpdate],
        ] as [PageProtection] {
            let base = try space.allocate(0, 0x1000, [.reserve, .commit], protection)
            #expect(try space.query(base).protection == protection.subtracting(.targetsNoUpdate))
        }
    }

    @Test func commitWithoutBaseReserves() throws {
        var space = makeSpace()
        let base = try space.allocate(0, 0x1001, .commit)
        let block = try space.query(base)
        #expect(block.state == .committed && block.byteCount == 0x2000 && block.allocationBase?.rawValue == base)
        #expect(space.ledger.charge == 0x2000)
    }

    @Test func reservationsKeepOutOfUsedGranules() throws {
        var space = makeSpace()
        #expect(try space.allocate(0x5000_0000, 0x1000, .reserve) == 0x5000_0000)
        // The tail of the granule is free and cannot be had.
        #expect(try space.query(0x5000_1000).state == .free)
        #expect(status { () throws(NTStatus) in try space.allocate(0x5000_1000, 0x1000, .reserve) } == .conflictingAddresses)
        #expect(status { () throws(NTStatus) in try space.allocate(0x4FFF_0000, 0x1_0001, .reserve) } == .conflictingAddresses)
        #expect(try space.allocate(0x4FFF_0000, 0x1_0000, .reserve) == 0x4FFF_0000)
        #expect(try space.allocate(0x5001_0000, 0x1000, .reserve) == 0x5001_0000)
    }

    @Test func commitsLieInOneReservation() throws {
        var space = makeSpace()
        try space.allocate(0x5000_0000, 0x2_0000, .reserve)
        try space.allocate(0x5002_0000, 0x1_0000, .reserve)
        for (base, size) in [(0x5001_F000, 0x2000), (0x5002_F000, 0x1001), (0x4FFF_F000, 0x2000)] as [(UInt64, UInt64)] {
            let before = space.blocks
            #expect(status { () throws(NTStatus) in try space.allocate(base, size, .commit) } == .conflictingAddresses)
            #expect(space.blocks == before && space.ledger.charge == 0)
        }
        // Down and up to pages.
        let range = try space.allocate(
            AllocationRequest(base: VirtualAddress(0x5000_1FFF), byteCount: 2, type: .commit, protection: .readOnly))
        #expect(range == VirtualRange(start: VirtualAddress(0x5000_1000), byteCount: 0x2000))
        #expect(space.ledger.charge == 0x2000)
        // What is committed takes the new protection, and is not charged again.
        try space.allocate(0x5000_2000, 0x2000, .commit, .readWrite)
        #expect(try space.query(0x5000_1000).byteCount == 0x1000)
        #expect(try space.query(0x5000_2000).protection == .readWrite)
        #expect(space.ledger.charge == 0x3000)
    }

    @Test func commitmentHasALimit() throws {
        var space = makeSpace(limit: 0x10_000)
        let base = try space.allocate(0, 0x100_0000, .reserve)
        try space.allocate(base, 0xF000, .commit)
        let before = space.blocks
        #expect(status { () throws(NTStatus) in try space.allocate(base + 0xF000, 0x2000, .commit) } == .commitmentLimit)
        #expect(status { () throws(NTStatus) in try space.allocate(0, 0x2000, .commit) } == .commitmentLimit)
        #expect(space.blocks == before)
        #expect(Win32Error(.commitmentLimit).rawValue == 1455)
        // Overlapping what is committed costs only the rest.
        try space.allocate(base + 0xE000, 0x2000, .commit)
        try space.free(base, 0, .decommit)
        #expect(space.ledger.charge == 0 && space.ledger.peak == 0x10_000)
        // A second process is charged to the same ledger.
        var other = Space(platform: .x64Large, ledger: space.ledger, backend: BookkeepingOnly())
        try other.allocate(0, 0x10_000, .commit)
        #expect(status { () throws(NTStatus) in try space.allocate(base, 1, .commit) } == .commitmentLimit)
    }

    @Test func processesThatEndGiveBackTheirCommitment() throws {
        let ledger = CommitLedger()
        do {
            var space = Space(platform: .x64Large, ledger: ledger, backend: BookkeepingOnly())
            try space.allocate(0, 0x10_000, .commit)
            let base = try space.allocate(0, 0x10_000, .commit)
            try space.free(base, 0, .release)
            let section = try Section.pagingFile(
                1, byteCount: 0x3000, protection: .readWrite, attributes: .commit, platform: .x64Large, ledger: ledger)
            try space.mapView(ViewRequest(section: section, protection: .writeCopy))
            #expect(ledger.charge == 0x16_000)
        }
        #expect(ledger.charge == 0)
    }

    @Test func holesAreTooSmall() throws {
        var space = makeSpace(.x86)
        try space.allocate(0x4000_0000, 0x1000, .reserve)
        #expect(status { () throws(NTStatus) in try space.allocate(0, 0x4000_0000, .reserve) } == .noMemory)
        #expect(try space.allocate(0, 0x3FFE_0000, .reserve) == 0x1_0000)
    }

    @Test func topDownTakesTheHighestPlace() throws {
        var space = makeSpace(.x86)
        #expect(try space.allocate(0, 0x1_0001, [.reserve, .topDown]) == 0x7FFD_0000)
        #expect(try space.allocate(0, 0x1000, [.reserve, .topDown]) == 0x7FFC_0000)
        #expect(try space.allocate(0, 0x1000, .reserve) == 0x1_0000)
    }

    @Test func zeroBits() throws {
        for bits in 1...15 as ClosedRange<UInt64> {
            var space = makeSpace()
            let base = try space.allocate(0, 0x1000, [.reserve, .topDown], zeroBits: bits)
            #expect(base >> (32 - bits) == 0 && base != 0)
        }
        // Nothing below 64 KiB can be had.
        for bits in 16...21 as ClosedRange<UInt64> {
            var space = makeSpace()
            #expect(
                status { () throws(NTStatus) in try space.allocate(0, 0x1000, .reserve, zeroBits: bits) } == .noMemory)
        }
        for bits in 22...31 as ClosedRange<UInt64> {
            var space = makeSpace()
            #expect(
                status { () throws(NTStatus) in try space.allocate(0, 0x1000, .reserve, zeroBits: bits) } == .invalidParameter3)
        }
        var space = makeSpace()
        #expect(try space.allocate(0, 0x1000, [.reserve, .topDown], zeroBits: 0x1234_5678) == 0x1FFF_0000)
        #expect(try space.allocate(0, 0x1000, [.reserve, .topDown], zeroBits: 0x1_0000_0000) == 0x1_FFFF_0000)
        var small = makeSpace(.x86)
        #expect(
            status { () throws(NTStatus) in try small.allocate(0, 0x1000, .reserve, zeroBits: 0x1FFF_FFFF) } == .invalidParameter3
        )
    }

    @Test func addressRequirements() throws {
        func place(_ requirements: AddressRequirements, base: UInt64? = nil, topDown: Bool = false) throws -> UInt64 {
            var space = makeSpace()
            var request = AllocationRequest(
                base: base.map { VirtualAddress($0) }, byteCount: 0x1000, type: topDown ? [.reserve, .topDown] : .reserve,
                protection: .readWrite)
            request.isExtended = true
            request.requirements = requirements
            return try space.allocate(request).start.rawValue
        }
        func address(_ value: UInt64) -> VirtualAddress { VirtualAddress(value) }
        for alignment in [0x8000, 0x3_0000, 1] as [UInt64] {
            #expect(throws: NTStatus.invalidParameter) { try place(AddressRequirements(alignment: alignment)) }
        }
        #expect(try place(AddressRequirements(alignment: 0x4_0000)) == 0x4_0000)
        #expect(throws: NTStatus.invalidParameter) { try place(AddressRequirements(alignment: 0x1_0000), base: 0x5000_0000) }
        for lowest in [0x2000_0FFF, 0x2000_1001, 0x7FFF_FFFF_0000] as [UInt64] {
            #expect(throws: NTStatus.invalidParameter) { try place(AddressRequirements(lowest: address(lowest))) }
        }
        #expect(try place(AddressRequirements(lowest: address(0x2001_0000))) == 0x2001_0000)
        for highest in [0x2000_1000, 0x2000_0FFE, 0x7FFF_FFFF_0FFF] as [UInt64] {
            #expect(throws: NTStatus.invalidParameter) { try place(AddressRequirements(highest: address(highest))) }
        }
        #expect(try place(AddressRequirements(highest: address(0x2000_0FFF)), topDown: true) == 0x2000_0000)
        #expect(
            throws: NTStatus.invalidParameter
        ) { try place(AddressRequirements(lowest: address(0x2001_0000), highest: address(0x2000_0FFF))) }
        #expect(throws: NTStatus.noMemory) {
            try place(AddressRequirements(lowest: address(0x2001_0000), highest: address(0x2003_FFFF), alignment: 0x4_0000))
        }
    }

    @Test func resetLeavesStatesAlone() throws {
        var space = makeSpace()
        let base = try space.allocate(0, 0x10_0000, .reserve)
        try space.allocate(base, 0x1000, .commit, .readOnly)
        let before = space.blocks
        try space.allocate(base, 0x2000, .reset, .noAccess)
        try space.allocate(base, 0x2000, .resetUndo, .readWrite)
        #expect(space.blocks == before)
        #expect(status { () throws(NTStatus) in try space.allocate(base + 0xF_F000, 0x2000, .reset) } == .conflictingAddresses)
        #expect(status { () throws(NTStatus) in try space.allocate(base, 0x1000, .reset, []) } == .invalidPageProtection)
    }

    @Test func largePages() throws {
        var space = makeSpace()
        space.canLockMemory = true
        let type: AllocationType = [.reserve, .commit, .largePages]
        let base = try space.allocate(0, 0x40_0000, type)
        #expect(base & 0x1F_FFFF == 0)
        #expect(status { () throws(NTStatus) in try space.allocate(0, 0x30_0000, type) } == .invalidParameter4)
        #expect(status { () throws(NTStatus) in try space.allocate(0x5001_0000, 0x20_0000, type) } == .invalidParameter2)
        #expect(status { () throws(NTStatus) in try space.free(base, 0x20_0000, .decommit) } != nil)
        #expect(status { () throws(NTStatus) in try space.protect(base, 0x20_0000, .readOnly) } == .invalidPageProtection)
        try space.free(base, 0, .release)
        #expect(space.ledger.charge == 0)
    }

    @Test func mediumPagesAreOrdinaryMemory() throws {
        var space = makeSpace()
        let type: AllocationType = [.reserve, .commit, .mediumPages]
        func call(_ base: UInt64, _ size: UInt64, _ type: AllocationType, extended: Bool = true) -> NTStatus? {
            status { () throws(NTStatus) in try space.allocate(base, size, type, extended: extended) }
        }
        #expect(call(0, 0x1_0000, type, extended: false) == .invalidParameter5)
        #expect(call(0, 0x1_1000, type) == .invalidParameter4)
        #expect(call(0x5000_1000, 0x1_0000, type) == .invalidParameter2)
        #expect(call(0, 0x1_0000, [.commit, .mediumPages]) == .invalidParameter5)
        #expect(call(0, 0x1_0000, type.union(.writeWatch)) == .invalidParameter5)
        #expect(call(0x5000_0000, 0x2_0000, type) == nil)
        #expect(try space.query(0x5000_0000).type == .privateMemory && space.ledger.charge == 0x2_0000)
        // Nothing ties its pages together.
        try space.protect(0x5000_1000, 0x1000, .readOnly)
        try space.free(0x5000_2000, 0x1000, .decommit)
        #expect(call(0x6000_0000, 0x2_0000, [.reserve, .mediumPages]) == nil)
        #expect(try space.query(0x6000_0000).state == .reserved)
        try space.free(0x5000_0000, 0, .release)
        try space.free(0x6000_0000, 0, .release)
        #expect(space.ledger.charge == 0)
    }

    @Test func cachingBelongsToTheAllocation() throws {
        var space = makeSpace()
        let base = try space.allocate(0, 0x3000, [.reserve, .commit], [.readWrite, .noCache])
        #expect(try space.protect(base, 0x1000, .readOnly) == [.readWrite, .noCache])
        #expect(try space.query(base).protection == [.readOnly, .noCache])
        #expect(try space.query(base + 0x1000).protection == [.readWrite, .noCache])
        let plain = try space.allocate(0, 0x3000, [.reserve, .commit])
        try space.protect(plain, 0x1000, [.readOnly, .noCache])
        #expect(try space.query(plain).protection == .readOnly)
    }
}
