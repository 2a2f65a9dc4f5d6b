import MemoryMap
import MemoryReport
import Testing

@Suite struct ReportTests {
    @Test func `The region table has type, base, pages, size and attributes`() throws {
        let map = try PhysicalMemoryMap(regions: [
            MemoryRegion(.bootServicesCode, 0, pages: 1),
            MemoryRegion(.conventional, 0x1_0000, pages: 159),
            MemoryRegion(.conventional, 0x178_0000, pages: 9205),
            MemoryRegion(MemoryType(0x7000_0001), 0x1_0000_0000, pages: 264, []),
        ])
        #expect(
            written { $0.writeRegionTable(map) } == """
                Type                Base                   Pages       Size  Attributes
                BootServicesCode    0x0000000000000000         1      4 KiB  0xf [UC|WC|WT|WB]
                Conventional        0x0000000000010000       159    636 KiB  0xf [UC|WC|WT|WB]
                Conventional        0x0000000001780000      9205   35.9 MiB  0xf [UC|WC|WT|WB]
                OEM 0x70000001      0x0000000100000000       264   1.03 MiB  0x0

                """)
    }

    @Test func `The summary names every figure`() throws {
        let summary = MemoryMapSummary(try pcMap(), policy: .linuxX86)
        #expect(
            written { $0.writeSummary(summary) } == """
                Descriptors         11 in 11 regions
                RAM described       127.6 MiB   32,672 pages
                Usable now          112.6 MiB   28,831 pages
                  largest run       112 MiB     at 0x100000
                Usable after exit   123.6 MiB   31,648 pages
                  largest run       123 MiB     at 0x100000
                Kept by firmware    3 MiB       768 pages
                  runtime services  1 MiB       256 pages
                ACPI reclaimable    1 MiB       256 pages
                MMIO regions        1
                Rule after exit     x86 Linux

                """)
        #expect(
            written { $0.writeTypeTable(summary) } == """
                Type                Descriptors     Regions     Pages       Size
                Reserved                      2           2   3211264   12.2 GiB
                LoaderData                    1           1       768      3 MiB
                BootServicesCode              1           1         1      4 KiB
                BootServicesData              1           1      2048      8 MiB
                RuntimeServicesData           1           1       256      1 MiB
                Conventional                  2           2     28831  112.6 MiB
                ACPIReclaim                   1           1       256      1 MiB
                ACPINVS                       1           1       512      2 MiB
                MMIO                          1           1      1024      4 MiB

                """)
    }

    @Test func `Rare kinds of memory get a line where they occur`() throws {
        let map = try PhysicalMemoryMap(regions: [
            MemoryRegion(.conventional, 0, pages: 1, [.writeBack, .specificPurpose]), MemoryRegion(.persistent, 0x1000, pages: 2),
            MemoryRegion(.unaccepted, 0x3000, pages: 3), MemoryRegion(.unusable, 0x6000, pages: 4),
        ])
        let text = written { $0.writeSummary(MemoryMapSummary(map, policy: .linuxX86)) }
        #expect(text.contains("Soft reserved       4 KiB       1 page\n"))
        #expect(text.contains("Persistent          8 KiB       2 pages\n"))
        #expect(text.contains("Unaccepted          12 KiB      3 pages\n"))
        #expect(text.contains("Unusable            16 KiB      4 pages\n"))
        #expect(text.contains("  largest run       none\n"))
    }

    @Test func `Lines of ordinary machines fit a terminal`() throws {
        for pages in [0x8000, 0x2_0000, 0x8_0000] as [UInt64] {
            let map = try pcMap(ramPages: pages)
            let summary = MemoryMapSummary(map, policy: .linuxARM64)
            let text = written {
                $0.writeSummary(summary)
                $0.writeTypeTable(summary)
                $0.writeRegionTable(map)
            }
            for line in text.split(separator: "\n") {
                // The word of a runtime region alone has 18 digits, and its names 20 more.
                #expect(line.utf8.count <= (line.hasSuffix("RUN]") ? 100 : 79))
            }
        }
    }
}
