import MemoryReport

/// Something to draw on: a grid of 32-bit pixels.
///
/// Every call clips: what lies outside of the surface is not drawn, and nothing outside of it is written. A conforming type
/// gives the size, the packing and `fillRow`; the rest follows. It is used as a generic parameter, never as an existential.
public protocol PixelSurface: ~Copyable {
    /// The number of columns, 1 to 32768.
    var width: Int { get }

    /// The number of rows, 1 to 32768.
    var height: Int { get }

    /// The word that shows `color` on this surface.
    func pixel(_ color: RGBColor) -> UInt32

    /// Sets `count` pixels of row `y` from column `x` on to `pixel`, as far as they lie on the surface.
    mutating func fillRow(x: Int, y: Int, count: Int, pixel: UInt32)

    /// Sets the pixels of `rectangle` to `pixel`, as far as they lie on the surface.
    mutating func fill(_ rectangle: PixelRectangle, pixel: UInt32)

    /// Draws one line of text with its top left corner at (`x`, `y`).
    ///
    /// A surface that knows a better way to show text than the pixels of `Font` may bring its own.
    mutating func drawText(_ text: borrowing Span<UInt8>, x: Int, y: Int, style: TextStyle)
}

extension PixelSurface where Self: ~Copyable {
    /// The whole surface.
    @inlinable
    public var bounds: PixelRectangle { PixelRectangle(x: 0, y: 0, width: width, height: height) }

    /// Sets one pixel, where it lies on the surface.
    @inlinable
    public mutating func setPixel(x: Int, y: Int, to color: RGBColor) {
        fillRow(x: x, y: y, count: 1, pixel: pixel(color))
    }

    /// Fills `rectangle` with `color`, as far as it lies on the surface.
    @inlinable
    public mutating func fill(_ rectangle: PixelRectangle, with color: RGBColor) {
        fill(rectangle, pixel: pixel(color))
    }

    public mutating func fill(_ rectangle: PixelRectangle, pixel: UInt32) {
        for row in rectangle.rows(within: height) {
            fillRow(x: rectangle.x, y: row, count: rectangle.width, pixel: pixel)
        }
    }

    /// Draws a frame one pixel thick just inside the edges of `rectangle`.
    public mutating func outline(_ rectangle: PixelRectangle, with color: RGBColor) {
        guard !rectangle.isEmpty else { return }
        let word = pixel(color)
        let bottom = rectangle.y.addingReportingOverflow(rectangle.height - 1).partialValue
        let right = rectangle.x.addingReportingOverflow(rectangle.width - 1).partialValue
        fillRow(x: rectangle.x, y: rectangle.y, count: rectangle.width, pixel: word)
        if bottom > rectangle.y {
            fillRow(x: rectangle.x, y: bottom, count: rectangle.width, pixel: word)
        }
        for row in rectangle.rows(within: height) {
            fillRow(x: rectangle.x, y: row, count: 1, pixel: word)
            if right > rectangle.x { fillRow(x: right, y: row, count: 1, pixel: word) }
        }
    }
}
