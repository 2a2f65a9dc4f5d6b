import MemoryMap
import MemoryReport

extension MemoryMapPicture {
    /// What becomes of the memory, beside the table of types.
    func drawFates<Surface: PixelSurface & ~Copyable>(on surface: inout Surface, _ layout: PictureLayout, fates: [MemoryFate]) {
        guard let area = layout.fates else { return }
        let unit = layout.unit
        let head = TextStyle(color: PictureTheme.dimText, scale: .units(unit))
        let style = TextStyle(color: PictureTheme.text, scale: .units(unit))
        var title = TextField()
        title.write("After ExitBootServices (")
        title.write(summary.policy.name)
        title.write(")")
        surface.drawText(title.fitting(area.width / head.cellWidth), x: area.x, y: area.y, style: head)
        drawRule(on: &surface, below: area, layout)
        let largest = fates.map { summary.pages($0) }.max() ?? .zero
        var y = area.y
        for fate in fates {
            y += layout.rowPitch
            surface.drawText(fate.name, x: area.x, y: y, style: style)
            let sizeEnd = area.x + 29 * style.cellWidth
            surface.drawText(.of(size: summary.pages(fate)), right: sizeEnd, y: y, style: style)
            let x = sizeEnd + 16 * unit
            let box = PixelRectangle(x: x, y: y + 3 * unit, width: area.x + area.width - x, height: 9 * unit)
            surface.fill(box.part(summary.pages(fate), of: largest), with: PictureTheme.line)
        }
    }
}
