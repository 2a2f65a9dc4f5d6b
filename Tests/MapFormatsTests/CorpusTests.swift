import MapFormats
import MemoryMap
import Testing

@Suite("Real logs", .enabled(if: Corpus.isThere, "no corpus beside the checkout; set STRATA_CORPUS"))
struct CorpusTests {
    /// One line of the table of expected figures.
    struct Expectation: Sendable, CustomTestStringConvertible {
        var file: String
        var kind: String
        var fields: [String]
        var testDescription: String { "\(file) \(kind)" }
    }

    static let expectations: [Expectation] = {
        guard let bytes = try? Corpus.bytes("EXPECT.tsv") else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            return Expectation(file: fields[0], kind: fields[1], fields: Array(fields[2...]))
        }
    }()

    static let kinds: [String: MapKind] = [
        "e820": .linuxE820, "efi-memNN": .linuxEFI, "efi-arm": .linuxEFIByAddress, "uefi-shell": .shellMemmap,
    ]

    @Test("The figures of the first map of each kind are the expected ones", arguments: expectations)
    func figures(_ expected: Expectation) throws {
        let maps = try read(Corpus.bytes(expected.file)).maps
        let kind = try #require(Self.kinds[expected.kind])
        let map = try #require(maps.first { $0.kind == kind })
        let summary = ListedMapSummary(map, resolved: ResolvedMap(map), policy: .linuxX86)
        func text(_ range: PhysicalRange?) -> [String] {
            ["0x" + String(range?.start.rawValue ?? 0, radix: 16), String(range?.size ?? 0)]
        }
        let figures =
            [String(summary.rowCount), String(summary.usableNow)] + text(summary.largestUsableNow)
            + [String(summary.usableAfterExit)] + text(summary.largestUsableAfterExit)
            + [String(summary.overlappingRows), String(summary.outOfOrderRows)]
        #expect(figures == expected.fields)
    }

    @Test("A Shell map's total is the one that the Shell printed", arguments: expectations.filter { $0.kind == "uefi-shell" })
    func shellTotals(_ expected: Expectation) throws {
        let map = try #require(try read(Corpus.bytes(expected.file)).maps.first { $0.kind == .shellMemmap })
        let stated = try #require(map.statedTotal)
        let counted = map.rows.filter {
            ![MemoryType.reserved, .unusable, .memoryMappedIO, .memoryMappedIOPortSpace].contains($0.type)
        }
        #expect(counted.reduce(0) { $0 + ($1.range?.size ?? 0) } == UInt128(stated))
    }

    @Test("Files are read the same in pieces of any size", arguments: [1, 7, 64, 4096])
    func pieces(_ size: Int) throws {
        for name in ["075-efi-fake-mem-sp.txt", "071-x86-hp-pmem-e820-persistent.txt", "131-uefishell-memmap-rog-trx40.txt"] {
            let bytes = try Corpus.bytes(name)
            let whole = try read(bytes)
            let parts = try read(bytes, pieceSize: size)
            #expect(whole.maps.map(\.rows) == parts.maps.map(\.rows), "\(name) in pieces of \(size)")
        }
    }
}

/// Reads bytes in pieces.
func read(_ bytes: [UInt8], pieceSize: Int = 1 << 20) throws(MapReadError) -> MapCollection {
    var reader = MapReader()
    var start = 0
    while start < bytes.count {
        let end = min(start + pieceSize, bytes.count)
        let piece = Array(bytes[start..<end])
        try reader.read(piece.span)
        start = end
    }
    return try reader.finish()
}
