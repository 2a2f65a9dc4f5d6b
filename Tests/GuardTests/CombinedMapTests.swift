import MemoryGuard
import MemoryMap
import SeededRandom
import Testing

/// The map that a program gets: the firmware's around the arena, and Strata's inside it.
@Suite
struct CombinedMapTests {
    private static let pageSize = PageCount.pageSize

    private static func region(_ start: UInt64, _ pages: UInt64, _ type: MemoryType, _ attributes: MemoryAttributes)
        throws -> MemoryRegion
    {
        let range = try #require(PhysicalRange(start: PhysicalAddress(start * pageSize), pages: PageCount(pages)))
        return MemoryRegion(range: range, type: type, attributes: attributes)
    }

    /// What each page is: the naive model of a map.
    private static func pages(_ regions: [MemoryRegion]) -> [UInt64: MemoryRegion] {
        var pages: [UInt64: MemoryRegion] = [:]
        for region in regions {
            let first = region.range.start.rawValue / pageSize
            for page in first..<first + region.pages.rawValue {
                pages[page] = MemoryRegion(range: region.range, type: region.type, attributes: region.attributes)
            }
        }
        return pages
    }

    /// Random regions over all of `pages`, with holes where there may be some.
    private static func regions(
        in pages: Range<UInt64>, holes: Bool, _ random: inout SeededGenerator
    ) throws -> [MemoryRegion] {
        var regions: [MemoryRegion] = []
        var page = pages.lowerBound
        while page < pages.upperBound {
            let count = min(UInt64(1 + random.below(5)), pages.upperBound - page)
            if !(holes && random.oneIn(4)) {
                regions.append(
                    try region(
                        page, count, random.pick([.conventional, .loaderCode, .loaderData]),
                        random.pick([.allCachePolicies, .writeBack])))
            }
            page += count
        }
        return regions
    }

    private static func rows(
        _ map: SurroundingMap, _ inner: [MemoryRegion], descriptorSize: Int, capacity: Int
    ) -> (count: Int, bytes: [UInt8]) {
        var storage = [UInt8](repeating: 0xA5, count: capacity)
        var span = storage.mutableSpan
        // Any byte is a valid UInt8.
        var bytes = unsafe span.mutableBytes
        var writer = RowWriter(descriptorSize: descriptorSize)
        for region in map.below { writer.append(region, to: &bytes) }
        writer.changeOwner(&bytes)
        for region in inner { writer.append(region, to: &bytes) }
        writer.changeOwner(&bytes)
        for region in map.above { writer.append(region, to: &bytes) }
        let count = writer.finish(&bytes)
        return (count, storage)
    }

    @Test(arguments: [40, 48, 56])
    func `every page is what its owner says, in sorted and merged rows`(descriptorSize: Int) throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<400 {
            let start = UInt64(1 + random.below(20))
            let arenaPages = start..<start + UInt64(1 + random.below(20))
            var firmware = try Self.regions(in: 0..<start, holes: true, &random)
            firmware.append(try Self.region(start, UInt64(arenaPages.count), .loaderCode, .allCachePolicies))
            firmware += try Self.regions(in: arenaPages.upperBound..<50, holes: true, &random)
            let inner = try Self.regions(in: arenaPages, holes: false, &random)
            let arena = try Self.region(start, UInt64(arenaPages.count), .loaderCode, []).range
            let map = SurroundingMap(try PhysicalMemoryMap(regions: firmware), around: arena)

            let (count, bytes) = Self.rows(map, inner, descriptorSize: descriptorSize, capacity: 60 * descriptorSize)
            let table = bytes.prefix(count * descriptorSize).map { $0 }
            let view = try MemoryMapView(validating: table.span, descriptorSize: descriptorSize, descriptorVersion: 1)
            let combined = try PhysicalMemoryMap(view)
            // Sorted and merged already, but for free memory on both sides of an end of the arena.
            let ends = [arena.start, arena.end].compactMap { $0 }
            for (row, next) in zip(0..<count, 1..<max(count, 1)) {
                let (row, next) = (view[row], view[next])
                let (last, start) = (try #require(row.range).last, next.start)
                #expect(last < start)
                let touches = last.advanced(by: 1) == start && row.type == next.type && row.attributes == next.attributes
                #expect(!touches || row.type == .conventional && ends.contains(start))
            }
            let cuts = ends.filter { end in
                guard let before = combined.regions.first(where: { $0.range.contains(end) && $0.range.start < end }) else {
                    return false
                }
                return before.type == .conventional
            }
            #expect(combined.regions.count + cuts.count == count)
            #expect(bytes.dropFirst(count * descriptorSize).allSatisfy { $0 == 0xA5 })
            for row in 0..<count {
                #expect(table[row * descriptorSize + 40..<(row + 1) * descriptorSize].allSatisfy { $0 == 0 })
            }

            var expected = Self.pages(firmware)
            for (page, region) in Self.pages(inner) { expected[page] = region }
            let actual = Self.pages(combined.regions)
            #expect(Set(actual.keys) == Set(expected.keys))
            #expect(actual.allSatisfy { $0.value.type == expected[$0.key]?.type })
            #expect(actual.allSatisfy { $0.value.attributes == expected[$0.key]?.attributes })
        }
    }

    @Test func `what does not fit is counted and not written`() throws {
        var random = SeededGenerator(seed: 4)
        let regions = try Self.regions(in: 0..<200, holes: true, &random)
        let map = SurroundingMap(
            try PhysicalMemoryMap(regions: regions), around: try Self.region(1000, 1, .reserved, []).range)
        let all = Self.rows(map, [], descriptorSize: 48, capacity: 48 * 200)
        for capacity in [0, 1, 39, 47, 48, 95, 96, 48 * all.count - 1] {
            let (count, bytes) = Self.rows(map, [], descriptorSize: 48, capacity: capacity)
            #expect(count == all.count)
            #expect(bytes.prefix(capacity / 48 * 48).elementsEqual(all.bytes.prefix(capacity / 48 * 48)))
            #expect(bytes.dropFirst(capacity / 48 * 48).allSatisfy { $0 == 0xA5 })
        }
    }

    @Test func `an arena inside one region of the firmware leaves what is around it`() throws {
        let map = SurroundingMap(
            try PhysicalMemoryMap(regions: [Self.region(10, 30, .loaderCode, .writeBack)]),
            around: try Self.region(20, 5, .loaderCode, []).range)
        #expect(map.below == [try Self.region(10, 10, .loaderCode, .writeBack)])
        #expect(map.above == [try Self.region(25, 15, .loaderCode, .writeBack)])
    }

    @Test func `a key changes with either map and never comes back`() {
        var key = CombinedMapKey(outer: 7, inner: 7)
        var seen: Set<UInt64> = [key.value]
        let isChangedAtFirst = key.update(outer: 7, inner: 7)
        #expect(!isChangedAtFirst)
        for (outer, inner) in [(8, 7), (7, 7), (7, 8), (8, 8), (7, 7)] as [(UInt64, UInt64)] {
            let isChanged = key.update(outer: outer, inner: inner)
            #expect(isChanged)
            let isNew = seen.insert(key.value).inserted
            #expect(isNew)
            #expect(key.value != 0)
            let isChangedAgain = key.update(outer: outer, inner: inner)
            #expect(!isChangedAgain)
        }
    }
}
