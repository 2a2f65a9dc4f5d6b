import MemoryMap
import MemoryReport

extension TextStyle.Scale {
    /// The scale at which a pixel of the font is so many pixels of the surface; 1 where there is none.
    static func units(_ pixels: Int) -> Self { Self(rawValue: pixels) ?? .normal }
}

extension PixelSurface where Self: ~Copyable {
    /// Draws text that ends before column `right`, cut at its end where it is wider than `width`.
    ///
    /// - Returns: The width that the text takes.
    @discardableResult mutating func drawText(_ text: TextField, right: Int, y: Int, atMost width: Int = .max, style: TextStyle)
        -> Int
    {
        let fitting = text.fitting(max(width, 0) / style.cellWidth)
        let taken = fitting.count * style.cellWidth
        drawText(fitting, x: right - taken, y: y, style: style)
        return taken
    }
}

extension TextField {
    /// The text, or as much of it as fits `length` characters with two dots that say so.
    func fitting(_ length: Int) -> TextField {
        guard count > length else { return self }
        var short = TextField()
        guard length > 2 else { return short }
        for index in 0..<(length - 2) { short.write(self[index]) }
        short.write("..")
        return short
    }

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
