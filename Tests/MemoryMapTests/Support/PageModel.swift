import MemoryMap
import SeededRandom

/// A memory map as a list of pages, one by one: the plainest model there is, for a window of a few hundred pages.
struct PageModel {
    struct Page: Hashable {
        var type: MemoryType
        var attributes: MemoryAttributes
    }

    static let pageCount = 256

    /// The frame of the window's first page.
    let base: UInt64
    var pages = [Page?](repeating: nil, count: pageCount)
    var rows: [MemoryDescriptor] = []

    static let types: [MemoryType] =
        (0...15).map { MemoryType($0) } + [MemoryType(16), MemoryType(0x7000_0001), MemoryType(0x8000_0001), MemoryType(.max)]
    static let attributes: [MemoryAttributes] = [
        .allCachePolicies, .allCachePolicies, [.allCachePolicies, .specificPurpose], [.allCachePolicies, .runtime], .uncacheable,
        [],
        MemoryAttributes(rawValue: 0x0800_0000_0000_0020),
    ]

    /// A random map of disjoint rows, shuffled.
    init(using random: inout SeededGenerator) {
        base = random.pick([0, 0x100, 0xFFF00, 1 << 40, (1 << 52) - UInt64(Self.pageCount)])
        var next = random.chance(50) ? 0 : random.below(20)
        let few = random.chance(50)
        while next < Self.pageCount {
            let count = min(1 + random.below(random.pick([1, 4, 30])), Self.pageCount - next)
            let page = Page(
                type: few ? random.pick([.conventional, .bootServicesData, .memoryMappedIO]) : random.pick(Self.types),
                attributes: few ? .allCachePolicies : random.pick(Self.attributes))
            rows.append(
                MemoryDescriptor(page.type, (base + UInt64(next)) << 12, pages: UInt64(count), page.attributes))
            for index in next..<next + count { pages[index] = page }
            next += count + (random.chance(70) ? 0 : random.below(20))
        }
        rows.shuffle(using: &random)
    }

    func address(_ index: Int, offset: UInt64 = 0) -> PhysicalAddress {
        PhysicalAddress((base + UInt64(index)) << 12 + offset)
    }

    /// The longest run of pages that satisfy `predicate`, the lowest of several, as first index and length.
    func longestRun(where predicate: (Page) -> Bool) -> (start: Int, count: Int) {
        var best = (start: 0, count: 0)
        var count = 0
        for (index, page) in pages.enumerated() {
            count = page.map(predicate) == true ? count + 1 : 0
            if count > best.count { best = (index - count + 1, count) }
        }
        return best
    }

    func count(where predicate: (Page) -> Bool) -> PageCount {
        PageCount(UInt64(pages.count { $0.map(predicate) == true }))
    }

    /// The runs of equal pages, which are the merged regions.
    var regions: [MemoryRegion] {
        var regions: [MemoryRegion] = []
        var index = 0
        while index < pages.count {
            guard let page = pages[index] else {
                index += 1
                continue
            }
            let start = index
            while index < pages.count, pages[index] == page { index += 1 }
            regions.append(MemoryRegion(page.type, (base + UInt64(start)) << 12, pages: UInt64(index - start), page.attributes))
        }
        return regions
    }
}
