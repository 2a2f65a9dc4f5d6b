import MemoryMap
import MemoryReport

extension MemoryMapPicture {
    /// The bar with the breaks between its windows, and the addresses above it.
    func drawBar<Surface: PixelSurface & ~Copyable>(on surface: inout Surface, _ layout: PictureLayout, _ bar: BarGeometry) {
        let (area, unit) = (layout.bar, layout.unit)
        for window in bar.windows { drawCells(on: &surface, window, area, pixelsPerCell: bar.pixelsPerCell) }
        for (window, next) in zip(bar.windows, bar.windows.dropFirst()) {
            drawBreak(on: &surface, from: area.x + window.x + window.width, to: area.x + next.x, area, unit: unit)
        }
        drawAddresses(on: &surface, layout, bar)
    }

    /// One fill for every run of cells of the same category.
    private func drawCells<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ window: BarGeometry.Window, _ area: PixelRectangle, pixelsPerCell: Int
    ) {
        let cells = window.window.cells
        var first = 0
        while first < cells.count {
            var end = first + 1
            while end < cells.count, cells[end] == cells[first] { end += 1 }
            let run = PixelRectangle(
                x: area.x + window.x + first * pixelsPerCell, y: area.y, width: (end - first) * pixelsPerCell, height: area.height
            )
            surface.fill(run, with: cells[first].color)
            if cells[first] == .hole { drawHoleEdges(on: &surface, run) }
            first = end
        }
    }

    /// Lines above and below a hole, so that it is not taken for a break: its addresses are part of the bar.
    func drawHoleEdges<Surface: PixelSurface & ~Copyable>(on surface: inout Surface, _ area: PixelRectangle) {
        let color = surface.pixel(PictureTheme.rule)
        surface.fillRow(x: area.x, y: area.y, count: area.width, pixel: color)
        surface.fillRow(x: area.x, y: area.y + area.height - 1, count: area.width, pixel: color)
    }

    /// Two slanted strokes: addresses are left out here.
    private func drawBreak<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, from start: Int, to end: Int, _ area: PixelRectangle, unit: Int
    ) {
        guard end - start >= 10 * unit else { return }
        let color = surface.pixel(PictureTheme.line)
        let middle = (start + end) / 2
        let height = 10 * unit
        let top = area.y + area.height / 2 - height / 2
        for row in 0..<height {
            let x = middle + 2 * unit - row * 4 * unit / height
            surface.fillRow(x: x - 3 * unit, y: top + row, count: unit, pixel: color)
            surface.fillRow(x: x + unit, y: top + row, count: unit, pixel: color)
        }
    }

    /// The first and last address of the bar and of its windows, and round sizes between, where there is room.
    private func drawAddresses<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ layout: PictureLayout, _ bar: BarGeometry
    ) {
        let area = layout.barLabels
        guard let first = bar.windows.first, let last = bar.windows.last else {
            let style = TextStyle(color: PictureTheme.dimText, scale: .units(layout.unit))
            surface.drawText("The memory map is empty.", x: area.x, y: area.y, style: style)
            return
        }
        var axis = BarAxis(layout)
        axis.label(first.window.range.start, at: area.x + first.x, on: &surface)
        axis.label(last.window.range.last, endingAt: area.x + last.x + last.width, on: &surface)
        for window in bar.windows.dropFirst() { axis.label(window.window.range.start, at: area.x + window.x, on: &surface) }
        for window in bar.windows.dropLast() where window.width > 120 * layout.unit {
            axis.label(window.window.range.last, endingAt: area.x + window.x + window.width, on: &surface)
        }
        for window in bar.windows { axis.ticks(window, in: bar, left: area.x, on: &surface) }
    }
}
