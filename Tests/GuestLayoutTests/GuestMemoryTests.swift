import GuestLayout
import MemoryMap
import SeededRandom
import Testing

@Suite("Guest memory")
struct GuestMemoryTests {
    /// Memory of the test's own behind each region; filled with a pattern that tells every address.
    @safe
    final class Backing {
        var pieces: [(range: PhysicalRange, base: UnsafeMutableRawPointer)] = unsafe []

        init(_ ranges: [(start: UInt64, byteCount: UInt64)]) {
            for (start, count) in ranges {
                guard let range = PhysicalRange(start: PhysicalAddress(start), byteCount: count) else { continue }
                let base = UnsafeMutableRawPointer.allocate(byteCount: Int(count), alignment: 16)
                for offset in 0..<count {
                    unsafe base.storeBytes(of: Self.byte(start &+ offset), toByteOffset: Int(offset), as: UInt8.self)
                }
                unsafe pieces.append((range, base))
            }
        }

        deinit {
            for index in unsafe pieces.indices { unsafe pieces[index].base.deallocate() }
        }

        static func byte(_ address: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: (address &* 0x9E37_79B9_7F4A_7C15) >> 56) }

        static func word(_ address: UInt64) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(byte(address &+ UInt64($1))) << UInt64(8 * $1) }
        }
    }

    @Test func insideAndAcross() throws {
        let backing = Backing([(0x2000, 0x1000), (0, 0x1000), (0x1000, 0x1000), (0x8000, 0x10)])
        let memory = unsafe try GuestMemory(unsafeRegions: backing.pieces)
        #expect(memory.regionCount == 4)
        for address in [0, 1, 0xFF8, 0xFF9, 0xFFF, 0x1FFC, 0x2FF8, 0x8008] as [UInt64] {
            #expect(try memory.read(UInt64.self, at: PhysicalAddress(address)) == Backing.word(address))
        }
        #expect(try memory.read(UInt16.self, at: PhysicalAddress(0xFFF)) == UInt16(truncatingIfNeeded: Backing.word(0xFFF)))
        #expect(throws: GuestMemoryError.absent(PhysicalAddress(0x3000))) {
            try memory.read(UInt64.self, at: PhysicalAddress(0x2FF9))
        }
        #expect(throws: GuestMemoryError.absent(PhysicalAddress(0x4000))) {
            try memory.read(UInt8.self, at: PhysicalAddress(0x4000))
        }
        #expect(throws: GuestMemoryError.absent(PhysicalAddress(0x8010))) {
            try memory.read(UInt64.self, at: PhysicalAddress(0x8009))
        }
        #expect(throws: GuestMemoryError.wraps(PhysicalAddress(.max), byteCount: 8)) {
            try memory.read(UInt64.self, at: PhysicalAddress(.max))
        }
        #expect(memory.region(containing: PhysicalAddress(0x1FFF)) == 1)
        #expect(memory.region(containing: PhysicalAddress(0x3000)) == nil)
        #expect(memory.region(containing: PhysicalAddress(0x800F)) == 3)
        #expect(memory.region(containing: PhysicalAddress(.max)) == nil)
    }

    @Test func writes() throws {
        let backing = Backing([(0x1000, 0x1000), (0x2000, 0x1000)])
        let memory = unsafe try GuestMemory(unsafeRegions: backing.pieces)
        try memory.write(UInt64(0x1122_3344_5566_7788), at: PhysicalAddress(0x1FFD))
        #expect(try memory.read(UInt64.self, at: PhysicalAddress(0x1FFD)) == 0x1122_3344_5566_7788)
        #expect(try memory.read(UInt8.self, at: PhysicalAddress(0x1FFD)) == 0x88)
        #expect(try memory.read(UInt32.self, at: PhysicalAddress(0x2000)) == 0x2233_4455)
        let before = try memory.read(UInt32.self, at: PhysicalAddress(0x2FFC))
        #expect(throws: GuestMemoryError.absent(PhysicalAddress(0x3000))) {
            try memory.write(UInt64.max, at: PhysicalAddress(0x2FFC))
        }
        #expect(try memory.read(UInt32.self, at: PhysicalAddress(0x2FFC)) == before)
        try memory.store(7, at: PhysicalAddress(0x1008))
        #expect(try memory.load(at: PhysicalAddress(0x1008)) == 7)
        #expect(throws: PhysicalMemoryError.misaligned(PhysicalAddress(0x1004))) { try memory.load(at: PhysicalAddress(0x1004)) }
        #expect(throws: PhysicalMemoryError.absent(PhysicalAddress(0x3000))) { try memory.load(at: PhysicalAddress(0x3000)) }
    }

    @Test func copies() throws {
        let backing = Backing([(0, 0x100), (0x100, 0x100), (0x200, 0x80)])
        let memory = unsafe try GuestMemory(unsafeRegions: backing.pieces)
        var bytes = [UInt8](repeating: 0, count: 0x200)
        var elements = bytes.mutableSpan
        var span = unsafe elements.mutableBytes
        try memory.read(into: &span, at: PhysicalAddress(0x40))
        #expect(bytes.indices.allSatisfy { bytes[$0] == Backing.byte(UInt64(0x40 + $0)) })
        let pattern = [UInt8](repeating: 0xA5, count: 0x180)
        try memory.write(unsafe pattern.span.bytes, at: PhysicalAddress(0x80))
        #expect(try memory.read(UInt16.self, at: PhysicalAddress(0x1FE)) == 0xA5A5)
        #expect(try memory.read(UInt8.self, at: PhysicalAddress(0x7F)) == Backing.byte(0x7F))
        #expect(try memory.read(UInt8.self, at: PhysicalAddress(0x200)) == Backing.byte(0x200))
        #expect(throws: GuestMemoryError.absent(PhysicalAddress(0x280))) {
            try memory.write(unsafe pattern.span.bytes, at: PhysicalAddress(0x101))
        }
        #expect(try memory.read(UInt8.self, at: PhysicalAddress(0x200)) == Backing.byte(0x200))
    }

    @Test func mistakes() throws {
        #expect(throws: GuestMemoryError.noRegions) { _ = unsafe try GuestMemory(unsafeRegions: []) }
        let backing = Backing([(0x1000, 0x1000), (0x1FFF, 0x10)])
        #expect(throws: GuestMemoryError.overlap(PhysicalAddress(0x1FFF))) {
            _ = unsafe try GuestMemory(unsafeRegions: backing.pieces)
        }
        let top = Backing([(0, 0x10), (UInt64.max - 0xF, 0x10)])
        let memory = unsafe try GuestMemory(unsafeRegions: top.pieces)
        #expect(try memory.read(UInt64.self, at: PhysicalAddress(UInt64.max - 7)) == Backing.word(UInt64.max - 7))
        #expect(throws: GuestMemoryError.wraps(PhysicalAddress(UInt64.max - 6), byteCount: 8)) {
            try memory.read(UInt64.self, at: PhysicalAddress(UInt64.max - 6))
        }
        #expect(throws: GuestMemoryError.absent(PhysicalAddress(0x10))) { try memory.read(UInt64.self, at: PhysicalAddress(0xF)) }
    }

    @Test("lookups agree with a search through all regions", arguments: 0..<8) func model(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var ranges: [(start: UInt64, byteCount: UInt64)] = []
        var next = UInt64(random.below(1 << 20))
        for _ in 0..<(1 + random.below(80)) {
            let count = UInt64(1 + random.below(random.oneIn(4) ? 4096 : 16))
            ranges.append((next, count))
            next += count
            if random.chance(50) { next += UInt64(random.below(random.oneIn(4) ? 1 << 24 : 64)) }
        }
        let backing = Backing(ranges.shuffled(using: &random))
        let memory = unsafe try GuestMemory(unsafeRegions: backing.pieces)
        for _ in 0..<2_000 {
            let range = random.pick(ranges)
            let address = range.start &+ UInt64(random.below(Int(range.byteCount) + 40)) &- 20
            let expected = ranges.firstIndex { address >= $0.start && address - $0.start < $0.byteCount }
            #expect(memory.region(containing: PhysicalAddress(address)) == expected)
            let isThere = (0..<8).allSatisfy { offset in
                ranges.contains { address &+ offset >= $0.start && address &+ offset - $0.start < $0.byteCount }
            }
            let word = try? memory.read(UInt64.self, at: PhysicalAddress(address))
            #expect(word == (isThere ? Backing.word(address) : nil))
        }
    }
}
