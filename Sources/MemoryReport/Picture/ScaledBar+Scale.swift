import MemoryMap

/// How many pages one cell stands for, and how stretches become cells at that scale.
struct BarScale {
    let pagesPerCell: UInt64

    /// The most cells that a stretch without RAM gets.
    let mostWithoutRAM: UInt64

    /// The finest scale at which the stretches and the cells between them fit into `cells` cells.
    ///
    /// - Precondition: One cell for each stretch and one between any two fit.
    init(_ stretches: [Stretch], cells: Int) {
        precondition(!stretches.isEmpty && stretches.count * 2 - 1 <= cells, "every stretch has a cell")
        let available = UInt64(cells - (stretches.count - 1))
        // Where nothing is RAM, nothing is squeezed.
        mostWithoutRAM = stretches.contains { $0.hasRAM } ? max(UInt64(cells) / 16, 1) : .max
        // The coarsest scale, the whole address space in a cell, fits; each finer one takes as many cells or more.
        var (low, high) = (UInt64(1), PageCount.addressSpace.rawValue)
        while low < high {
            let middle = low + (high - low) / 2
            if Self.fits(stretches, into: available, pagesPerCell: middle, mostWithoutRAM: mostWithoutRAM) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        pagesPerCell = low
    }

    private static func fits(
        _ stretches: [Stretch], into available: UInt64, pagesPerCell: UInt64, mostWithoutRAM: UInt64
    ) -> Bool {
        var left = available
        for stretch in stretches {
            let needed = cells(stretch, pagesPerCell: pagesPerCell, mostWithoutRAM: mostWithoutRAM)
            guard needed <= left else { return false }
            left -= needed
        }
        return true
    }

    private static func cells(_ stretch: Stretch, pagesPerCell: UInt64, mostWithoutRAM: UInt64) -> UInt64 {
        // At most 2^52 pages, so rounding up does not overflow.
        let cells = (stretch.range.pages.rawValue + pagesPerCell - 1) / pagesPerCell
        return stretch.hasRAM ? cells : min(cells, mostWithoutRAM)
    }

    /// Draws a stretch.
    func window(_ stretch: Stretch, of map: PhysicalMemoryMap) -> ScaledBar.Window {
        let pages = stretch.range.pages.rawValue
        let cells = Self.cells(stretch, pagesPerCell: pagesPerCell, mostWithoutRAM: mostWithoutRAM)
        // A squeezed stretch has a scale of its own, rounded up: it may need fewer cells then.
        let scale = max(pagesPerCell, (pages + cells - 1) / cells)
        var drawing = CellDrawing(first: FrameNumber(containing: stretch.range.start).rawValue, pages: pages, pagesPerCell: scale)
        for region in map.regions[stretch.regions] {
            drawing.add(
                MemoryCategory(region), from: FrameNumber(containing: region.range.start).rawValue,
                pages: region.pages.rawValue)
        }
        return ScaledBar.Window(range: stretch.range, cells: drawing.finish(), pagesPerCell: PageCount(scale))
    }
}

extension ScaledBar.Window {
    /// What `map` has in `range`, in cells of `pagesPerCell` pages.
    init(_ map: PhysicalMemoryMap, in range: PhysicalRange, pagesPerCell: PageCount) {
        let first = FrameNumber(containing: range.start).rawValue
        var drawing = CellDrawing(first: first, pages: range.pages.rawValue, pagesPerCell: pagesPerCell.rawValue)
        for region in map.regions(overlapping: range) {
            guard let part = region.range.intersection(range) else { continue }
            drawing.add(
                MemoryCategory(region), from: FrameNumber(containing: part.start).rawValue, pages: part.pages.rawValue)
        }
        self.init(range: range, cells: drawing.finish(), pagesPerCell: pagesPerCell)
    }
}

/// Fills the cells of a window from the lowest address up.
private struct CellDrawing {
    private var cells: [MemoryCategory] = []

    /// The frame at which the next part starts; parts before it are drawn.
    private var next: UInt64

    private let end: UInt64
    private let pagesPerCell: UInt64

    /// How many pages are left of the cell at hand.
    private var room: UInt64

    /// How many pages of the cell at hand each category has, indexed by its raw value.
    private var pages = [UInt64](repeating: 0, count: MemoryCategory.allCases.count)

    init(first: UInt64, pages: UInt64, pagesPerCell: UInt64) {
        self.next = first
        self.end = first + pages
        self.pagesPerCell = pagesPerCell
        self.room = pagesPerCell
    }

    /// Draws a region, and a hole where one lies below it.
    mutating func add(_ category: MemoryCategory, from start: UInt64, pages: UInt64) {
        fill(.hole, start - next)
        fill(category, pages)
    }

    consuming func finish() -> [MemoryCategory] {
        fill(.hole, end - next)
        if room < pagesPerCell { endCell() }
        return cells
    }

    private mutating func fill(_ category: MemoryCategory, _ count: UInt64) {
        var left = count
        next += count
        while left > 0 {
            let part = min(left, room)
            pages[Int(category.rawValue)] += part
            left -= part
            room -= part
            if room == 0 { endCell() }
        }
    }

    /// Gives the cell to the category that has most of it; of several the one that comes first in `MemoryCategory`.
    private mutating func endCell() {
        var winner = MemoryCategory.usable
        for category in MemoryCategory.allCases where pages[Int(category.rawValue)] > pages[Int(winner.rawValue)] {
            winner = category
        }
        cells.append(winner)
        for index in pages.indices { pages[index] = 0 }
        room = pagesPerCell
    }
}
