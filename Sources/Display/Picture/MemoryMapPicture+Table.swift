import MemoryMap
import MemoryReport

extension MemoryMapPicture {
    /// A row for each type, the largest first: descriptors, pages, size and a bar to the scale of the largest one. Where not
    /// all types have room, the last row says how many are missing and how much they have together.
    func drawTable<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ layout: PictureLayout
    ) {
        guard let area = layout.table else { return }
        let columns = TypeColumns(width: area.width / (8 * layout.unit))
        let unit = layout.unit
        let head = TextStyle(color: PictureTheme.dimText, scale: .units(unit))
        var y = area.y
        surface.drawText("Type", x: area.x + PicturePlan.swatchWidth * unit, y: y, style: head)
        drawRow(
            on: &surface, area, columns, y: y, style: head, unit: unit, count: .of("Rows"),
            pages: .of("Pages"), size: .of("Size"))
        surface.fill(
            PixelRectangle(x: area.x, y: y + layout.rowPitch - 2 * unit, width: area.width, height: unit),
            with: PictureTheme.panel)

        let totals = summary.byType.sorted { ($1.pages, $0.type) < ($0.pages, $1.type) }
        let largest = totals.first?.pages ?? .zero
        let shown = totals.count <= layout.tableRows ? totals.count : layout.tableRows - 1
        let style = TextStyle(color: PictureTheme.text, scale: .units(unit))
        for total in totals.prefix(shown) {
            y += layout.rowPitch
            let category = MemoryCategory(total.type)
            drawSwatch(on: &surface, category, x: area.x, y: y, unit: unit)
            var name = TextField()
            name.write(total.type)
            surface.drawText(
                name.fitting(columns.name), x: area.x + PicturePlan.swatchWidth * unit, y: y, style: style)
            drawRow(
                on: &surface, area, columns, y: y, style: style, unit: unit,
                count: .of(UInt64(total.descriptors)),
                pages: .of(total.pages.rawValue), size: .of(size: total.pages))
            let box = columns.bar(in: area, y: y, unit: unit)
            surface.fill(box.part(total.pages, of: largest), with: category.color)
        }
        if shown < totals.count {
            drawRest(
                on: &surface, area, columns, y: y + layout.rowPitch, head, unit: unit,
                totals.dropFirst(shown))
        }
    }

    private func drawRest<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ area: PixelRectangle, _ columns: TypeColumns, y: Int,
        _ style: TextStyle, unit: Int,
        _ totals: ArraySlice<MemoryMapSummary.TypeTotal>
    ) {
        var name = TextField()
        name.write(decimal: UInt64(totals.count), thousands: true)
        name.write(totals.count == 1 ? " more type" : " more types")
        surface.drawText(
            name.fitting(columns.name), x: area.x + PicturePlan.swatchWidth * unit, y: y, style: style)
        // Sums over disjoint regions fit.
        let count = totals.reduce(0) { $0 + UInt64($1.descriptors) }
        let pages = totals.reduce(0) { $0 + $1.pages.rawValue }
        drawRow(
            on: &surface, area, columns, y: y, style: style, unit: unit, count: .of(count),
            pages: .of(pages),
            size: .of(size: PageCount(pages)))
    }

    private func drawRow<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ area: PixelRectangle, _ columns: TypeColumns, y: Int,
        style: TextStyle, unit: Int,
        count: TextField, pages: TextField, size: TextField
    ) {
        let cell = 8 * unit
        if let end = columns.countEnd {
            surface.drawText(
                count, right: area.x + end * cell, y: y, atMost: TypeColumns.count * cell, style: style)
        }
        if let end = columns.pagesEnd {
            surface.drawText(
                pages, right: area.x + end * cell, y: y, atMost: TypeColumns.pages * cell, style: style)
        }
        surface.drawText(
            size, right: area.x + columns.sizeEnd * cell, y: y, atMost: TypeColumns.size * cell,
            style: style)
    }

    /// What becomes of the memory, beside the table of types.
    func drawFates<Surface: PixelSurface & ~Copyable>(
        on surface: inout Surface, _ layout: PictureLayout, fates: [MemoryFate]
    ) {
        guard let area = layout.fates else { return }
        let unit = layout.unit
        let head = TextStyle(color: PictureTheme.dimText, scale: .units(unit))
        let style = TextStyle(color: PictureTheme.text, scale: .units(unit))
        var title = TextField()
        title.write("After ExitBootServices (")
        title.write(summary.policy.name)
        title.write(")")
        surface.drawText(title.fitting(area.width / head.cellWidth), x: area.x, y: area.y, style: head)
        surface.fill(
            PixelRectangle(
                x: area.x, y: area.y + layout.rowPitch - 2 * unit, width: area.width, height: unit),
            with: PictureTheme.panel)
        let largest = fates.map { summary.pages($0) }.max() ?? .zero
        var y = area.y
        for fate in fates {
            y += layout.rowPitch
            surface.drawText(fate.name, x: area.x, y: y, style: style)
            let sizeEnd = area.x + 29 * style.cellWidth
            surface.drawText(
                .of(size: summary.pages(fate)), right: sizeEnd, y: y, atMost: 11 * style.cellWidth,
                style: style)
            let x = sizeEnd + 16 * unit
            let box = PixelRectangle(
                x: x, y: y + 3 * unit, width: area.x + area.width - x, height: 9 * unit)
            surface.fill(box.part(summary.pages(fate), of: largest), with: PictureTheme.line)
        }
    }
}

/// The columns of the table of types, in characters; what has no room is left out, the counts last.
struct TypeColumns {
    static let count = 6
    static let pages = 13
    static let size = 10
    static let longestName = 19
    static let swatch = 3

    let name: Int
    let countEnd: Int?
    let pagesEnd: Int?
    let sizeEnd: Int

    /// Chooses the columns for a table of `width` characters.
    init(width: Int) {
        name = Self.longestName
        var end = Self.swatch + Self.longestName
        let hasCount = width >= end + Self.count + 1 + Self.size
        let hasPages = width >= end + Self.count + Self.pages + 2 + Self.size
        if hasCount { end += Self.count }
        countEnd = hasCount ? end : nil
        if hasPages { end += Self.pages }
        pagesEnd = hasPages ? end : nil
        sizeEnd = end + 1 + Self.size
    }

    /// Where the bar of the row at `y` lies; empty where there is no room for it.
    func bar(in area: PixelRectangle, y: Int, unit: Int) -> PixelRectangle {
        let x = area.x + (sizeEnd + 2) * 8 * unit
        return PixelRectangle(x: x, y: y + 3 * unit, width: area.x + area.width - x, height: 9 * unit)
    }
}

extension PixelRectangle {
    /// The left part that shows `pages` of `whole`: at least one column of anything, nothing of nothing.
    func part(_ pages: PageCount, of whole: PageCount) -> PixelRectangle {
        guard width > 0, pages > .zero, whole >= pages else {
            return PixelRectangle(x: x, y: y, width: 0, height: height)
        }
        // 2^52 pages and 2^15 columns need two words.
        let product = pages.rawValue.multipliedFullWidth(by: UInt64(width))
        let columns = Int(whole.rawValue.dividingFullWidth(product).quotient)
        return PixelRectangle(x: x, y: y, width: max(columns, 1), height: height)
    }
}

extension TextField {
    static func of(_ text: StaticString) -> TextField {
        var field = TextField()
        field.write(text)
        return field
    }

    static func of(_ number: UInt64) -> TextField {
        var field = TextField()
        field.write(decimal: number, thousands: true)
        return field
    }

    static func of(size pages: PageCount) -> TextField {
        var field = TextField()
        field.write(size: pages)
        return field
    }
}
