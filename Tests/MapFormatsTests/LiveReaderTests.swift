import MapFormats
import MemoryMap
import Testing

@Suite("This machine's maps")
struct LiveReaderTests {
    /// A file system of texts.
    private func reader(_ files: [String: String]) -> LiveReader {
        LiveReader { path in files[path].map { .contents(Array($0.utf8)) } ?? .unreadable(reason: "No such file or directory") }
    }

    private func maps(_ outcome: LiveReader.Outcome) -> MapCollection? {
        if case .maps(let maps) = outcome { maps } else { nil }
    }

    private func reason(_ outcome: LiveReader.Outcome) -> String? {
        if case .nothing(let reason) = outcome { reason } else { nil }
    }

    @Test("The firmware's map is read from its folders, the ends inclusive")
    func firmwareMemmap() throws {
        var files: [String: String] = [:]
        for (number, row) in [
            ("0x0", "0x9fbff", "System RAM"), ("0x9fc00", "0x9ffff", "Reserved"), ("0x100000", "0x1fffff", "ACPI Tables"),
        ]
        .enumerated() {
            files["/sys/firmware/memmap/\(number)/start"] = row.0 + "\n"
            files["/sys/firmware/memmap/\(number)/end"] = row.1 + "\n"
            files["/sys/firmware/memmap/\(number)/type"] = row.2 + "\n"
        }
        let map = try #require(maps(reader(files).read(.firmwareMemmap))?.maps.first)
        #expect(map.rows.map(\.last.rawValue) == [0x9FBFF, 0x9FFFF, 0x1F_FFFF])
        #expect(map.rows.map(\.type) == [.conventional, .reserved, .acpiReclaim])
    }

    @Test("The runtime map has pages, types and attributes")
    func runtimeMap() throws {
        let folder = "/sys/firmware/efi/runtime-map/0/"
        let files = [
            folder + "phys_addr": "0x7f000000\n", folder + "num_pages": "0x10\n", folder + "type": "0x5\n",
            folder + "attribute": "0x800000000000000f\n", folder + "virt_addr": "0xffff\n",
        ]
        let row = try #require(maps(reader(files).read(.runtimeMap))?.maps.first?.rows.first)
        #expect(row.type == .runtimeServicesCode)
        #expect(row.last.rawValue == 0x7F00_FFFF)
        #expect(row.attributes.contains(.runtime))
    }

    @Test("Where nothing can be read, the reason says what and why")
    func reasons() {
        for place in LiveReader.Place.allCases {
            #expect(reason(reader([:]).read(place))?.contains("\(place.path)") ?? false)
        }
        let hidden = reader(["/proc/iomem": "00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n"])
        #expect(reason(hidden.read(.iomem))?.contains("root") ?? false)
        #expect(reason(reader(["/sys/firmware/fdt": "text"]).read(.deviceTree)) != nil)
    }
}
