import MemoryReport

extension MemoryMapPicture {
    /// A swatch and a word for each category, in as many rows as it takes.
    func drawLegend<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ layout: PictureLayout, categories: [MemoryCategory]
    ) {
        guard let area = layout.legend else { return }
        let unit = layout.unit
        let style = TextStyle(color: PictureTheme.text, scale: .units(unit))
        var (x, y) = (area.x, area.y)
        for category in categories {
            let width = PicturePlan.swatchWidth * unit + category.label.utf8CodeUnitCount * style.cellWidth
            if x > area.x, x + width > area.x + area.width {
                x = area.x
                y += PicturePlan.legendRowHeight * unit
            }
            drawSwatch(on: &surface, category, x: x, y: y, unit: unit)
            surface.drawText(category.label, x: x + PicturePlan.swatchWidth * unit, y: y, style: style)
            x += width + PicturePlan.legendGap * unit
        }
    }

    /// A square in the category's colour beside a line of text at `y`.
    func drawSwatch<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ category: MemoryCategory, x: Int, y: Int, unit: Int
    ) {
        let square = PixelRectangle(x: x, y: y + 2 * unit, width: 11 * unit, height: 11 * unit)
        surface.fill(square, with: category.color)
        if category == .hole { surface.outline(square, with: PictureTheme.line) }
    }
}
