import MemoryMap
import SeededRandom
import Testing

@testable import VirtualMemory

/// Calls with whatever arguments: none may stop the process, and none that fails may leave a trace.
@Suite struct HostileCallTests {
    private static func number(_ random: inout SeededGenerator) -> UInt64 {
        let edges: [UInt64] = [
            0, 1, 0xFFF, 0x1000, 0xFFFF, 0x1_0000, 0x7FFE_FFFF, 0x7FFF_0000, 0x8000_0000, 0xFFFF_FFFF, 0x7FFF_FFFE_FFFF,
            0x7FFF_FFFF_0000, 0x8000_0000_0000, 1 << 62, 1 << 63, .max - 0xFFFF, .max - 0xFFF, .max,
        ]
        switch random.below(4) {
        case 0: return random.pick(edges)
        case 1: return random.pick(edges) &+ UInt64(random.below(5)) &- 2
        case 2: return 0x1_0000 + UInt64(random.below(64)) * 0x1000
        default: return random.next() >> UInt64(random.below(64))
        }
    }

    private static func word(_ random: inout SeededGenerator) -> UInt32 {
        switch random.below(3) {
        case 0: 1 << UInt32(random.below(32))
        case 1: 1 << UInt32(random.below(32)) | 1 << UInt32(random.below(32))
        default: UInt32(truncatingIfNeeded: random.next() & random.next() & random.next())
        }
    }

    private func call(_ random: inout SeededGenerator, _ space: inout Space, _ sections: [Section]) throws(NTStatus) {
        let (base, size, word) = (Self.number(&random), Self.number(&random), Self.word(&random))
        let address = VirtualAddress(base)
        switch random.below(15) {
        case 0...2:
            var request = AllocationRequest(
                base: random.chance(30) ? nil : address, byteCount: size,
                type: AllocationType(
                    rawValue: random.chance(60)
                        ? random.pick([0x1000, 0x2000, 0x3000, 0x20_3000, 0x10_2000, 0x4_2000, 0x6000, 0x40_2000]) : word),
                protection: random.chance(70)
                    ? random.pick([.readWrite, .noAccess]) : PageProtection(rawValue: Self.word(&random)))
            request.isExtended = random.chance(50)
            request.zeroBits = random.chance(20) ? Self.number(&random) : 0
            if random.chance(20) {
                request.requirements = AddressRequirements(
                    lowest: random.chance(50) ? VirtualAddress(Self.number(&random)) : nil,
                    highest: random.chance(50) ? VirtualAddress(Self.number(&random)) : nil,
                    alignment: random.chance(50) ? 1 << UInt64(random.below(64)) : 0)
            }
            try space.allocate(request)
        case 3: try space.free(base, size, FreeType(rawValue: random.pick([0x4000, 0x8000, 0x8001, 0x8002, word])))
        case 4: try space.protect(base, size, random.chance(60) ? .readOnly : PageProtection(rawValue: word))
        case 5: _ = try space.query(base)
        case 6: _ = try space.queryRegion(address)
        case 7: try space.lock(address, byteCount: size)
        case 8: try space.unlock(address, byteCount: size)
        case 9: _ = try space.writtenPages(address, byteCount: size, capacity: 8, reset: random.chance(50))
        case 10:
            var request = ViewRequest(
                section: random.pick(sections), protection: random.chance(70) ? .readOnly : PageProtection(rawValue: word))
            request.base = random.chance(50) ? nil : address
            request.offset = random.chance(50) ? 0 : Self.number(&random)
            request.byteCount = random.chance(50) ? 0 : size
            request.type = random.chance(70) ? [] : AllocationType(rawValue: Self.word(&random))
            try space.mapView(request)
        case 11: try space.unmapView(address, UnmapFlags(rawValue: UInt32(random.below(5))))
        case 12: _ = try space.touch(address, random.pick(AccessKind.allCases))
        case 13:
            try space.mapFrames(
                at: [address, VirtualAddress(size)], frames: random.chance(50) ? nil : [size, Self.number(&random)])
        default: try space.mapFrames(address, pageCount: Int(truncatingIfNeeded: size), frames: random.chance(50) ? nil : [size])
        }
    }

    @Test(arguments: [Platform.x86, .x64Large, .ia64, .wow64]) func nothingTrapsOrLeavesTraces(platform: Platform) throws {
        var random = SeededGenerator(seed: 99)
        var space = Space(platform: platform, ledger: CommitLedger(limit: 1 << 30), backend: BookkeepingOnly())
        space.canLockMemory = true
        let sections = [
            try Section.pagingFile(
                1, byteCount: 0x3_0000, protection: .readWrite, attributes: .reserve, platform: platform, ledger: space.ledger),
            try Section.file(
                SectionFile(token: 1, byteCount: 0x1_2345, access: .read), byteCount: 0, protection: .writeCopy,
                attributes: .commit, ledger: space.ledger),
            try Section.file(
                SectionFile(token: 1, byteCount: 1 << 61, access: .read), byteCount: 0, protection: .readOnly,
                attributes: .commit, ledger: space.ledger),
        ]
        var (blocks, charge) = (space.blocks, space.ledger.charge)
        var (succeeded, failed) = (0, 0)
        for step in 0..<4000 {
            let failure = status { () throws(NTStatus) in try call(&random, &space, sections) }
            if failure == nil {
                succeeded += 1
                (blocks, charge) = (space.blocks, space.ledger.charge)
            } else if failure != .guardPageViolation {
                failed += 1
                #expect(space.ledger.charge == charge, "step \(step)")
                if step % 8 == 0 { #expect(space.blocks == blocks, "step \(step)") }
            }
        }
        #expect(succeeded > 200 && failed > 200)
        #expect(space.regions.tree.damage().map { "\($0)" } == nil)
    }

    @Test func sectionsOfAnySize() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<3000 {
            let (size, word, attributes) = (Self.number(&random), Self.word(&random), Self.word(&random))
            let protection = random.chance(60) ? PageProtection.readWrite : PageProtection(rawValue: word)
            let flags = random.chance(60) ? SectionAttributes.commit : SectionAttributes(rawValue: attributes)
            let ledger = CommitLedger(limit: 1 << 40)
            let made = try? Section.pagingFile(
                1, byteCount: size, protection: protection, attributes: flags, platform: .ia64, ledger: ledger)
            #expect(ledger.charge == (flags.contains(.reserve) ? 0 : made?.byteCount ?? 0))
        }
    }
}
