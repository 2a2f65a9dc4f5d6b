import MemoryMap
import SeededRandom
import PEFixtures
import Testing

@testable import VirtualMemory

@Suite struct PEImageTests {
    static func parse(_ bytes: [UInt8]) throws(PEImageError) -> PEImage { try PEImage(parsing: bytes.span.rawBytes) }

    @Test(arguments: [true, false]) func headers(is64Bit: Bool) throws {
        var fixture = PEFixture()
        if !is64Bit { fixture.make32Bit() }
        let image = try Self.parse(fixture.bytes)
        #expect(image.is64Bit == is64Bit)
        #expect(image.machine == (is64Bit ? 0x8664 : 0x14C))
        #expect(image.preferredBase == fixture.base)
        #expect(image.imageSize == 0x7000)
        #expect(image.isLargeAddressAware && image.isRelocatable)
        #expect(image.characteristics.isDisjoint(with: [.swapRunNetwork, .swapRunRemovable]))
        #expect(image.parts.map(\.protection) == [.readOnly, .executeRead, .writeCopy, .readOnly, .readWrite])
        #expect(image.parts.map(\.start) == [0, 0x1000, 0x3000, 0x5000, 0x6000])
        #expect(image.parts[2].fileByteCount == 0x200)
        fixture.characteristics = 0xC01
        let other = try Self.parse(fixture.bytes)
        #expect(!other.isLargeAddressAware && !other.isRelocatable)
        #expect(other.characteristics.isSuperset(of: [.swapRunNetwork, .swapRunRemovable]))
    }

    @Test func relocations() throws {
        let bytes = PEFixture().bytes
        let image = try Self.parse(bytes)
        var found: [PERelocation] = []
        try image.forEachRelocation(in: bytes.span.rawBytes) { found.append($0) }
        #expect(found == [PERelocation(offset: 0x3008, kind: .dir64)])
        #expect(PERelocation(offset: 0, kind: .dir64).relocated(0x1_4000_1000, by: 0x1_0000) == 0x1_4001_1000)
        #expect(PERelocation(offset: 0, kind: .highLow).relocated(0xFFFF_0000, by: 0x2_0000) == 0x1_0000)
        #expect(PERelocation(offset: 0, kind: .high).relocated(0x40, by: 0x12_3456) == 0x52)
        #expect(PERelocation(offset: 0, kind: .low).relocated(0xFFFF, by: 0x12_0002) == 1)
        var damaged = PEFixture()
        for contents in [
            [0, 0x30, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0], [0, 0x30, 0, 0, 14, 0, 0, 0, 0, 0, 0, 0],
            [0, 0x70, 0, 0, 12, 0, 0, 0, 0xFF, 0xAF, 0, 0], [0, 0x30, 0, 0, 12, 0, 0, 0, 0x08, 0xB0, 0, 0],
            [0, 0x60, 0, 0, 12, 0, 0, 0, 0xFA, 0xAF, 0, 0],
        ] as [[UInt8]] {
            damaged.parts[2].contents = contents
            let bytes = damaged.bytes
            let image = try Self.parse(bytes)
            #expect(throws: PEImageError.self) { try image.forEachRelocation(in: bytes.span.rawBytes) { _ in } }
        }
    }

    @Test func damagedHeaders() throws {
        func failure(_ change: (inout PEFixture) -> Void, patch: (Int, [UInt8])? = nil) -> PEImageError? {
            var fixture = PEFixture()
            change(&fixture)
            var bytes = fixture.bytes
            if let (offset, patch) = patch { bytes.replaceSubrange(offset..<offset + patch.count, with: patch) }
            do throws(PEImageError) {
                _ = try Self.parse(bytes)
                return nil
            } catch { return error }
        }
        let (optional, headers) = (PEFixture().optional, PEFixture().headers)
        #expect(failure { _ in } == nil)
        #expect(failure({ _ in }, patch: (0, [0x4D, 0x5B])) == .notMZ)
        #expect(failure({ _ in }, patch: (0x3C, [0xFF, 0xFF, 0xFF, 0xFF])) == .notPE(0xFFFF_FFFF))
        #expect(failure({ _ in }, patch: (0x3C, [0x81])) == .notPE(0x81))
        #expect(failure({ _ in }, patch: (optional, [0x07, 0x01])) == .unknownOptionalHeader(optional))
        #expect(failure({ _ in }, patch: (optional - 4, [20, 0])) == .unknownOptionalHeader(optional))
        #expect(failure { $0.base += 0x1000 } == .invalidBase(optional + 24))
        #expect(failure { $0.sectionAlignment = 0x1800 } == .invalidAlignment(optional + 32))
        #expect(failure { $0.sectionAlignment = 0x100 } == .invalidAlignment(optional + 32))
        #expect(failure({ _ in }, patch: (optional + 60, [0, 0, 0, 0x10])) == .invalidSize(optional + 60))
        #expect(failure { $0.parts[1].start = 0x2000 } == .invalidSection(headers + 40))
        #expect(failure { $0.parts[1].start = 0x3010 } == .invalidSection(headers + 40))
        #expect(failure { $0.parts.swapAt(0, 1) } == .invalidSection(headers + 40))
        #expect(failure({ _ in }, patch: (headers + 20, [0, 0, 0, 0x7F])) == .invalidSection(headers))
        #expect(failure({ _ in }, patch: (headers + 8, [0xFF, 0xFF, 0xFF, 0xFF])) == .invalidSection(headers))
        #expect(NTStatus(PEImageError.notMZ) == .invalidImageNotMZ && NTStatus(.notPE(0)) == .invalidImageFormat)
    }

    /// Whatever the bytes, an image that is accepted can be mapped and lies within its size.
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func hostileBytes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for round in 0..<1500 {
            var fixture = PEFixture()
            if random.chance(50) { fixture.make32Bit() }
            var bytes = fixture.bytes
            let interesting = fixture.headers + 160
            for _ in 0...random.below(4) {
                bytes[random.below(interesting)] = random.pick([0, 1, 0x7F, 0x80, 0xFF, UInt8(random.below(256))])
            }
            if random.oneIn(8) { bytes.removeSubrange(random.below(bytes.count)...) }
            guard let image = try? Self.parse(bytes) else { continue }
            accepted += 1
            for part in image.parts { #expect(part.start + part.byteCount <= image.imageSize, "round \(round)") }
            try? image.forEachRelocation(in: bytes.span.rawBytes) { relocation in
                #expect(relocation.offset + relocation.byteCount <= image.imageSize)
            }
            var space = makeSpace()
            let section = try Section.image(
                SectionFile(token: 1, byteCount: UInt64(bytes.count), access: .read), image, ledger: space.ledger)
            let view = try space.mapView(ViewRequest(section: section, protection: .readOnly))
            var reached = view.range.start.rawValue
            for block in space.blocks where block.type == .image {
                #expect(block.base.rawValue == reached)
                reached += block.byteCount
            }
            #expect(reached == view.range.last.rawValue + 1)
            try space.unmapView(view.range.start)
            #expect(space.ledger.charge == 0)
        }
        #expect(accepted > 200)
    }

    @Test func views() throws {
        var space = makeSpace()
        let image = try Self.parse(PEFixture().bytes)
        let file = SectionFile(token: 1, byteCount: 0x4000, access: [.read])
        let section = try Section.image(file, image, ledger: space.ledger)
        let first = try space.mapView(ViewRequest(section: section, protection: .readOnly))
        #expect(first.range.start.rawValue == image.preferredBase && first.isAtBase)
        let blocks = space.blocks.filter { $0.type == .image }
        #expect(blocks.map(\.protection) == [.readOnly, .executeRead, .writeCopy, .readOnly, .readWrite])
        #expect(blocks.map(\.byteCount) == [0x1000, 0x2000, 0x2000, 0x1000, 0x1000])
        #expect(blocks.allSatisfy { $0.allocationProtection == .executeWriteCopy && $0.state == .committed })
        // Only what can be copied is charged.
        #expect(space.ledger.charge == 0x2000)
        // Where the base is taken, it goes elsewhere and is to be relocated.
        let second = try space.mapView(ViewRequest(section: section, protection: .readOnly))
        #expect(!second.isAtBase && second.range.start.rawValue == 0x1_0000)
        // A view's own argument does not matter, and no page is ever written in place.
        let data = first.range.start.rawValue + 0x3000
        #expect(try space.touch(VirtualAddress(data), .write) == .copyOnWrite)
        #expect(try space.query(data).protection == .readWrite)
        #expect(try space.protect(data - 0x1000, 0x1000, .readWrite) == .executeRead)
        #expect(try space.query(data - 0x1000).protection == .writeCopy)
        #expect(status { () throws(NTStatus) in try space.allocate(data, 0x1000, .commit) } == .alreadyCommitted)
        #expect(
            status { () throws(NTStatus) in
                try Section.image(SectionFile(token: 1, byteCount: 1, access: []), image, ledger: space.ledger).byteCount
            } == .accessDenied)
    }

    /// A section can have the beginning of an image alone, and a view has to be for the image's machine.
    @Test func parts() throws {
        var space = makeSpace()
        let image = try Self.parse(PEFixture().bytes)
        let file = SectionFile(token: 1, byteCount: 0x4000, access: [.read])
        let section = try Section.image(file, image, byteCount: 0x3800, ledger: space.ledger)
        let view = try space.mapView(ViewRequest(section: section, protection: .readOnly))
        #expect(space.blocks.filter { $0.type == .image }.map(\.byteCount) == [0x1000, 0x2000, 0x1000])
        #expect(space.ledger.charge == 0x1000)
        try space.unmapView(view.range.start)
        #expect(
            status { () throws(NTStatus) in
                _ = try Section.image(file, image, byteCount: image.imageSize + 1, ledger: space.ledger)
            } == .sectionTooBig)
        var request = ViewRequest(section: section, protection: .readOnly)
        for (machine, expected) in [(0, nil), (image.machine, nil), (0x166, .notSupported)] as [(UInt16, NTStatus?)] {
            request.imageMachine = machine
            #expect(
                status { () throws(NTStatus) in try space.unmapView(space.mapView(request).range.start) } == expected)
        }
    }

    @Test func imagesWithSmallAlignmentShareTheirPages() throws {
        var space = makeSpace(.ia64)
        let section = try Section.image(
            SectionFile(token: 1, byteCount: 0x4000, access: .read), try Self.parse(PEFixture().bytes), ledger: space.ledger)
        let view = try space.mapView(ViewRequest(section: section, protection: .readOnly))
        #expect(try space.query(view.range.start).byteCount == 0x8000)
        #expect(try space.query(view.range.start).protection == .executeWriteCopy)
    }
}
