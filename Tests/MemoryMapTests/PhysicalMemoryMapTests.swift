import MemoryMap
import Testing
import SeededRandom

@Suite struct PhysicalMemoryMapTests {
    @Test(arguments: UInt64(0)..<300)
    func `Random maps are sorted, merged and answered like a list of pages`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let model = PageModel(using: &random)
        var garbage = SeededGenerator(seed: seed &+ 77)
        var table = RawTable(descriptorSize: random.pick([40, 48, 56, 64]))
        table.filler = { UInt8(truncatingIfNeeded: garbage.next()) }
        for row in model.rows { table.append(row) }
        #expect(try table.rows() == model.rows)
        let map = try table.map()
        #expect(map.regions == model.regions)
        #expect(map.descriptorCount == model.rows.count)
        #expect(map.descriptorCounts.count == map.regions.count)
        #expect(map.descriptorCounts.reduce(0, +) == model.rows.count)
        #expect(map.descriptorCounts.allSatisfy { $0 >= 1 })
        checkQueries(map, model, &random)
        checkRuns(map, model)
        let again = try PhysicalMemoryMap(regions: map.regions.shuffled(using: &random))
        #expect(again.regions == map.regions)
    }

    private func checkQueries(_ map: PhysicalMemoryMap, _ model: PageModel, _ random: inout SeededGenerator) {
        for _ in 0..<50 {
            let first = random.below(PageModel.pageCount)
            let last = min(first + random.below(40), PageModel.pageCount - 1)
            let range = range(
                model.address(first, offset: random.chance(50) ? 0 : 0xFFF).rawValue,
                model.address(last, offset: 0xFFF).rawValue)
            let pages = model.pages[first...last]
            #expect(map.covers(range) == pages.allSatisfy { $0 != nil })
            #expect(map.overlaps(range) == pages.contains { $0 != nil })
            #expect(
                map.covers(range) { $0.type == .conventional } == pages.allSatisfy { $0?.type == .conventional })
            let overlapping = map.regions(overlapping: range)
            #expect(Array(overlapping) == map.regions.filter { $0.range.overlaps(range) })
            let found = map.region(containing: range.start)
            #expect(found?.type == model.pages[first]?.type)
            #expect(found?.attributes == model.pages[first]?.attributes)
            checkHoles(map.holes(in: range), in: range, model)
        }
        checkHoles(map.holes, in: nil, model)
    }

    /// The holes are in order, do not touch, and hold just the pages that no row describes.
    private func checkHoles(_ holes: [PhysicalRange], in range: PhysicalRange?, _ model: PageModel) {
        for (hole, next) in zip(holes, holes.dropFirst()) {
            #expect(hole.last.advanced(by: 1).map { $0 < next.start } == true)
        }
        let lastDescribed = model.pages.lastIndex { $0 != nil }
        for index in model.pages.indices {
            let address = model.address(index, offset: 0xFFF)
            guard range?.contains(address) ?? (lastDescribed.map { index <= $0 } == true) else { continue }
            #expect(holes.contains { $0.contains(address) } == (model.pages[index] == nil))
        }
        if let range {
            #expect(holes.allSatisfy { range.contains($0) })
        } else if model.base > 0 {
            #expect(holes.first?.start == PhysicalAddress(0))
        }
    }

    private func checkRuns(_ map: PhysicalMemoryMap, _ model: PageModel) {
        let predicates: [(MemoryType, MemoryAttributes) -> Bool] = [
            { type, _ in type == .conventional }, { _, attributes in attributes.contains(.writeBack) }, { _, _ in true },
            { _, _ in false },
        ]
        for predicate in predicates {
            let expected = model.longestRun { predicate($0.type, $0.attributes) }
            let run = map.largestRun { predicate($0.type, $0.attributes) }
            #expect(run?.pages ?? .zero == PageCount(UInt64(expected.count)))
            if expected.count > 0 { #expect(run?.start == model.address(expected.start)) }
            let region = map.largestRegion { predicate($0.type, $0.attributes) }
            let regions = model.regions.filter { predicate($0.type, $0.attributes) }
            let most = regions.map(\.pages).max()
            #expect(region == regions.first { $0.pages == most })
        }
    }

    @Test(arguments: UInt64(0)..<300)
    func `An overlap anywhere in a random map is found and both rows named`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let model = PageModel(using: &random)
        let victim = try #require(model.rows.randomElement(using: &random))
        let firstFrame = FrameNumber(containing: victim.start).rawValue
        let start = firstFrame + UInt64(random.below(Int(victim.pages.rawValue)))
        let room = (1 << 52) - start
        let intruder = MemoryDescriptor(
            random.pick(PageModel.types), start << 12, pages: min(UInt64(1 + random.below(40)), room),
            random.pick(PageModel.attributes))
        var rows = model.rows
        rows.insert(intruder, at: random.below(rows.count + 1))
        let size = random.pick([40, 48, 56, 64])
        let error = RawTable(rows, descriptorSize: size).error()
        guard case .overlap(let offset, let other, let address) = error else {
            Issue.record("no overlap found: \(String(describing: error))")
            return
        }
        #expect(offset % size == 0 && other % size == 0 && offset != other)
        let (upper, lower) = (rows[offset / size], rows[other / size])
        #expect(upper.range?.contains(address) == true && lower.range?.contains(address) == true)
        #expect(upper.start >= lower.start)
        // No two rows share an address below the one named.
        let sorted = rows.sorted { $0.start < $1.start }
        let lowest = zip(sorted, sorted.dropFirst()).compactMap { left, right in
            left.range?.contains(right.start) == true ? right.start : nil
        }.min()
        #expect(address == lowest)
        let regions = rows.compactMap { row in
            row.range.map { MemoryRegion(range: $0, type: row.type, attributes: row.attributes) }
        }
        #expect(throws: MemoryMapError.regionsOverlap(index: offset / size, other: other / size, at: address)) {
            try PhysicalMemoryMap(regions: regions)
        }
    }

    @Test func `Equal rows are an overlap and named in the order of the table`() {
        let row = MemoryDescriptor(.conventional, 0x1000, pages: 1)
        #expect(
            RawTable([MemoryDescriptor(.reserved, 0x8000, pages: 1), row, row]).error()
                == .overlap(offset: 96, other: 48, at: row.start))
    }

    @Test func `Lists of regions must be whole pages and may be empty`() throws {
        let odd = MemoryRegion(range: range(0x1000, 0x1FFE), type: .conventional, attributes: [])
        #expect(throws: MemoryMapError.regionMisaligned(index: 1, range: odd.range)) {
            try PhysicalMemoryMap(regions: [MemoryRegion(.reserved, 0, pages: 1), odd])
        }
        let empty = try PhysicalMemoryMap(regions: [])
        #expect(empty.regions.isEmpty && empty.holes.isEmpty && empty.extent == nil)
        #expect(empty.region(containing: PhysicalAddress(0)) == nil)
        #expect(!empty.covers(range(0, 0)) && !empty.overlaps(range(0, .max)))
        #expect(empty.holes(in: range(5, 9)) == [range(5, 9)])
        #expect(empty.largestRun { _ in true } == nil)
        #expect(MemoryMapSummary(empty, policy: .linuxX86).ram == .zero)
    }

    @Test func `A map of the whole address space answers at both ends`() throws {
        let map = try PhysicalMemoryMap(regions: [MemoryRegion(.conventional, 0, pages: 1 << 52)])
        #expect(map.covers(range(0, .max)))
        #expect(map.holes.isEmpty && map.holes(in: range(0, .max)).isEmpty)
        #expect(map.region(containing: PhysicalAddress(.max))?.type == .conventional)
        let summary = MemoryMapSummary(map, policy: .linuxX86)
        #expect(summary.ram == .addressSpace && summary.largestUsableNow?.pages == .addressSpace)
    }

    @Test func `Bytes of a sound table that change never trap, and errors lie in the table`() {
        for seed in UInt64(0)..<2000 {
            var random = SeededGenerator(seed: seed)
            var table = RawTable(PageModel(using: &random).rows, descriptorSize: random.pick([40, 48, 56, 64]))
            for _ in 0..<1 + random.below(6) {
                let index = random.below(table.bytes.count)
                table.bytes[index] = random.pick([0, 1, 0x10, 0x7F, 0x80, 0xFF, UInt8(truncatingIfNeeded: random.next())])
            }
            if random.chance(20) { table.bytes.removeLast(random.below(table.bytes.count)) }
            if random.chance(10) { table.descriptorSize = random.pick([40, 48, 56, 64, 72, 44, -8]) }
            #expect(table.error() == NaiveCheck.error(table), "seed \(seed)")
        }
    }
}
