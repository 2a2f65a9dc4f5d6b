import MemoryMap
import MemoryReport

/// The windows of a scaled bar at their places on a row of pixels, with a break between any two.
struct BarGeometry {
    /// A window and the pixels that it takes, counted from the left end of the bar.
    struct Window {
        var window: ScaledBar.Window
        var x: Int
        var width: Int
    }

    let windows: [Window]

    /// The least number of pixels between two windows.
    let breakWidth: Int

    /// The pixels that one cell takes, at least 1.
    let pixelsPerCell: Int

    /// Cuts `map` for a bar of `width` pixels, with breaks of `breakWidth` pixels where they take no more than a quarter of it.
    ///
    /// - Complexity: that of ``ScaledBar``, with `width` cells.
    init(_ map: PhysicalMemoryMap, width: Int, breakWidth: Int) {
        let first = ScaledBar(map, cells: width)
        let breaks = max(first.windows.count - 1, 0)
        let gap = breaks == 0 ? breakWidth : max(min(breakWidth, width / 4 / breaks), 1)
        // A break takes one cell already; fewer cells never make more windows.
        let bar = gap == 1 ? first : ScaledBar(map, cells: width - breaks * (gap - 1))
        let cells = bar.windows.reduce(0) { $0 + $1.cells.count }
        let free = width - max(bar.windows.count - 1, 0) * gap
        let scale = cells == 0 ? 1 : max(free / cells, 1)
        var windows: [Window] = []
        windows.reserveCapacity(bar.windows.count)
        // What whole cells leave over goes to the breaks, so that the bar ends where the surface's other parts end.
        var (x, breaksLeft, spare) = (0, bar.windows.count - 1, free - cells * scale)
        for window in bar.windows {
            let width = window.cells.count * scale
            windows.append(Window(window: window, x: x, width: width))
            let extra = breaksLeft > 0 ? spare / breaksLeft : 0
            x += width + gap + extra
            spare -= extra
            breaksLeft -= 1
        }
        self.windows = windows
        self.breakWidth = gap
        pixelsPerCell = scale
    }

    /// The pages from the first to the last address of every window together.
    var pages: UInt64 { windows.reduce(0) { $0 + $1.window.range.pages.rawValue } }

    /// The columns that show part of `range`, at least one; nil where no window has any of it.
    func columns(of range: PhysicalRange) -> Range<Int>? {
        var columns: Range<Int>?
        for window in windows {
            guard let part = window.window.range.intersection(range) else { continue }
            let first = column(of: part.start, in: window)
            let last = column(of: part.last, in: window)
            columns = (columns?.lowerBound ?? first)..<(last + pixelsPerCell)
        }
        return columns
    }

    /// The first column of the cell that shows `address`.
    ///
    /// - Precondition: The address lies in the window.
    func column(of address: PhysicalAddress, in window: Window) -> Int {
        let pages = (address.rawValue - window.window.range.start.rawValue) / PageCount.pageSize
        return window.x + Int(pages / max(window.window.pagesPerCell.rawValue, 1)) * pixelsPerCell
    }
}
