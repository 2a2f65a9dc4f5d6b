import MapFormats
import MemoryMap
import Testing

@Suite("Large maps")
struct LargeMapTests {
    /// Builds without optimization take a second for a few ten thousand.
    private var rowCount: Int {
        #if DEBUG
            50_000
        #else
            1_000_000
        #endif
    }

    @Test("A million rows are read, resolved and counted")
    func million() throws {
        var reader = MapReader()
        var text: [UInt8] = []
        let digits = Array("0123456789abcdef".utf8)
        func append(_ value: UInt64) {
            for shift in stride(from: UInt64(60), through: 0, by: -4) { text.append(digits[Int(value >> shift & 0xF)]) }
        }
        let count = rowCount
        for row in 0..<UInt64(count) {
            text += Array("BIOS-e820: [mem 0x".utf8)
            append(row << 13)
            text += Array("-0x".utf8)
            append(row << 13 | 0xFFF)
            text += Array("] usable\n".utf8)
            if text.count > 1 << 20 {
                try reader.read(text.span)
                text.removeAll(keepingCapacity: true)
            }
        }
        try reader.read(text.span)
        let maps = try reader.finish()
        #expect(maps.rowCount == count)
        let map = try #require(maps.maps.first)
        let summary = ListedMapSummary(map, resolved: ResolvedMap(map), policy: .linuxX86)
        #expect(summary.usableNow == UInt128(count) << 12)
        #expect(summary.holes.count == count - 1)
        #expect(maps.words.count < 8)
    }

    @Test("Words are bounded in number and length")
    func words() throws {
        var reader = MapReader()
        for number in 0..<(WordTable.limit / 8 * 9) {
            let line = Array("BIOS-e820: [mem 0x0000000000000000-0x0000000000000fff] word \(number)\n".utf8)
            try reader.read(line.span)
        }
        #expect(try reader.finish().words.count <= WordTable.limit)
    }
}
