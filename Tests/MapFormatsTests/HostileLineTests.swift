import MapFormats
import Testing

/// Lines that are almost rows.
@Suite struct HostileLineTests {
    private func read(_ bytes: [UInt8]) throws -> MapCollection {
        var reader = MapReader()
        try reader.read(bytes.span)
        return try reader.finish()
    }

    @Test("every sample may end anywhere and lack any byte", arguments: Sample.all)
    func survivesDamage(sample: Sample) throws {
        let text = Array(sample.text.utf8)
        for index in text.indices {
            _ = try read(Array(text[..<index]))
            _ = try read(Array(text[index...]))
            var damaged = text
            damaged.remove(at: index)
            #expect(try read(damaged).rowCount <= sample.rows.count + 1)
        }
    }

    @Test("a mark that ends one part of a row and starts the next is no crash")
    func survivesMarksInTheWrongOrder() throws {
        let line = "0000000000000000-00000000ffffffff (prio 0, ram): @0000000000000000"
        #expect(try read(Array(line.utf8)).maps.first?.rows.count == 1)
        #expect(try read(Array("00000000-00000fff (prio 0, ram):  @".utf8)).rowCount == 1)
    }
}
