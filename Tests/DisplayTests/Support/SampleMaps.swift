import Display
import MemoryMap
import SeededRandom

/// Memory maps that look like those of real firmware, and hostile ones.
enum SampleMaps {
    static let ram: MemoryAttributes = .allCachePolicies
    static let runtime: MemoryAttributes = [.allCachePolicies, .runtime]
    static let device: MemoryAttributes = [.uncacheable, .runtime]

    /// A PC of the machine type q35 with this much memory.
    static func q35(mebibytes: UInt64) throws -> PhysicalMemoryMap {
        let low = min(mebibytes, 2048) << 20
        var list = RegionList()
        list.add(.bootServicesCode, pages: 1)
        list.add(.conventional, pages: 0x9F)
        list.next = 0x10_0000
        list.add(.conventional, pages: 0x700)
        list.add(.acpiNVS, pages: 8)
        list.add(.conventional, pages: 3)
        list.add(.acpiNVS, pages: 1)
        list.add(.conventional, pages: 4)
        list.add(.acpiNVS, pages: 0xF0)
        list.add(.bootServicesData, pages: 0xE80)
        list.add(.conventional, until: low - 0x3C0_0000)
        list.addFirmware(until: low - 0x71_3000, seed: mebibytes)
        list.add(.runtimeServicesData, pages: 0x100, runtime)
        list.add(.runtimeServicesCode, pages: 0x100, runtime)
        list.add(.reserved, pages: 0x80)
        list.add(.acpiReclaim, pages: 0x12)
        list.add(.acpiNVS, pages: 0x80)
        list.add(.bootServicesData, until: low - 0x10_C000)
        list.add(.bootServicesCode, pages: 0x20)
        list.add(.conventional, pages: 0x0C)
        list.add(.bootServicesData, pages: 0x40)
        list.add(.runtimeServicesData, pages: 0x84, runtime)
        list.add(.acpiNVS, until: low)
        list.next = 0xE000_0000
        list.add(.reserved, pages: 0x10000, device)
        list.next = 0xFEFF_C000
        list.add(.reserved, pages: 4, [])
        list.next = 0xFFC0_0000
        list.add(.memoryMappedIO, pages: 0x400, device)
        if mebibytes > 2048 {
            list.next = 1 << 32
            list.add(.conventional, until: (1 << 32) + ((mebibytes - 2048) << 20))
        }
        return try PhysicalMemoryMap(regions: list.regions)
    }

    /// A 64-bit ARM machine of the type virt with this much memory.
    static func virt(mebibytes: UInt64) throws -> PhysicalMemoryMap {
        var list = RegionList()
        list.next = 0x400_0000
        list.add(.memoryMappedIO, pages: 0x4000, device)
        list.next = 0x901_0000
        list.add(.memoryMappedIO, pages: 1, device)
        list.next = 0x4000_0000
        let end = 0x4000_0000 + mebibytes << 20
        list.add(.bootServicesData, pages: 0x210)
        list.add(.conventional, pages: 0x3E00)
        list.add(.loaderData, pages: 0x41)
        list.add(.conventional, until: end - 0x480_0000)
        list.addFirmware(until: end - 0x60_0000, seed: mebibytes)
        list.add(.runtimeServicesCode, pages: 0x50, runtime)
        list.add(.runtimeServicesData, pages: 0xC0, runtime)
        list.add(.acpiReclaim, pages: 0x18)
        list.add(.runtimeServicesCode, pages: 0x70, runtime)
        list.add(.bootServicesData, until: end - 0x2_0000)
        list.add(.bootServicesCode, until: end)
        return try PhysicalMemoryMap(regions: list.regions)
    }

    /// Up to `count` regions of any type anywhere, up to the end of the address space.
    static func random(_ count: Int, seed: UInt64) throws -> PhysicalMemoryMap {
        var random = SeededGenerator(seed: seed)
        var frames = Set<UInt64>()
        while frames.count < 2 * count {
            let bits = UInt64.random(in: 1...52, using: &random)
            frames.insert(UInt64.random(in: 0..<(1 << bits), using: &random))
        }
        let sorted = frames.sorted()
        var regions: [MemoryRegion] = []
        for index in stride(from: 0, to: sorted.count, by: 2) {
            let touches = index + 2 < sorted.count && Bool.random(using: &random)
            let last = touches ? sorted[index + 2] - 1 : sorted[index + 1]
            let kinds: [UInt32] = [
                UInt32.random(in: 0...15, using: &random), 7, 7, 4, .random(in: 0x7000_0000 ... .max, using: &random),
            ]
            let type = kinds.randomElement(using: &random) ?? 7
            if let range = PhysicalRange(start: PhysicalAddress(sorted[index] << 12), last: PhysicalAddress(last << 12 | 0xFFF)) {
                regions.append(MemoryRegion(range: range, type: MemoryType(type), attributes: ram))
            }
        }
        return try PhysicalMemoryMap(regions: regions)
    }
}

/// Regions one after the other.
struct RegionList {
    var regions: [MemoryRegion] = []

    /// Where the next region starts.
    var next: UInt64 = 0

    mutating func add(_ type: MemoryType, pages: UInt64, _ attributes: MemoryAttributes = SampleMaps.ram) {
        guard let range = PhysicalRange(start: PhysicalAddress(next), pages: PageCount(pages)) else { return }
        regions.append(MemoryRegion(range: range, type: type, attributes: attributes))
        next += pages * 4096
    }

    mutating func add(_ type: MemoryType, until end: UInt64) { add(type, pages: (end - next) / 4096) }

    /// Many small regions of boot services, as the firmware's drivers leave them.
    mutating func addFirmware(until end: UInt64, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        add(.loaderCode, pages: 0x60)
        add(.loaderData, pages: 0x1A2)
        while end - next > 0x9_0000 {
            let type =
                [MemoryType.bootServicesData, .bootServicesCode, .bootServicesData, .conventional, .bootServicesCode]
                .randomElement(using: &random) ?? .conventional
            let most = min((end - next) / 4096 - 1, Int.random(in: 0..<8, using: &random) == 0 ? 1200 : 70)
            add(type, pages: UInt64.random(in: 1...max(most, 1), using: &random))
        }
        add(.bootServicesData, until: end)
    }
}
