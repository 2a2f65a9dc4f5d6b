import MemoryMap
import MemoryReport
import Testing
import SeededRandom

@Suite struct ScaledBarTests {
    static func text(_ bar: ScaledBar) -> String {
        bar.windows.map { String(decoding: $0.cells.map(\.symbol), as: UTF8.self) }.joined(separator: "|")
    }

    @Test func `RAM fills the bar, and far address space is cut off and squeezed`() throws {
        let bar = ScaledBar(try pcMap(), cells: 64)
        #expect(bar.windows.map(\.range.start.rawValue) == [0, 0xB000_0000, 0xFFC0_0000, 0xFD_0000_0000])
        #expect(Self.text(bar) == "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuLbbbRA|xxxx|MM|xxxx")
        #expect(bar.cellCount <= 64)
        #expect(bar.windows[0].pagesPerCell == bar.pagesPerCell)
        #expect(bar.windows[3].pagesPerCell == PageCount((3 << 20) / 4))
    }

    @Test func `No cells, no windows, and an empty map neither`() throws {
        #expect(ScaledBar(try pcMap(), cells: 0).windows.isEmpty)
        #expect(ScaledBar(try pcMap(), cells: -1).windows.isEmpty)
        #expect(ScaledBar(try PhysicalMemoryMap(regions: []), cells: 80).windows.isEmpty)
        #expect(ScaledBar(try PhysicalMemoryMap(regions: []), cells: 80).cellCount == 0)
    }

    @Test func `A map cut as another one has the cells of its own at the same addresses`() throws {
        let bar = ScaledBar(try pcMap(), cells: 64)
        #expect(ScaledBar(try pcMap(), cutAs: bar) == bar)
        let other = try PhysicalMemoryMap(regions: [
            MemoryRegion(.reserved, 0x200_0000, pages: 0x200_0000 / 4096), MemoryRegion(.unusable, 1 << 52, pages: 1),
        ])
        let cut = ScaledBar(other, cutAs: bar)
        #expect(cut.windows.map(\.range) == bar.windows.map(\.range))
        #expect(cut.windows.map(\.cells.count) == bar.windows.map(\.cells.count))
        #expect(Set(cut.windows[1...].flatMap(\.cells)) == [.hole])
        let first = cut.windows[0].cells
        #expect(first.first == .hole && first.last == .hole)
        let cellBytes = bar.pagesPerCell.rawValue * PageCount.pageSize
        #expect(first.firstIndex(of: .reserved) == Int((0x200_0000 + cellBytes / 2) / cellBytes))
        #expect(abs(first.count { $0 == .reserved } - Int(0x200_0000 / cellBytes)) <= 1)
    }

    @Test(arguments: [1, 2, 3, 7, 64, 1000])
    func `The whole address space fits any bar`(cells: Int) throws {
        let one = try PhysicalMemoryMap(regions: [MemoryRegion(.conventional, 0, pages: 1 << 52)])
        #expect(ScaledBar(one, cells: cells).windows.map(\.cells.count).max() ?? 0 <= cells)
        let ends = try PhysicalMemoryMap(regions: [
            MemoryRegion(.conventional, 0, pages: 1), MemoryRegion(.memoryMappedIO, .max - 4095, pages: 1),
        ])
        let bar = ScaledBar(ends, cells: cells)
        #expect(bar.cellCount <= cells && !bar.windows.isEmpty)
    }

    @Test func `A cell per page shows the pages`() throws {
        let map = try PhysicalMemoryMap(regions: [
            MemoryRegion(.conventional, 0x1000, pages: 2), MemoryRegion(.acpiNVS, 0x4000, pages: 1),
            MemoryRegion(.conventional, 0x5000, pages: 17),
        ])
        #expect(Self.text(ScaledBar(map, cells: 100)) == "uu.Auuuuuuuuuuuuuuuuu")
    }

    @Test(arguments: UInt64(0)..<400)
    func `Random maps: within the bar, every region in a window, cells by majority`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var regions: [MemoryRegion] = []
        var next: UInt64 = random.chance(50) ? 0 : random.next() >> UInt64(12 + random.below(52))
        let span = UInt64(1) << UInt64(random.below(50))
        while regions.count < 1 + random.below(60) {
            let pages = 1 + random.next() % span
            guard next < 1 << 52, pages <= 1 << 52 - next else { break }
            regions.append(
                MemoryRegion(MemoryType(UInt32(random.chance(50) ? 7 : random.below(17))), next << 12, pages: pages))
            next += pages + (random.chance(60) ? 0 : random.next() % (span * 4))
        }
        if regions.isEmpty { regions.append(MemoryRegion(.conventional, 0, pages: 1)) }
        let map = try PhysicalMemoryMap(regions: regions)
        let cells = 1 + random.below(200)
        let bar = ScaledBar(map, cells: cells)
        #expect(bar.cellCount <= cells)
        #expect(!bar.windows.isEmpty)
        for (window, following) in zip(bar.windows, bar.windows.dropFirst()) {
            #expect(window.range.last < following.range.start)
        }
        for region in map.regions { #expect(bar.windows.contains { $0.range.contains(region.range) }) }
        for window in bar.windows { checkWindow(window, map, bar) }
    }

    /// Counts each cell's categories region by region.
    private func checkWindow(_ window: ScaledBar.Window, _ map: PhysicalMemoryMap, _ bar: ScaledBar) {
        let scale = window.pagesPerCell.rawValue
        let pages = window.range.pages.rawValue
        let first = FrameNumber(containing: window.range.start).rawValue
        #expect(UInt64(window.cells.count) == (pages + scale - 1) / scale)
        #expect(scale >= bar.pagesPerCell.rawValue)
        if map.regions(overlapping: window.range).contains(where: { $0.type.isRAM }) {
            #expect(window.pagesPerCell == bar.pagesPerCell)
        }
        for (index, cell) in window.cells.enumerated() {
            let low = first + UInt64(index) * scale
            let high = min(low + scale, first + pages)
            var counts = [UInt64](repeating: 0, count: MemoryCategory.allCases.count)
            for region in map.regions {
                let start = max(FrameNumber(containing: region.range.start).rawValue, low)
                let end = min(FrameNumber(containing: region.range.last).rawValue + 1, high)
                if start < end { counts[Int(MemoryCategory(region.type).rawValue)] += end - start }
            }
            counts[Int(MemoryCategory.hole.rawValue)] = high - low - counts.reduce(0, +)
            #expect(counts.max() == counts[Int(cell.rawValue)])
            #expect(counts.firstIndex(of: counts.max() ?? 0) == Int(cell.rawValue))
        }
    }
}
