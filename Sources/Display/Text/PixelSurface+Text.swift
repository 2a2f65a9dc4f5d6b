import MemoryReport

extension PixelSurface where Self: ~Copyable {
    public mutating func drawText(_ text: borrowing Span<UInt8>, x: Int, y: Int, style: TextStyle) {
        drawGlyphs(text, x: x, y: y, style: style)
    }

    /// Draws a piece of text that was put together with the writers of `MemoryReport`; nothing is allocated.
    public mutating func drawText(_ field: TextField, x: Int, y: Int, style: TextStyle) {
        var bytes: [64 of UInt8] = .init(repeating: 0)
        for index in 0..<field.count { bytes[index] = field[index] }
        drawText(bytes.span.extracting(first: field.count), x: x, y: y, style: style)
    }

    /// Draws one line of fixed text, of which the first 64 bytes are shown; nothing is allocated.
    public mutating func drawText(_ text: StaticString, x: Int, y: Int, style: TextStyle) {
        var field = TextField()
        field.write(text)
        drawText(field, x: x, y: y, style: style)
    }

    /// Draws one line of text in the glyphs of `Font`, clipped to the surface; characters wholly outside cost nothing but
    /// the look.
    ///
    /// - Complexity: O(characters)
    public mutating func drawGlyphs(_ text: borrowing Span<UInt8>, x: Int, y: Int, style: TextStyle) {
        guard y < height, y > -style.cellHeight, x < width else { return }
        let ink = pixel(style.color)
        let paper = style.background.map { pixel($0) }
        var left = x
        for index in text.indices {
            guard left < width else { return }
            if left > -style.cellWidth {
                if let paper { fill(style.bounds(x: left, y: y, count: 1), pixel: paper) }
                drawGlyph(text[index], x: left, y: y, style: style, ink: ink)
            }
            left += style.cellWidth
        }
    }

    /// Draws the strokes of one character; each run of set bits in a row of the font is one fill.
    ///
    /// - Precondition: Part of the cell lies on the surface.
    private mutating func drawGlyph(_ byte: UInt8, x: Int, y: Int, style: TextStyle, ink: UInt32) {
        let scale = style.scale.rawValue
        for row in 0..<Font.cellHeight {
            var bits = Font.pixels(of: byte, row: row)
            if style.weight == .bold { bits = Font.bold(bits) }
            var column = 0
            while bits != 0 {
                let gap = bits.leadingZeroBitCount
                let run = (~(bits << UInt8(gap))).leadingZeroBitCount
                column += gap
                let left = x + column * scale
                for line in 0..<scale {
                    fillRow(x: left, y: y + row * scale + line, count: run * scale, pixel: ink)
                }
                column += run
                bits = gap + run < 8 ? bits << UInt8(gap + run) : 0
            }
        }
    }
}
