import MapFormats
import MemoryMap
import MemoryReport

/// Where addresses lie in a column that is drawn to scale, cut at long stretches without RAM.
///
/// The cuts and the scale are those of ``MemoryReport/ScaledBar``; lengths are in the units of the picture, from the top down.
struct AddressScale: Sendable {
    /// A stretch of addresses and where it is drawn.
    struct Window: Sendable {
        var range: PhysicalRange
        var top: Double
        var height: Double

        /// Whether a unit of length stands for more bytes than in the other windows.
        var isSqueezed: Bool

        var bottom: Double { top + height }

        /// The length from the top of the column to `address`, which lies in the window or right behind it.
        func y(_ address: UInt128) -> Double {
            top + height * (Double(address - UInt128(range.start.rawValue)) / Double(range.size))
        }
    }

    /// How high a cell of the bar is, and the room between two windows.
    static let cell = 4.0
    static let gap = 18.0

    private(set) var windows: [Window] = []

    /// The bytes that a unit of length stands for.
    let bytesPerUnit: Double

    /// The length of the column.
    var height: Double { windows.last?.bottom ?? 0 }

    /// Lays `pages` out in a column of about `height` units.
    init(_ pages: PhysicalMemoryMap, height: Double) {
        let bar = ScaledBar(pages, cells: max(Int(height / Self.cell), 8))
        var top = 0.0
        for window in bar.windows {
            let height = Double(window.cells.count) * Self.cell
            windows.append(
                Window(range: window.range, top: top, height: height, isSqueezed: window.pagesPerCell != bar.pagesPerCell))
            top += height + Self.gap
        }
        bytesPerUnit = Double(bar.pagesPerCell.rawValue) * Double(PageCount.pageSize) / Self.cell
    }

    /// Where a stretch of addresses is drawn; a stretch that is cut out lies between the windows around it.
    func span(_ range: PhysicalRange) -> ClosedRange<Double> {
        let top = y(UInt128(range.start.rawValue))
        return top...max(top, y(UInt128(range.last.rawValue) + 1))
    }

    private func y(_ address: UInt128) -> Double {
        // The first window that ends at the address or above it.
        var (low, high) = (0, windows.count)
        while low < high {
            let middle = low + (high - low) / 2
            if UInt128(windows[middle].range.last.rawValue) + 1 < address { low = middle + 1 } else { high = middle }
        }
        guard low < windows.count else { return height }
        return address < UInt128(windows[low].range.start.rawValue) ? windows[low].top : windows[low].y(address)
    }
}
