import MemoryMap
import SeededRandom
import Testing

@testable import UEFIMemory

@Suite("Memory type information")
struct MemoryTypeInformationTests {
    private typealias Entry = MemoryTypeInformation.Entry

    private func words(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    private func read(_ bytes: [UInt8]) -> Result<MemoryTypeInformation, MemoryTypeInformationError> {
        do throws(MemoryTypeInformationError) {
            return .success(try MemoryTypeInformation(decoding: unsafe bytes.span.bytes))
        } catch { return .failure(error) }
    }

    @Test func `a table is read up to its end and written as it was`() throws {
        let table = words([10, 0x80, 9, 4, 0, 0x100, 6, 0, 5, .max, 16, 0])
        let information = try read(table + [1, 2, 3]).get()
        #expect(
            information.entries.map(\.type) == [.acpiNVS, .acpiReclaim, .reserved, .runtimeServicesData, .runtimeServicesCode])
        #expect(information.pages(for: .reserved) == PageCount(0x100))
        #expect(information.pages(for: .runtimeServicesCode) == PageCount(0xFFFF_FFFF))
        #expect(information.pages(for: .loaderData) == .zero)
        var bytes = [UInt8](repeating: 0xEE, count: table.count + 1)
        let written = unsafe bytes.withUnsafeMutableBytes { buffer in
            var raw = unsafe buffer.mutableBytes
            return information.encode(into: &raw)
        }
        #expect(written == table.count && bytes == table + [0xEE])
        var short = [UInt8](repeating: 0xEE, count: table.count - 1)
        let refused = unsafe short.withUnsafeMutableBytes { buffer in
            var raw = unsafe buffer.mutableBytes
            return information.encode(into: &raw)
        }
        #expect(refused == nil && short.allSatisfy { $0 == 0xEE })
        #expect(try read(words([16, 0])).get().entries.isEmpty)
    }

    @Test func `what is no table is refused, with the place`() {
        #expect(read([]) == .failure(.unterminated(byteCount: 0)))
        #expect(read(words([5, 1, 6, 1])) == .failure(.unterminated(byteCount: 16)))
        #expect(read(words([5, 1, 16])) == .failure(.unterminated(byteCount: 12)))
        for type in [7, 14, 15, 17, 0x7000_0000, .max] as [UInt32] {
            #expect(read(words([5, 1, type, 1, 16, 0])) == .failure(.type(offset: 8, MemoryType(type))))
        }
        #expect(read(words([5, 1, 6, 1, 5, 2, 16, 0])) == .failure(.duplicate(offset: 16, .runtimeServicesCode)))
        let tooMany = PageCount(1 << 32)
        #expect(throws: MemoryTypeInformationError.tooManyPages(offset: 8, tooMany)) {
            try MemoryTypeInformation([Entry(type: .reserved, pages: .zero), Entry(type: .acpiNVS, pages: tooMany)])
        }
    }

    @Test func `random bytes are a table or an error`() {
        var random = SeededGenerator(seed: 5)
        var tables = 0
        for _ in 0..<5000 {
            let bytes = words(
                (0..<random.below(12)).map { _ in
                    random.chance(70) ? UInt32(random.below(18)) : UInt32(truncatingIfNeeded: random.next())
                })
            if case .success(let information) = read(bytes) {
                tables += 1
                #expect(information.byteCount <= bytes.count)
                #expect(information.entries.allSatisfy { MemoryTypeInformation.canBeKept($0.type) })
            }
        }
        #expect(tables > 50)
    }

    @Test(
        arguments: [
            // kept, used, next, next where it may shrink
            (100, 100, 100, 100), (100, 101, 126, 126), (100, 400, 500, 500), (100, 67, 100, 100), (100, 66, 100, 82),
            (100, 65, 100, 81), (100, 0, 100, 0), (0, 0, 0, 0), (0, 1, 4, 4), (0, 17, 21, 21), (3, 3, 4, 4), (10, 2, 10, 4),
            (0xFFFF_FFFF, 0, 0xFFFF_FFFF, 0), (16, UInt64.max, 0xFFFF_FFFF, 0xFFFF_FFFF),
            (16, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF),
            (16, UInt64.max / 2, 0xFFFF_FFFF, 0xFFFF_FFFF),
        ] as [(UInt64, UInt64, UInt64, UInt64)])
    func `the next boot keeps what this one used and a quarter`(kept: UInt64, used: UInt64, next: UInt64, shrunk: UInt64) throws {
        let table = try MemoryTypeInformation([
            Entry(type: .reserved, pages: PageCount(7)), Entry(type: .runtimeServicesData, pages: PageCount(kept)),
        ])
        let peaks = [
            Entry(type: .loaderData, pages: PageCount(1 << 40)), Entry(type: .runtimeServicesData, pages: PageCount(used)),
            Entry(type: .reserved, pages: PageCount(7)),
        ]
        for (shrinks, expected) in [(false, next), (true, shrunk)] {
            let result = table.next(after: peaks, shrinks: shrinks)
            #expect(result.entries.map(\.type) == table.entries.map(\.type))
            #expect(result.pages(for: .runtimeServicesData) == PageCount(expected))
            #expect(result.pages(for: .reserved) == PageCount(7))
            // The next boot of the same use changes nothing more.
            #expect(result.next(after: peaks, shrinks: shrinks) == result)
        }
    }
}
