import MemoryMap
import MemoryReport

extension MemoryRegion {
    init(_ type: MemoryType, _ start: UInt64, pages: UInt64, _ attributes: MemoryAttributes = .allCachePolicies) {
        guard let range = PhysicalRange(start: PhysicalAddress(start), pages: PageCount(pages)) else {
            fatalError("a test's range")
        }
        self.init(range: range, type: type, attributes: attributes)
    }
}

/// What `content` writes.
func written(_ content: (inout ByteBuffer) -> Void) -> String {
    var buffer = ByteBuffer()
    content(&buffer)
    return buffer.text
}

/// A map like that of a small x86 machine with UEFI firmware.
func pcMap(ramPages: UInt64 = 0x8000) throws -> PhysicalMemoryMap {
    try PhysicalMemoryMap(regions: [
        MemoryRegion(.bootServicesCode, 0, pages: 1),
        MemoryRegion(.conventional, 0x1000, pages: 0x9F),
        MemoryRegion(.conventional, 0x10_0000, pages: ramPages - 0x1000),
        MemoryRegion(.loaderData, 0x10_0000 + (ramPages - 0x1000) << 12, pages: 0x300),
        MemoryRegion(.bootServicesData, 0x10_0000 + (ramPages - 0xD00) << 12, pages: 0x800),
        MemoryRegion(.runtimeServicesData, 0x10_0000 + (ramPages - 0x500) << 12, pages: 0x100, [.allCachePolicies, .runtime]),
        MemoryRegion(.acpiReclaim, 0x10_0000 + (ramPages - 0x400) << 12, pages: 0x100),
        MemoryRegion(.acpiNVS, 0x10_0000 + (ramPages - 0x300) << 12, pages: 0x200),
        MemoryRegion(.reserved, 0xB000_0000, pages: 0x1_0000, []),
        MemoryRegion(.memoryMappedIO, 0xFFC0_0000, pages: 0x400, [.uncacheable, .runtime]),
        MemoryRegion(.reserved, 0xFD_0000_0000, pages: 3 << 20, []),
    ])
}
