import MemoryMap
import SeededRandom
import Testing

@testable import UEFIMemory

@Suite("Images of runtime drivers")
struct RuntimeImageTests {
    private struct Section {
        var size: UInt32
        var address: UInt32
        var fileSize: UInt32 = 0
        var flags: UInt32
    }

    private static let text: UInt32 = 0x6000_0020
    private static let data: UInt32 = 0xC000_0040

    private func image(
        start: Int = 0x80, magic: UInt16 = 0x20B, optionalByteCount: UInt16 = 240, alignment: UInt32 = 4096,
        size: UInt32 = 0x6000,
        _ sections: [Section]
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: start + 24 + Int(optionalByteCount) + 40 * sections.count)
        func put<Word: FixedWidthInteger>(_ value: Word, _ offset: Int) {
            for byte in 0..<Word.bitWidth / 8 { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
        }
        if start > 0 {
            put(0x5A4D as UInt16, 0)
            put(UInt32(start), 0x3C)
        }
        put(0x4550 as UInt32, start)
        put(UInt16(sections.count), start + 6)
        put(optionalByteCount, start + 20)
        put(magic, start + 24)
        if optionalByteCount >= 60 {
            put(alignment, start + 24 + 32)
            put(size, start + 24 + 56)
        }
        for (index, section) in sections.enumerated() {
            let offset = start + 24 + Int(optionalByteCount) + 40 * index
            put(section.size, offset + 8)
            put(section.address, offset + 12)
            put(section.fileSize, offset + 16)
            put(section.flags, offset + 36)
        }
        return bytes
    }

    private func read(_ bytes: [UInt8], at base: UInt64 = 0x10_0000) -> Result<RuntimeImage, RuntimeImageError> {
        do throws(RuntimeImageError) {
            return .success(try RuntimeImage(loadedAt: PhysicalAddress(base), headers: unsafe bytes.span.bytes))
        } catch { return .failure(error) }
    }

    private func range(_ start: UInt64, _ byteCount: UInt64) throws -> PhysicalRange {
        try #require(PhysicalRange(start: PhysicalAddress(start), byteCount: byteCount))
    }

    @Test func `code sections are found in both forms of the format`() throws {
        let sections = [
            Section(size: 0x1234, address: 0x1000, flags: Self.text), Section(size: 0x10, address: 0x3000, flags: Self.data),
            Section(size: 0, address: 0x4000, fileSize: 0x200, flags: 0xE000_0020),
            Section(size: 0, address: 0, flags: Self.text),
        ]
        let expected = RuntimeImage(
            range: try range(0x10_0000, 0x6000),
            code: [
                .init(range: try range(0x10_1000, 0x2000)), .init(range: try range(0x10_4000, 0x1000), isWritable: true),
            ])
        for (start, magic, size) in [(0x80, 0x20B, 240), (0x80, 0x10B, 224), (0, 0x20B, 240), (64, 0x20B, 60)]
            as [(Int, UInt16, UInt16)]
        {
            #expect(read(image(start: start, magic: magic, optionalByteCount: size, sections)) == .success(expected))
        }
        #expect(read(image([])) == .success(RuntimeImage(range: try range(0x10_0000, 0x6000), code: [])))
    }

    @Test func `what fills a section up to its alignment is code too`() throws {
        let bytes = image(
            alignment: 65536, size: 0x3_0000,
            [
                Section(size: 0x4000, address: 0x1_0000, flags: Self.text),
                Section(size: 0x10, address: 0x2_0000, flags: Self.data),
            ])
        let image = try read(bytes).get()
        #expect(image.code.map(\.range) == [try range(0x11_0000, 0x1_0000)])
        let region = MemoryRegion(range: image.range, type: .runtimeServicesCode, attributes: .runtime)
        let division = try RuntimeDivision(regions: [region], images: [image], granularity: 65536)
        #expect(
            division.entries.map(\.attributes)
                == [[.runtime, .executeProtected], [.runtime, .readOnly], [.runtime, .executeProtected]])
        // The last section ends with the image, whatever its alignment.
        let last = try read(
            self.image(alignment: 65536, size: 0x1_2000, [Section(size: 0x10, address: 0x1_0000, flags: Self.text)])
        ).get()
        #expect(last.code.map(\.range) == [try range(0x11_0000, 0x2000)])
    }

    @Test func `headers that are none are refused`() {
        let good = image([Section(size: 0x1000, address: 0x1000, flags: Self.text)])
        for count in 0..<good.count {
            guard case .failure(.truncated(let offset)) = read(Array(good[..<count])) else {
                Issue.record("\(count) bytes are too few")
                continue
            }
            #expect(offset + 4 > count)
        }
        #expect(read([UInt8](repeating: 0, count: 512)) == .failure(.noSignature))
        #expect(read(image(magic: 0x107, [])) == .failure(.optionalHeader))
        #expect(read(image(optionalByteCount: 59, []) + [0, 0, 0, 0]) == .failure(.optionalHeader))
        for alignment in [0, 3, 4097] as [UInt32] {
            #expect(read(image(alignment: alignment, [])) == .failure(.sectionAlignment(UInt64(alignment))))
        }
        #expect(read(image(size: 0, [])) == .failure(.imageSize(0)))
        #expect(read(image([]), at: .max - 0x5FFE) == .failure(.imageSize(0x6000)))
        #expect((try? read(image([]), at: .max - 0x5FFF).get()) != nil)
        for bad in [
            Section(size: 0x1000, address: 0x5001, flags: Self.data), Section(size: .max, address: .max, flags: Self.text),
            Section(size: 1, address: 0x1FFF, flags: Self.text), Section(size: 1, address: 0, flags: Self.data),
        ] {
            // The first section fills its page.
            let sections = [Section(size: 0x10, address: 0x1000, flags: Self.text), bad]
            #expect(read(image(sections)) == .failure(.section(index: 1)))
        }
    }

    @Test func `no changed byte is a trap, and what is read can be divided`() throws {
        let good = image([
            Section(size: 0x1000, address: 0x1000, flags: Self.text), Section(size: 0x1800, address: 0x2000, flags: Self.data),
            Section(size: 0x10, address: 0x4000, flags: Self.text),
        ])
        var random = SeededGenerator(seed: 3)
        var images = 0
        for _ in 0..<4000 {
            var bytes = good
            for _ in 0..<1 + random.below(3) { bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
            guard case .success(let image) = read(bytes) else { continue }
            images += 1
            let end = try #require(image.range.end?.alignedUp(to: 4096))
            let region = MemoryRegion(
                range: try range(0x10_0000, end.rawValue - 0x10_0000), type: .runtimeServicesCode, attributes: .runtime)
            let division = try RuntimeDivision(regions: [region], images: [image])
            #expect(division.entries.reduce(0) { $0 + $1.pages.rawValue } == region.pages.rawValue)
        }
        #expect(images > 500)
    }
}
