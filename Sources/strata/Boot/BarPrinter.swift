import MemoryMap
import MemoryReport

/// A memory map drawn to scale, with a legend.
struct BarPrinter {
    let map: PhysicalMemoryMap
    let style: Style

    /// How many rows the cells of all windows fill, about.
    private static let rows = 4
    private static let addressWidth = 14

    /// The cells in a line.
    var rowWidth: Int { max(style.terminal.width - Self.addressWidth - 14, 16) }

    /// The windows from the lowest address up, a row or more each, and the legend.
    func text() -> String {
        let bar = self.bar
        return bar.windows.isEmpty ? "" : windows(of: bar) + legend(bar)
    }

    /// The map in as many cells as there is room for.
    var bar: ScaledBar { ScaledBar(map, cells: rowWidth * Self.rows) }

    /// The heading and the windows of `bar`.
    func windows(of bar: ScaledBar) -> String {
        var text =
            "  " + style.heading("To scale") + style.faint("  a cell is \(SizeText.pages(bar.pagesPerCell))") + "\n"
        for window in bar.windows {
            for line in lines(of: window, usualScale: bar.pagesPerCell) { text += line + "\n" }
        }
        return text
    }

    /// A window in as many lines as its cells need.
    func lines(of window: ScaledBar.Window, usualScale: PageCount) -> [String] {
        stride(from: 0, to: window.cells.count, by: rowWidth).map { first in
            let cells = window.cells[first..<min(first + rowWidth, window.cells.count)]
            let offset = UInt64(first) * window.pagesPerCell.rawValue * PageCount.pageSize
            let address = HexadecimalText.text(window.range.start.rawValue + offset)
            var text = "  " + style.faint(address.padded(left: Self.addressWidth - 3)) + " " + draw(cells)
            if first == 0 {
                text += "  " + style.faint(SizeText.pages(window.range.pages))
                if window.pagesPerCell != usualScale {
                    text += style.faint(", a cell is \(SizeText.pages(window.pagesPerCell))")
                }
            }
            return text
        }
    }

    /// Neighbouring cells of one category are written together: one change of colour instead of many.
    private func draw(_ cells: ArraySlice<MemoryCategory>) -> String {
        var text = ""
        var start = cells.startIndex
        while start < cells.endIndex {
            let end = cells[start...].firstIndex { $0 != cells[start] } ?? cells.endIndex
            text += style.cells(cells[start], end - start)
            start = end
        }
        return text
    }

    private func legend(_ bar: ScaledBar) -> String {
        var pages: [MemoryCategory: UInt64] = [:]
        for region in map.regions { pages[MemoryCategory(region), default: 0] += region.pages.rawValue }
        var entries = MemoryCategory.allCases.compactMap { category in
            pages[category].map { (category, "\(category.label) \(SizeText.pages(PageCount($0)))") }
        }
        if bar.windows.contains(where: { $0.cells.contains(.hole) }) { entries.append((.hole, "\(MemoryCategory.hole.label)")) }
        return Self.legend(entries, style)
    }

    /// Categories with their colours and words, as many in a line as fit.
    static func legend(_ entries: [(MemoryCategory, String)], _ style: Style) -> String {
        let width = (entries.map(\.1.count).max() ?? 0) + 6
        let perRow = max((style.terminal.width - 4) / width, 1)
        var text = ""
        for (index, entry) in entries.enumerated() {
            if index % perRow == 0 { text += index == 0 ? "    " : "\n    " }
            let isLast = index % perRow == perRow - 1 || index == entries.count - 1
            text += style.cells(entry.0, 2) + " " + (isLast ? entry.1 : entry.1.padded(to: width - 3))
        }
        return text + "\n"
    }
}
