import MapFormats
import MemoryMap
import Testing

/// A sample of every grammar, written for these tests, with what it means.
struct Sample: Sendable, CustomTestStringConvertible {
    struct Row: Hashable, Sendable {
        var start: UInt64
        var last: UInt64
        var type: MemoryType

        init(_ start: UInt64, _ last: UInt64, _ type: MemoryType) { (self.start, self.last, self.type) = (start, last, type) }
    }

    let kind: MapKind
    let convention: EndConvention
    let text: String
    let rows: [Row]

    init(_ kind: MapKind, _ convention: EndConvention, _ text: String, _ rows: [Row]) {
        (self.kind, self.convention, self.text, self.rows) = (kind, convention, text, rows)
    }

    var testDescription: String { "\(kind.name) \(convention.name)" }

    static let all = systems + others

    private static let systems: [Sample] = [
        Sample(
            .linuxE820, .exclusive,
            """
             BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)
             BIOS-e820: 000000000009fc00 - 00000000000a0000 (reserved)
             BIOS-e820: 0000000000100000 - 000000003fff0000 (usable)
             BIOS-e820: 000000003fff0000 - 0000000040000000 (ACPI data)
            """,
            [
                Row(0, 0x9FBFF, .conventional), Row(0x9FC00, 0x9FFFF, .reserved), Row(0x10_0000, 0x3FFE_FFFF, .conventional),
                Row(0x3FFF_0000, 0x3FFF_FFFF, .acpiReclaim),
            ]),
        Sample(
            .linuxE820, .inclusive,
            """
            [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
            [    0.000000] BIOS-e820: [mem 0x00000000f0000000-0x00000000ffffffff] ACPI NVS
            [    0.000000] BIOS-e820: [mem 0x0000000100000000-0x00000001ffffffff] unusable
            """,
            [
                Row(0, 0x9FBFF, .conventional), Row(0xF000_0000, 0xFFFF_FFFF, .acpiNVS),
                Row(0x1_0000_0000, 0x1_FFFF_FFFF, .unusable),
            ]),
        Sample(
            .linuxE820, .inclusive,
            """
            [    0.000000] BIOS-e820: [mem 0x0000000000001000-0x000000000009ffff]  System RAM
            [    0.000000] BIOS-e820: [mem 0x00000000000f0000-0x00000000000fffff]  device reserved
            """,
            [Row(0x1000, 0x9FFFF, .conventional), Row(0xF0000, 0xFFFFF, .reserved)]),
        Sample(
            .linuxEFI, .exclusive,
            """
            efi: mem00: type=3, attr=0xf, range=[0x0000000000000000-0x0000000000001000) (0MB)
            efi: mem01: type=7, attr=0xf, range=[0x0000000000001000-0x00000000000a0000) (0MB)
            """,
            [Row(0, 0xFFF, .bootServicesCode), Row(0x1000, 0x9FFFF, .conventional)]),
        Sample(
            .linuxEFI, .exclusive,
            """
            [    0.000000] efi: mem00: [Boot Data          |   |  |  |  |   |WB|WT|WC|UC] range=[0x0000000000000000-0x0000000000008000) (0MB)
            [    0.000000] efi: mem01: [Runtime Code       |RUN|  |  |  |   |WB|WT|WC|UC] range=[0x000000007f000000-0x000000007f100000) (1MB)
            """,
            [Row(0, 0x7FFF, .bootServicesData), Row(0x7F00_0000, 0x7F0F_FFFF, .runtimeServicesCode)]),
        Sample(
            .linuxEFI, .inclusive,
            """
            [    0.000000] efi: mem00: [Conventional|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000000000000-0x000000000009efff] (0MB)
            [    0.000000] efi: mem01: [MMIO        |RUN|  |  |  |  |  |  |  |  |   |  |  |  |UC] range=[0x00000000fed00000-0x00000000fed00fff] (0MB)
            """,
            [Row(0, 0x9EFFF, .conventional), Row(0xFED0_0000, 0xFED0_0FFF, .memoryMappedIO)]),
        Sample(
            .linuxEFIByAddress, .inclusive,
            """
            [    0.000000] efi:   0x000040000000-0x00004007ffff [Loader Data |   |  |  |  |  |  |  |  |  |   |WB|  |  |  ]
            [    0.000000] efi:   0x000040080000-0x00007fffffff [Conventional|   |  |  |  |  |  |  |  |  |   |WB|  |  |  ]
            """,
            [Row(0x4000_0000, 0x4007_FFFF, .loaderData), Row(0x4008_0000, 0x7FFF_FFFF, .conventional)]),
        Sample(
            .linuxIOMem, .inclusive,
            """
            00001000-0009ffff : System RAM
            000f0000-000fffff : Reserved
            100000000-1ffffffff : System RAM
            """,
            [
                Row(0x1000, 0x9FFFF, .conventional), Row(0xF0000, 0xFFFFF, .reserved),
                Row(0x1_0000_0000, 0x1_FFFF_FFFF, .conventional),
            ]),
        Sample(
            .shellMemmap, .inclusive,
            """
            Type       Start            End              # Pages          Attributes
            BS_Code    0000000000000000-0000000000000FFF 0000000000000001 000000000000000F
            Available  0000000000001000-000000000009FFFF 000000000000009F 000000000000000F
            RT_Data    000000007F000000-000000007F0FFFFF 0000000000000100 800000000000000F
            """,
            [
                Row(0, 0xFFF, .bootServicesCode), Row(0x1000, 0x9FFFF, .conventional),
                Row(0x7F00_0000, 0x7F0F_FFFF, .runtimeServicesData),
            ]),
        Sample(
            .shellTable, .inclusive,
            """
            ShellCommand,"memmap"
            MemoryMap,"BootServiceCode","0","FFF","1","F"
            MemoryMap,"Available","1000","9FFFF","9F","F"
            """,
            [Row(0, 0xFFF, .bootServicesCode), Row(0x1000, 0x9FFFF, .conventional)]),
        Sample(
            .grubEFI, .inclusive,
            """
            conv-mem  0000000000001000-0000000007ef5fff 00007ef5 130004KiB WB
            RT-data   0000000007ef6000-0000000007f09fff 00000014     80KiB RT WB
            """,
            [Row(0x1000, 0x7EF_5FFF, .conventional), Row(0x7EF_6000, 0x7F0_9FFF, .runtimeServicesData)]),
        Sample(
            .grubMemory, .length,
            """
            base_addr = 0x0, length = 0x9fc00, available RAM
            base_addr = 0xf0000, length = 0x10000, reserved RAM
            """,
            [Row(0, 0x9FBFF, .conventional), Row(0xF0000, 0xFFFFF, .reserved)]),
        Sample(
            .uBootEFI, .exclusive,
            """
            CONVENTIONAL     0000000040000000-0000000044000000 WB
            BOOT DATA        0000000044000000-0000000044200000 WB
            """,
            [Row(0x4000_0000, 0x43FF_FFFF, .conventional), Row(0x4400_0000, 0x441F_FFFF, .bootServicesData)]),
        Sample(
            .limine, .exclusive,
            """
            [1000 -> 9FC00] : 9EC00  <Usable (1)>
            [9FC00 -> A0000] : 400  <Reserved (2)>
            """,
            [Row(0x1000, 0x9FBFF, .conventional), Row(0x9FC00, 0x9FFFF, .reserved)]),
        Sample(
            .coreboot, .inclusive,
            """
             0. 0000000000000000-0000000000000fff: CONFIGURATION TABLES
             1. 0000000000001000-000000000009ffff: RAM
            """,
            [Row(0, 0xFFF, .reserved), Row(0x1000, 0x9FFFF, .conventional)]),
        Sample(
            .xen, .exclusive,
            """
            (XEN)  0000000000000000 - 000000000009fc00 (usable)
            (XEN)  00000000000f0000 - 0000000000100000 (reserved)
            """,
            [Row(0, 0x9FBFF, .conventional), Row(0xF0000, 0xFFFFF, .reserved)]),
        Sample(
            .xen, .inclusive,
            """
            (XEN)  [0000000000000000, 000000000009fbff] (usable)
            (XEN)  [00000000000f0000, 00000000000fffff] (reserved)
            """,
            [Row(0, 0x9FBFF, .conventional), Row(0xF0000, 0xFFFFF, .reserved)]),
        Sample(
            .xenEFI, .inclusive,
            """
            (XEN)  0000000000000-0000000000fff type=3 attr=000000000000000f
            (XEN)  0000000001000-000000009ffff type=7 attr=000000000000000f
            """,
            [Row(0, 0xFFF, .bootServicesCode), Row(0x1000, 0x9FFFF, .conventional)]),
        Sample(
            .esxi, .inclusive,
            """
            <6>MMap[0]: 0x0 - 0x8dfff len=581632, type=7, attr=0xf
            <6>MMap[1]: 0x8e000 - 0x8ffff len=8192, type=0, attr=0xf
            """,
            [Row(0, 0x8DFFF, .conventional), Row(0x8E000, 0x8FFFF, .reserved)]),
    ]
}

@Suite("Every grammar's own sample")
struct GrammarTests {
    private func rows(_ text: String) throws -> [(map: ListedMap, rows: [Sample.Row])] {
        try read(Array(text.utf8)).maps.map { map in
            (map, map.rows.map { Sample.Row($0.start.rawValue, $0.last.rawValue, $0.type) })
        }
    }

    private func expectRows(_ sample: Sample, in text: String) throws {
        let maps = try rows(text)
        #expect(maps.count == 1)
        let map = try #require(maps.first)
        #expect(map.map.kind == sample.kind)
        #expect(map.map.convention == sample.convention)
        #expect(map.rows == sample.rows)
    }

    @Test(arguments: Sample.all)
    func `is read as what it is, with its ends`(sample: Sample) throws { try expectRows(sample, in: sample.text + "\n") }

    @Test(arguments: Sample.all)
    func `is read without a last line feed, with carriage returns, behind a mail's quotes`(sample: Sample) throws {
        try expectRows(sample, in: sample.text)
        let lines = sample.text.split(separator: "\n", omittingEmptySubsequences: false)
        try expectRows(sample, in: lines.joined(separator: "\r\n") + "\r\n")
        if sample.kind != .shellTable { try expectRows(sample, in: lines.map { "> > \($0)\n" }.joined()) }
    }

    @Test(arguments: Sample.all)
    func `is found between lines that are none of it`(sample: Sample) throws {
        let noise = "Linux 6.1 on a machine\nmodel 1234-5678 at 10:00 - 11:00\n\n"
        try expectRows(sample, in: noise + sample.text + "\n" + noise)
    }

    @Test func `no grammar of texts lacks a sample`() {
        let binary: Set<MapKind> = [.efiDescriptors, .runtimeMap, .e820Table, .multiboot1, .multiboot2, .deviceTree, .minidump]
        let sampled = Set(Sample.all.map(\.kind))
        for kind in MapKind.allCases where !binary.contains(kind) { #expect(sampled.contains(kind), "\(kind.name)") }
    }

    @Test func `UTF-16 with a byte order mark is read, as the Shell writes it`() throws {
        let sample = try #require(Sample.all.first { $0.kind == .shellMemmap })
        let units = Array(("\u{FEFF}" + sample.text.replacing("\n", with: "\r\n")).utf16)
        let bytes = units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let maps = try read(bytes).maps
        #expect(maps.map(\.kind) == [.shellMemmap])
        #expect(maps.first?.rows.count == sample.rows.count)
    }

    @Test func `listings that start over are maps of their own`() throws {
        let sample = try #require(Sample.all.first { $0.kind == .linuxEFI && $0.convention == .inclusive })
        let maps = try rows(sample.text + "\n" + sample.text + "\n")
        #expect(maps.map(\.rows) == [sample.rows, sample.rows])
    }

    @Test func `a row that a mail program broke in two is one row`() throws {
        let text = """
            > [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x0000000000093fff]
            >  usable
            > [    0.000000] BIOS-e820: [mem 0x0000000000094000-0x000000000009ffff] reserved
            """
        #expect(try rows(text).first?.rows == [Sample.Row(0, 0x93FFF, .conventional), Sample.Row(0x94000, 0x9FFFF, .reserved)])
    }
}

@Suite("Hostile texts")
struct HostileTextTests {
    @Test func `a line without end costs no memory and hides nothing after it`() throws {
        var reader = MapReader()
        let filler = [UInt8](repeating: UInt8(ascii: "e"), count: 1 << 16)
        for _ in 0..<256 { try reader.read(filler.span) }
        let end = Array("\nBIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n".utf8)
        try reader.read(end.span)
        let maps = try reader.finish()
        #expect(maps.overlongLines == 1)
        #expect(maps.maps.map(\.rows.count) == [1])
    }

    @Test func `more rows than the limit are an error with the line`() throws {
        var limits = MapReader.Limits()
        limits.rows = 10
        var reader = MapReader(limits: limits)
        var text = ""
        for index in 0..<12 { text += "efi: mem\(index): type=7, attr=0xf, range=[0x0-0x1000) (0MB)\n" }
        let bytes = Array(text.utf8)
        #expect(throws: MapReadError.tooManyRows(limit: 10, line: 11)) { try reader.read(bytes.span) }
    }

    @Test func `rows that are empty, reversed or pass 2^64 are kept and marked`() throws {
        let text = """
            efi: mem00: type=7, attr=0xf, range=[0x0000000000001000-0x0000000000001000) (0MB)
            efi: mem01: type=7, attr=0xf, range=[0x0000000000002000-0x0000000000001000) (0MB)
            base_addr = 0xfffffffffffff000, length = 0x2000, available RAM
            base_addr = 0xfffffffffffff000, length = 0x1000, available RAM
            """
        let rows = try read(Array(text.utf8)).maps.flatMap(\.rows)
        #expect(rows.map(\.defect) == [.empty, .reversed, .wraps, .none])
        #expect(rows.last?.range?.last == PhysicalAddress(.max))
    }

    @Test(arguments: [
        "BIOS-e820: [mem 0x0000000000000000-0x1ffffffffffffffff] usable",
        "BIOS-e820: 10000000000000000 - 10000000000001000 (usable)",
        "e820: remove [mem 0x10000000000000000-0x10000000000000fff] usable", "00000000-10000000000000fff : System RAM",
        "efi: mem00: type=7, attr=0xf, range=[0x0000000000001000-0x10000000000001000) (0MB)",
        "efi:   0x000000000000-0x10000000000000fff [Conventional|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]",
        " 010000000000000000-010000000000000fff: RAM", "0x10000000000000000 - 0x10000000000000fff, 4096 bytes (1 pages)",
    ])
    func `numbers of more than 64 bits are never taken for their lower ones`(text: String) throws {
        for row in try read(Array(text.utf8)).maps.flatMap(\.rows) { #expect(row.defect == .wraps) }
        let window = "pci_bus 0000:00: root bus resource [mem 0x10000000000000000-0x1000000000000ffff window]"
        #expect(try read(Array(window.utf8)).facts.isEmpty)
    }

    @Test(arguments: 0..<40)
    func `no noise is a trap, in pieces of any size`(seed: Int) throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        // Noise alone, and samples with bytes changed in them.
        var bytes = (0..<20_000).map { _ in UInt8(truncatingIfNeeded: next() >> 24) }
        for sample in Sample.all {
            var text = Array((sample.text + "\n").utf8)
            for _ in 0..<8 { text[Int(next() % UInt64(text.count))] = UInt8(truncatingIfNeeded: next() >> 24) }
            bytes += text
        }
        if seed % 4 == 0 { bytes = [0xFF, 0xFE] + bytes }
        let whole = try read(bytes)
        let parts = try read(bytes, pieceSize: 1 + Int(next() % 97))
        #expect(whole.maps.map(\.rows) == parts.maps.map(\.rows))
        for map in whole.maps { _ = ListedMapSummary(map, resolved: ResolvedMap(map), policy: map.defaultPolicy) }
    }
}
