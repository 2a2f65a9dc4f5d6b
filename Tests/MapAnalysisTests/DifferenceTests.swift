import MapAnalysis
import MapFormats
import MemoryMap
import SeededRandom
import Testing

@Suite("Differences")
struct DifferenceTests {
    private func map(_ regions: [(UInt64, UInt64, String)]) throws -> AnalyzedMap {
        func hex(_ value: UInt64) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        let text = regions.map { "BIOS-e820: [mem 0x\(hex($0.0))-0x\(hex($0.1))] \($0.2)" }.joined(separator: "\n")
        return try #require(try read(text).analyzed().first)
    }

    @Test("A map does not differ from itself")
    func same() throws {
        let one = try map([(0, 0x9FFFF, "usable"), (0x10_0000, 0x1F_FFFF, "usable")])
        #expect(MapDifference(one, one).isEmpty)
    }

    @Test("Changes are as long as both maps keep their types")
    func changes() throws {
        let one = try map([(0, 0x9FFFF, "usable"), (0x10_0000, 0x1F_FFFF, "usable")])
        let other = try map([(0, 0x8FFFF, "usable"), (0x90000, 0x9FFFF, "reserved"), (0x10_0000, 0x2F_FFFF, "usable")])
        let difference = MapDifference(one, other)
        #expect(difference.changes.map(\.range.start.rawValue) == [0x90000, 0x20_0000])
        #expect(difference.changes.map(\.range.last.rawValue) == [0x9FFFF, 0x2F_FFFF])
        #expect(difference.changes.map { $0.before?.type } == [.conventional, nil])
        #expect(difference.changes.map { $0.after?.type } == [.reserved, .conventional])
        #expect(difference.totals.map { Int($0.after) - Int($0.before) } == [0x10000, 0xF0000])
    }

    @Test("Changes are those found byte by byte", arguments: UInt64(0)..<100)
    func model(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let words = ["usable", "reserved", "ACPI NVS"]
        func random64() throws -> (AnalyzedMap, [Int]) {
            var cells = [Int](repeating: -1, count: 64)
            var regions: [(UInt64, UInt64, String)] = []
            var next = 0
            while next < 60 {
                next += random.below(4)
                let length = 1 + random.below(6)
                guard next + length <= 64 else { break }
                let word = random.below(3)
                regions.append((UInt64(next) << 12, (UInt64(next + length) << 12) - 1, words[word]))
                for cell in next..<next + length { cells[cell] = word }
                next += length
            }
            if regions.isEmpty { regions = [(0, 0xFFF, words[0])]; cells[0] = 0 }
            return (try map(regions), cells)
        }
        let (one, left) = try random64()
        let (other, right) = try random64()
        var expected = Set<Int>()
        for cell in 0..<64 where left[cell] != right[cell] { expected.insert(cell) }
        var found = Set<Int>()
        for change in MapDifference(one, other).changes {
            for cell in Int(change.range.start.rawValue >> 12)...Int(change.range.last.rawValue >> 12) {
                #expect(found.insert(cell).inserted)
            }
        }
        #expect(found == expected)
    }
}
