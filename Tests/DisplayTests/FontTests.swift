import Display
import MemoryReport
import Testing

struct FontTests {
    private func glyph(_ byte: UInt8) -> [UInt8] { (0..<Font.cellHeight).map { Font.pixels(of: byte, row: $0) } }

    @Test func everyPrintableByteHasAGlyphOfItsOwn() {
        var seen: [[UInt8]: UInt8] = [:]
        for byte in UInt8(32)...127 {
            let shape = glyph(byte)
            #expect(shape.contains { $0 != 0 } == (byte != 32), "byte \(byte)")
            #expect(seen.updateValue(byte, forKey: shape) == nil, "byte \(byte) looks like another one")
        }
    }

    @Test func everyOtherByteShowsTheFallback() {
        for byte in UInt8.min...UInt8.max where !(32...126 ~= byte) { #expect(glyph(byte) == glyph(Font.fallback)) }
    }

    @Test func cellsLeaveRoomToTheNeighbours() {
        for byte in UInt8(32)...127 {
            let shape = glyph(byte)
            #expect(shape.allSatisfy { $0 & 1 == 0 }, "byte \(byte): the last column is for the bold weight")
            #expect(shape[0] == 0 && shape[15] == 0, "byte \(byte): lines of text do not touch")
        }
    }

    @Test func lettersKeepTheLines() {
        for byte in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8 {
            let shape = glyph(byte)
            #expect(shape.firstIndex { $0 != 0 } == 2 && shape.lastIndex { $0 != 0 } == 11, "byte \(byte)")
        }
        for byte in "acemnorsuvwxz".utf8 {
            let shape = glyph(byte)
            #expect(shape.firstIndex { $0 != 0 } == 5 && shape.lastIndex { $0 != 0 } == 11, "byte \(byte)")
        }
        for byte in "gpqyj".utf8 { #expect(glyph(byte).lastIndex { $0 != 0 } == 14, "byte \(byte)") }
    }

    @Test func rowsOutsideOfTheCellAreEmpty() {
        #expect(Font.pixels(of: 65, row: -1) == 0 && Font.pixels(of: 65, row: 16) == 0 && Font.pixels(of: 65, row: .max) == 0)
    }

    @Test func boldIsWiderAndKeepsGapsOpen() {
        for row in UInt8.min...UInt8.max {
            let bold = Font.bold(row)
            #expect(bold & row == row)
            // Runs stay runs: as many as before.
            func runs(_ bits: UInt8) -> Int { (bits & ~(bits << 1)).nonzeroBitCount }
            #expect(runs(bold) == runs(row))
        }
        for byte in UInt8(33)...126 { #expect(glyph(byte).map(Font.bold) != glyph(byte), "byte \(byte)") }
    }

    @Test(arguments: [TextStyle.Scale.normal, .double], [TextStyle.Weight.regular, .bold])
    func textShowsTheGlyphs(scale: TextStyle.Scale, weight: TextStyle.Weight) throws {
        let ink = RGBColor(red: 255, green: 255, blue: 255)
        let style = TextStyle(color: ink, scale: scale, weight: weight)
        let text = Array((UInt8(30)...130))
        let bounds = style.bounds(x: 3, y: 5, count: text.count)
        var buffer = try #require(PixelBuffer(width: bounds.width + 6, height: bounds.height + 10))
        buffer.drawText(text.span, x: 3, y: 5, style: style)
        for y in 0..<buffer.height {
            for x in 0..<buffer.width {
                let (row, column) = ((y - 5) / scale.rawValue, (x - 3) / scale.rawValue)
                var isInk = false
                if y >= 5, row < 16, x >= 3, column < text.count * 8 {
                    let bits = Font.pixels(of: text[column / 8], row: row)
                    isInk = (weight == .bold ? Font.bold(bits) : bits) >> (7 - column % 8) & 1 == 1
                }
                #expect((buffer[x, y] == PixelFormat.bgrx.pixel(ink)) == isInk)
            }
        }
    }
}
