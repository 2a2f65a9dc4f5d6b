import ELFFixtures
import ExecutableImage
import MemoryMap
import Testing
import SeededRandom

@Suite struct ELFLoadingTests {
    /// The memory that results from loading a file into `byteCount` bytes of 0xEE, and the error if there was one.
    static func load(_ file: [UInt8], byteCount: Int, base: UInt64) throws -> (memory: [UInt8], error: ELFError?) {
        let image = try ELFImage(validating: file.span)
        var memory = [UInt8](repeating: 0xEE, count: byteCount)
        var failure: ELFError?
        do throws(ELFError) {
            var elements = memory.mutableSpan
            var span = unsafe elements.mutableBytes
            try image.load(into: &span, virtualBase: VirtualAddress(base))
        } catch { failure = error }
        return (memory, failure)
    }

    /// What memory has to look like, worked out from the fixture and not from the file.
    static func expected(_ fixture: ELFFixture, byteCount: Int, base: UInt64) -> [UInt8] {
        var memory = [UInt8](repeating: 0, count: byteCount)
        let file = fixture.bytes
        let first = fixture.base
        let headers = fixture.relocationOffset + 24 * fixture.relocations.count
        for index in 0..<headers { memory[index] = file[index] }
        for segment in fixture.segments {
            for (index, byte) in segment.contents.enumerated() { memory[Int(segment.address - first) + index] = byte }
        }
        if let offset = fixture.dynamicOffset, let last = fixture.segments.last(where: { $0.flags & 2 != 0 }) {
            let place = Int(last.address - first) + (last.contents.count + 7) / 8 * 8
            for index in offset..<offset + 16 * 4 where index < file.count && !fixture.relocations.isEmpty {
                memory[place + index - offset] = file[index]
            }
        }
        for relocation in fixture.relocations {
            memory = memory.replacing(at: Int(relocation.offset - first), with: relocation.addend &+ (base &- first))
        }
        return memory
    }

    @Test(arguments: [0, 0x10000, 0x1000, 0x4000_0000_0000, 0xFFFF_FFFF_FFFF_A000 - 0x1000] as [UInt64])
    func `Loading fills the memory of the image and no more`(base: UInt64) throws {
        let fixture = ELFFixture.small()
        let (memory, error) = try Self.load(fixture.bytes, byteCount: 0x7000, base: base)
        #expect(error == nil)
        #expect(Array(memory[..<0x6000]) == Self.expected(fixture, byteCount: 0x6000, base: base))
        #expect(memory[0x6000...].allSatisfy { $0 == 0xEE })
    }

    @Test func `Random images load as they were made`() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<150 {
            let fixture = ELFFixture.random(using: &generator)
            let file = fixture.bytes
            let image = try ELFImage(validating: file.span)
            let base = UInt64.random(in: 0...0xFFFF_FFFF, using: &generator) << 12
            let (memory, error) = try Self.load(file, byteCount: Int(image.byteCount), base: base)
            #expect(error == nil)
            #expect(memory == Self.expected(fixture, byteCount: Int(image.byteCount), base: base))
            #expect(image.entry(virtualBase: VirtualAddress(base)).rawValue == fixture.entry &- fixture.base &+ base)
        }
    }

    @Test func `A refused load writes nothing`() throws {
        let file = ELFFixture.small().bytes
        let fixed = file.replacing(at: 16, with: UInt16(2))
        var coarse = ELFFixture.small()
        coarse.segments[1].alignment = 0x2_0000
        coarse.segments[1].address = 0x2_0000
        coarse.relocations = []
        let cases: [(file: [UInt8], byteCount: Int, base: UInt64, error: ELFError)] = [
            (file, 0x5FFF, 0, .memoryTooSmall(byteCount: 0x5FFF, needed: 0x6000)),
            (file, 0, 0, .memoryTooSmall(byteCount: 0, needed: 0x6000)),
            (file, 0x6000, 0x800, .misalignedBase(VirtualAddress(0x800), alignment: 4096)),
            (file, 0x6000, .max - 0x2FFF, .baseTooHigh(VirtualAddress(.max - 0x2FFF))),
            (fixed, 0x6000, 0x20000, .fixedAddress(linked: VirtualAddress(0x10000))),
            (coarse.bytes, 0x20000, 0x40000, .misalignedBase(VirtualAddress(0x40000), alignment: 0x20000)),
        ]
        for (file, byteCount, base, expected) in cases {
            let (memory, error) = try Self.load(file, byteCount: byteCount, base: base)
            #expect(error == expected)
            #expect(memory.allSatisfy { $0 == 0xEE })
        }
        #expect(try Self.load(fixed, byteCount: 0x6000, base: 0x10000).error == nil)
        #expect(try Self.load(coarse.bytes, byteCount: 0x20000, base: 0x50000).error == nil)
    }

    @Test func `Broken files are refused or load within bounds`() throws {
        var generator = SeededGenerator(seed: 5)
        var accepted = 0
        var original: [UInt8] = []
        for round in 0..<4000 {
            if round % 40 == 0 { original = ELFFixture.random(using: &generator).bytes }
            var file = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                // Most of what matters is in the headers.
                let place = Int.random(in: 0..<min(file.count - 8, 900), using: &generator)
                let value = [0, 1, 0x1000, UInt64(file.count), 1 << 63, .max, generator.next()].randomElement(using: &generator)
                file = file.replacing(at: place, with: value ?? 0)
            }
            guard ELFImageTests.error(of: file) == nil else { continue }
            accepted += 1
            let image = try ELFImage(validating: file.span)
            ELFInvariants.check(image)
            guard image.byteCount < 1 << 20 else { continue }
            let (_, error) = try Self.load(file, byteCount: Int(image.byteCount), base: image.imageRange.start.rawValue)
            #expect(error == nil)
        }
        #expect(accepted > 50)
    }
}

/// What holds for every image, worked out pair by pair.
enum ELFInvariants {
    static func check(_ image: borrowing ELFImage) {
        var isEntryInCode = false
        for index in 0..<image.segmentCount {
            let segment = image.segment(at: index)
            #expect(!segment.permissions.contains([.write, .execute]))
            #expect(segment.fileByteCount <= segment.byteCount)
            #expect(image.imageRange.contains(segment.range))
            #expect(UInt64(image.bytes(of: segment).byteCount) == segment.fileByteCount)
            if segment.permissions.contains(.execute), segment.range.contains(image.entry) { isEntryInCode = true }
            for other in 0..<index {
                let below = image.segment(at: other)
                #expect(!below.range.overlaps(segment.range))
                let isPageShared = below.range.last.rawValue >> 12 == segment.start.rawValue >> 12
                #expect(!isPageShared || below.permissions == segment.permissions)
            }
        }
        #expect(isEntryInCode)
        for index in 0..<image.relocationCount {
            let offset = image.relocation(at: index).offset
            var isInside = false
            for other in 0..<image.segmentCount {
                let segment = image.segment(at: other)
                guard segment.permissions.contains(.write), let word = VirtualRange(start: offset, byteCount: 8) else { continue }
                isInside = isInside || segment.range.contains(word)
            }
            #expect(isInside)
        }
    }
}
