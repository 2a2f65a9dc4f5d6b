import MapAnalysis
import MapFormats
import MemoryMap
import Testing

@Suite("Analyzed maps")
struct AnalyzedMapTests {
    @Test("Each policy takes what its system takes")
    func policies() throws {
        let source = try read(
            """
            efi:   0x000040000000-0x00004fffffff [Conventional|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]
            efi:   0x000050000000-0x000050000fff [Boot Data   |   |  |  |  |  |  |  |  |  |   |  |  |  |UC]
            efi:   0x000050001000-0x000050001fff [ACPI Reclaim|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]
            efi:   0x000050002000-0x000050002fff [Loader Data |   |  |  |SP|  |  |  |  |  |   |WB|WT|WC|UC]
            """)
        let map = try #require(source.analyzed().first)
        let usable = Dictionary(uniqueKeysWithValues: map.summariesByPolicy.map { ($0.policy, $0.usableAfterExit) })
        #expect(usable[.linuxX86] == 0x1000_0000)
        #expect(usable[.linuxARM64] == 0x1000_1000)
        #expect(usable[.freeBSD] == 0x1000_2000)
        #expect(usable[.xnu] == 0x1000_2000)
        #expect(map.summary.policy == .linuxARM64)
        #expect(map.byAttributes.first?.bytes == 0x1000_1000)
    }
}

/// Reads a text as a source.
func read(_ text: String, name: String = "sample.txt") throws(MapReadError) -> MapSource {
    var reader = MapReader()
    let bytes = Array(text.utf8)
    try reader.read(bytes.span)
    return MapSource(name: name, collection: try reader.finish())
}
