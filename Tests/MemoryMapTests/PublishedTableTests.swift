import MemoryMap
import Testing

/// Memory maps that are printed in texts on UEFI, and that no machine could have: in both, rows describe the same memory twice.
@Suite struct PublishedTableTests {
    @Test func `A chapter's map of a Q35 machine has free memory over the runtime services`() {
        let table = RawTable([
            MemoryDescriptor(.bootServicesCode, 0, pages: 1),
            MemoryDescriptor(.conventional, 0x1000, pages: 159),
            MemoryDescriptor(.conventional, 0x10_0000, pages: 1792),
            MemoryDescriptor(.bootServicesData, 0x80_0000, pages: 256),
            MemoryDescriptor(.conventional, 0x90_0000, pages: 30464),
            MemoryDescriptor(.bootServicesData, 0x7F0_0000, pages: 128),
            MemoryDescriptor(.bootServicesCode, 0x7F8_0000, pages: 64),
            MemoryDescriptor(.runtimeServicesData, 0x7FC_0000, pages: 32, [.allCachePolicies, .runtime]),
            MemoryDescriptor(.runtimeServicesCode, 0x7FE_0000, pages: 32, [.allCachePolicies, .runtime]),
            MemoryDescriptor(.reserved, 0xFEC0_0000, pages: 1, []),
            MemoryDescriptor(.reserved, 0xFEE0_0000, pages: 1, []),
            MemoryDescriptor(.memoryMappedIO, 0xFFE0_0000, pages: 512, [.uncacheable, .runtime]),
        ])
        #expect(table.error() == .overlap(offset: 5 * 48, other: 4 * 48, at: PhysicalAddress(0x7F0_0000)))
    }

    @Test func `A loader's dump has free memory over its own data`() {
        let table = RawTable(
            [
                MemoryDescriptor(.bootServicesCode, 0, pages: 1),
                MemoryDescriptor(.conventional, 0x1_0000, pages: 159),
                MemoryDescriptor(.loaderData, 0x2_0000, pages: 264),
                MemoryDescriptor(.conventional, 0x178_0000, pages: 9205),
                MemoryDescriptor(.bootServicesData, 0x3B9_5000, pages: 8824),
            ], descriptorSize: 40)
        #expect(table.error() == .overlap(offset: 80, other: 40, at: PhysicalAddress(0x2_0000)))
    }

    @Test func `Twelve gigabytes of reserved addresses are no RAM`() throws {
        // The stretch below 1 TiB that AMD machines keep for their links: summing every row makes a small machine huge.
        let map = try RawTable([
            MemoryDescriptor(.conventional, 0x178_0000, pages: 9205),
            MemoryDescriptor(.reserved, 0xFD_0000_0000, pages: 3 << 20, []),
        ]).map()
        let summary = MemoryMapSummary(map, policy: .linuxX86)
        #expect(summary.ram == PageCount(9205))
        #expect(summary.pages(.reserved) == PageCount(3 << 20))
    }
}
