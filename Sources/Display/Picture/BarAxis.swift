import MemoryMap
import MemoryReport

/// The addresses above a bar, each with a tick down to the place that it belongs to.
struct BarAxis {
    /// The row next to the bar, and the one above it for what has no room there; the latter may be missing.
    private var row: LabelRow
    private var upperRow: LabelRow?
    private let labelY: Int
    private let tickY: Int
    private let unit: Int
    private let edge: TextStyle
    private let inner: TextStyle

    init(_ layout: PictureLayout) {
        let area = layout.barLabels
        unit = layout.unit
        row = LabelRow(bounds: area.x..<(area.x + area.width), gap: 12 * layout.unit)
        upperRow = layout.barLabelRows > 1 ? row : nil
        tickY = area.y + area.height
        labelY = tickY - 16 * layout.unit
        edge = TextStyle(color: PictureTheme.text, scale: .units(layout.unit))
        inner = TextStyle(color: PictureTheme.dimText, scale: .units(layout.unit))
    }

    /// Writes an address that starts above column `x`.
    mutating func label<Surface: PixelSurface & ~Copyable>(_ address: PhysicalAddress, at x: Int, on surface: inout Surface) {
        var text = TextField()
        text.write(hexadecimal: address.rawValue)
        place(text, x: x, tick: x, style: edge, on: &surface)
    }

    /// Writes an address that ends above the column before `end`.
    mutating func label<Surface: PixelSurface & ~Copyable>(
        _ address: PhysicalAddress, endingAt end: Int, on surface: inout Surface
    ) {
        var text = TextField()
        text.write(hexadecimal: address.rawValue)
        place(text, x: end - text.count * edge.cellWidth, tick: end - unit, style: edge, on: &surface)
    }

    /// Writes the multiples of a power of two that lie in a window, as sizes ("512 MiB"), at a distance that leaves room.
    mutating func ticks<Surface: PixelSurface & ~Copyable>(
        _ window: BarGeometry.Window, in bar: BarGeometry, left: Int, on surface: inout Surface
    ) {
        let pagesPerCell = max(window.window.pagesPerCell.rawValue, 1)
        // At most 2^52 pages a cell and 2^8 cells; a step of more pages than there are has no multiple but 0.
        let least = pagesPerCell * UInt64(110 * unit / bar.pixelsPerCell + 1)
        let shift = UInt64(64 - (least - 1).leadingZeroBitCount)
        guard shift < 52 else { return }
        let step = PageCount.pageSize << shift
        let range = window.window.range
        guard var tick = range.start.alignedUp(to: step) else { return }
        while tick <= range.last {
            if tick > range.start {
                var text = TextField()
                text.write(size: tick.rawValue)
                let x = left + bar.column(of: tick, in: window)
                place(text, x: x - text.count * inner.cellWidth / 2, tick: x, style: inner, on: &surface)
            }
            guard let next = tick.advanced(by: step) else { return }
            tick = next
        }
    }

    private mutating func place<Surface: PixelSurface & ~Copyable>(
        _ text: TextField, x: Int, tick: Int, style: TextStyle, on surface: inout Surface
    ) {
        let width = text.count * style.cellWidth
        var tickTop = tickY
        if let start = row.place(x: x, width: width) {
            surface.drawText(text, x: start, y: labelY, style: style)
        } else if style == edge, upperRow != nil, row.isFree(x: tick, width: unit),
            let start = upperRow?.place(x: x, width: width)
        {
            // The tick passes through the lower row, so its column is taken there too.
            _ = row.place(x: tick, width: unit)
            tickTop = labelY
            surface.drawText(text, x: start, y: labelY - 16 * unit, style: style)
        } else {
            return
        }
        surface.fill(
            PixelRectangle(x: tick, y: tickTop, width: unit, height: tickY + 4 * unit - tickTop), with: PictureTheme.line)
    }
}
