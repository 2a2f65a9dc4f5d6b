import MemoryMap
import MemoryReport

extension MemoryMapPicture {
    /// The magnified parts, each tied to its place in the bar above.
    func drawStrips<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ layout: PictureLayout, ranges: ArraySlice<PhysicalRange>, bar: BarGeometry
    ) {
        var outer: PhysicalRange?
        var outerPages = bar.pages
        for (strip, range) in zip(layout.strips, ranges) {
            let columns = outer.map { StripScale($0, width: strip.bar.width).columns(of: range) } ?? bar.columns(of: range)
            if let columns { drawConnector(on: &surface, strip, columns, unit: layout.unit) }
            surface.fill(strip.labels, with: PictureTheme.panel)
            drawLabels(on: &surface, strip, range, gain: outerPages / max(range.pages.rawValue, 1), unit: layout.unit)
            drawRegions(on: &surface, strip.bar, range, unit: layout.unit)
            outer = range
            outerPages = range.pages.rawValue
        }
    }

    /// A bracket below the bar above, and from it a shape that widens down to the strip.
    private func drawConnector<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ strip: PictureLayout.Strip, _ columns: Range<Int>, unit: Int
    ) {
        let area = strip.connector
        let left = area.x + columns.lowerBound
        // Where little is magnified, the bracket still has to be seen.
        let right = min(max(area.x + columns.upperBound, left + 2 * unit), area.x + area.width)
        let start = min(left, right - unit)
        let bracket = 2 * unit
        let height = max(area.height - bracket - unit, 1)
        let (panel, line) = (surface.pixel(PictureTheme.panel), surface.pixel(PictureTheme.line))
        surface.fill(PixelRectangle(x: start, y: area.y + unit, width: right - start, height: bracket), with: PictureTheme.text)
        var (above, aboveEnd) = (start, right)
        for row in 0..<height {
            let y = area.y + unit + bracket + row
            let from = start - (start - area.x) * (row + 1) / height
            let to = right + (area.x + area.width - right) * (row + 1) / height
            surface.fillRow(x: from, y: y, count: to - from, pixel: panel)
            // As long as the step from the row above, so that flat edges stay lines.
            surface.fillRow(x: from, y: y, count: max(above - from, unit), pixel: line)
            surface.fillRow(x: min(aboveEnd, to - unit), y: y, count: max(to - aboveEnd, unit), pixel: line)
            (above, aboveEnd) = (from, to)
        }
    }

    /// The first and the last address, and between them the size and how much larger it is drawn than in the bar above.
    private func drawLabels<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ strip: PictureLayout.Strip, _ range: PhysicalRange, gain: UInt64, unit: Int
    ) {
        let area = strip.labels
        let y = area.y + (area.height - 16 * unit) / 2
        let edge = TextStyle(color: PictureTheme.text, scale: .units(unit))
        let inner = TextStyle(color: PictureTheme.dimText, scale: .units(unit))
        var row = LabelRow(bounds: (area.x + 6 * unit)..<(area.x + area.width - 6 * unit), gap: 12 * unit)
        var (first, last, middle) = (TextField(), TextField(), TextField())
        first.write(hexadecimal: range.start.rawValue)
        last.write(hexadecimal: range.last.rawValue)
        middle.write(size: range.pages)
        middle.write(", magnified ")
        middle.write(decimal: gain, thousands: true)
        middle.write(" times")
        func width(_ text: TextField) -> Int { text.count * edge.cellWidth }
        if let x = row.place(x: area.x, width: width(first)) { surface.drawText(first, x: x, y: y, style: edge) }
        if let x = row.place(x: area.x + area.width, width: width(last)) { surface.drawText(last, x: x, y: y, style: edge) }
        if let x = row.place(x: area.x + (area.width - width(middle)) / 2, width: width(middle)) {
            surface.drawText(middle, x: x, y: y, style: inner)
        }
    }

    /// Every region of `range`, at least one pixel wide; wide neighbours of one colour are told apart by a gap.
    private func drawRegions<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ area: PixelRectangle, _ range: PhysicalRange, unit: Int
    ) {
        surface.fill(area, with: MemoryCategory.hole.color)
        drawHoleEdges(on: &surface, area)
        let scale = StripScale(range, width: area.width)
        var previous: MemoryRegion?
        for region in map.regions(overlapping: range) {
            guard let part = region.range.intersection(range) else { continue }
            let columns = scale.columns(of: part)
            var box = PixelRectangle(x: area.x + columns.lowerBound, y: area.y, width: columns.count, height: area.height)
            surface.fill(box, with: MemoryCategory(region).color)
            if let previous, previous.range.end == region.range.start, columns.count >= 4 * unit,
                MemoryCategory(previous) == MemoryCategory(region)
            {
                box.width = unit
                surface.fill(box, with: PictureTheme.background)
            }
            previous = region
        }
    }
}
