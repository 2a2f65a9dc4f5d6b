/// The bitmap font that all text is drawn with: every printable ASCII byte in a cell of 8 x 16 pixels.
///
/// It is a table of 1536 bytes in read-only memory; nothing is allocated. See `sheet` for the shapes.
public enum Font {
    /// The width of every character's cell in pixels, at scale 1.
    public static let cellWidth = 8

    /// The height of every character's cell in pixels, at scale 1.
    public static let cellHeight = 16

    /// The byte whose glyph, a box, stands for every byte that has none of its own.
    public static let fallback: UInt8 = 127

    /// The pixels of one row of a character, the leftmost in the highest bit.
    ///
    /// - Parameters:
    ///   - byte: The character; bytes outside of 32 to 126 get the glyph of `fallback`.
    ///   - row: The row from the top; outside of 0 to 15 there are no pixels.
    /// - Complexity: O(1)
    public static func pixels(of byte: UInt8, row: Int) -> UInt8 {
        guard 0..<cellHeight ~= row else { return 0 }
        let glyph = Int((32...126 ~= byte ? byte : fallback) - 32)
        let word = sheet[glyph / 8 * cellHeight + row]
        return UInt8(truncatingIfNeeded: word >> UInt64(56 - glyph % 8 * 8))
    }

    /// The bold form of a row of pixels: each stroke one pixel wider to the right, but never across a gap of one pixel,
    /// so that the inner spaces of letters stay open.
    @inlinable
    public static func bold(_ row: UInt8) -> UInt8 { row | ((row >> 1) & ~(row << 1)) }
}
