import MemoryMap
import MemoryReport

extension MemoryMapPicture {
    /// A row for each type, the largest first: descriptors, pages, size and a bar to the scale of the largest one.
    func drawTable<Surface: PixelSurface & ~Copyable>(on surface: inout Surface, _ layout: PictureLayout) {
        guard let area = layout.table else { return }
        let unit = layout.unit
        let table = TypeTable(summary, limit: layout.tableRows, width: area.width / (8 * unit))
        let head = TextStyle(color: PictureTheme.dimText, scale: .units(unit))
        let headings = TypeTable.Row(
            category: nil, name: .of(TypeTable.headings.name), count: .of(TypeTable.headings.count),
            pages: .of(TypeTable.headings.pages), size: .of(TypeTable.headings.size), total: .zero)
        drawRow(on: &surface, table, headings, area, y: area.y, style: head, unit: unit)
        drawRule(on: &surface, below: area, layout)

        let style = TextStyle(color: PictureTheme.text, scale: .units(unit))
        var y = area.y
        for row in table.rows {
            y += layout.rowPitch
            drawRow(on: &surface, table, row, area, y: y, style: row.category == nil ? head : style, unit: unit)
            guard let category = row.category else { continue }
            drawSwatch(on: &surface, category, x: area.x, y: y, unit: unit)
            let x = area.x + (table.sizeEnd + 2) * style.cellWidth
            let box = PixelRectangle(x: x, y: y + 3 * unit, width: area.x + area.width - x, height: 9 * unit)
            surface.fill(box.part(row.total, of: table.largest), with: category.color)
        }
    }

    private func drawRow<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ table: TypeTable, _ row: TypeTable.Row, _ area: PixelRectangle, y: Int, style: TextStyle,
        unit: Int
    ) {
        let cell = style.cellWidth
        surface.drawText(row.name.fitting(table.nameLength), x: area.x + PicturePlan.swatchWidth * unit, y: y, style: style)
        if let end = table.countEnd { surface.drawText(row.count, right: area.x + end * cell, y: y, style: style) }
        if let end = table.pagesEnd { surface.drawText(row.pages, right: area.x + end * cell, y: y, style: style) }
        surface.drawText(row.size, right: area.x + table.sizeEnd * cell, y: y, style: style)
    }

    /// The line between the headings of a table and its rows.
    func drawRule<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, below area: PixelRectangle, _ layout: PictureLayout
    ) {
        let rule = PixelRectangle(
            x: area.x, y: area.y + layout.rowPitch - 2 * layout.unit, width: area.width, height: layout.unit)
        if layout.rowPitch > 17 * layout.unit { surface.fill(rule, with: PictureTheme.rule) }
    }
}
