import MapFormats
import MemoryMap
import MemoryReport
import Testing

@Suite("Writing maps")
struct WriterTests {
    /// Writes all maps in Strata's own form.
    private func write(_ collection: MapCollection, _ format: MapOutputFormat) throws(MapWriteError) -> [UInt8] {
        var writer = MapWriter(format)
        writer.source = "a \"b\", c"
        var buffer = ByteBuffer()
        writer.begin(&buffer)
        for (number, map) in collection.maps.enumerated() {
            try writer.write(map, words: collection.words, number: number, to: &buffer)
        }
        return buffer.bytes
    }

    /// A row without its place, which is another one in the written file.
    private func content(_ collection: MapCollection) -> [[String]] {
        collection.maps.map { map in
            ["\(map.kind.name) \(map.label) \(map.convention.name)"]
                + map.rows.map {
                    "\($0.start) \($0.last) \($0.defect) \($0.type.rawValue) \($0.attributes) \($0.marks) \($0.number) "
                        + collection.word(of: $0)
                }
        }
    }

    @Test("Strata's own forms keep everything of every grammar's rows", arguments: Sample.all, [MapOutputFormat.json, .csv])
    func roundTrip(_ sample: Sample, format: MapOutputFormat) throws {
        let first = try read(Array(sample.text.utf8))
        let second = try read(write(first, format))
        #expect(content(first) == content(second))
    }

    @Test("Forms that hold a UEFI map give it back", arguments: [MapOutputFormat.efi, .efiByAddress, .shell, .descriptorCSV])
    func descriptors(format: MapOutputFormat) throws {
        let text = (0..<20).map { type in
            let start = String(type * 0x3000, radix: 16)
            let last = String(type * 0x3000 + 0x1FFF, radix: 16)
            return
                "MemoryMap,\"\(type < 16 ? Self.names[type] : "7000000" + String(type - 16))\",\"\(start)\",\"\(last)\",\"2\",\"800000000000000F\""
        }.joined(separator: "\n")
        let first = try read(Array(text.utf8))
        #expect(first.rowCount == 20)
        let second = try read(write(first, format))
        func content(_ collection: MapCollection) -> [String] {
            collection.maps.flatMap(\.rows).map { "\($0.start) \($0.last) \($0.type.rawValue) \($0.attributes)" }
        }
        #expect(content(first) == content(second))
    }

    private static let names = [
        "Reserved", "LoaderCode", "LoaderData", "BS_Code", "BS_Data", "RT_Code", "RT_Data", "Available", "Unusable", "ACPI_Recl",
        "ACPI_NVS", "MMIO", "MMIO_Port", "PalCode", "Persistent", "0000000F",
    ]

    @Test("What a form cannot hold is an error that says where")
    func refusals() throws {
        let bios = try read(Array(" BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable".utf8))
        #expect(throws: MapWriteError.notWholePages(line: 1)) { try write(bios, .shell) }
        let wrapping = try read(Array("MMap[0]: 0x1000 - 0x0 len=0, type=7, attr=0xf".utf8))
        #expect(throws: MapWriteError.self) { try write(wrapping, .efiDescriptors) }
        let top = try read(Array("MemoryMap,\"Reserved\",\"FFFFFFFFFFFFF000\",\"FFFFFFFFFFFFFFFF\",\"1\",\"1\"".utf8))
        #expect(throws: MapWriteError.endNotExpressible(line: 1)) { try write(top, .firmwareMemmap) }
        #expect(try write(top, .efi).count > 0)
    }
}
