import MemoryMap
import MemoryReport

extension MemoryMapPicture {
    /// The headline figures, in columns.
    func drawFigures<Surface: PixelSurface & ~Copyable>(on surface: inout Surface, _ layout: PictureLayout) {
        guard let area = layout.figures else { return }
        let unit = layout.unit
        // Small figures stand in columns with a gap between, so that the last one ends with the picture.
        let gap = layout.areFiguresLarge || layout.figureColumns == 1 ? 0 : PicturePlan.figureGap * unit
        let pitch = (area.width + gap) / layout.figureColumns
        for index in 0..<layout.figureCount {
            let x = area.x + index % layout.figureColumns * pitch
            let row = index / layout.figureColumns
            let value = figure(index)
            let label = TextStyle(color: PictureTheme.dimText, scale: .units(unit))
            if layout.areFiguresLarge {
                let style = TextStyle(color: PictureTheme.text, scale: .units(2 * unit))
                surface.drawText(value, x: x, y: area.y, style: style)
                surface.drawText(Self.figureLabel(index), x: x, y: area.y + 38 * unit, style: label)
            } else {
                let style = TextStyle(color: PictureTheme.text, scale: .units(unit), weight: .bold)
                let y = area.y + row * PicturePlan.figureRowHeight * unit
                surface.drawText(Self.figureLabel(index), x: x, y: y, style: label)
                surface.drawText(value, right: x + pitch - gap, y: y, style: style)
            }
        }
    }

    private func figure(_ index: Int) -> TextField {
        var text = TextField()
        switch index {
        case 0: text.write(size: summary.ram)
        case 1: text.write(size: summary.usableNow)
        case 2: text.write(size: summary.usableAfterExit)
        case 3: text.write(size: summary.keptByFirmware)
        case 4: text.write(size: summary.largestUsableNow?.pages ?? .zero)
        default: text.write(decimal: UInt64(summary.descriptorCount), thousands: true)
        }
        return text
    }

    private static func figureLabel(_ index: Int) -> StaticString {
        switch index {
        case 0: "RAM described"
        case 1: "usable now"
        case 2: "usable after exit"
        case 3: "kept by firmware"
        case 4: "largest usable run"
        default: "descriptors"
        }
    }
}
