import MemoryReport

/// How text looks.
public struct TextStyle: Hashable, Sendable {
    /// How many pixels of the surface are a pixel of the font, in both directions.
    public enum Scale: Int, Sendable {
        case normal = 1
        case double = 2
        case quadruple = 4
    }

    /// How thick strokes are.
    public enum Weight: Sendable {
        case regular
        case bold
    }

    public var color: RGBColor

    /// What fills the cells around the strokes, or nil to leave there what is.
    public var background: RGBColor?

    public var scale: Scale
    public var weight: Weight

    @inlinable
    public init(color: RGBColor, background: RGBColor? = nil, scale: Scale = .normal, weight: Weight = .regular) {
        self.color = color
        self.background = background
        self.scale = scale
        self.weight = weight
    }

    /// The width of a character's cell in pixels of the surface.
    @inlinable
    public var cellWidth: Int { Font.cellWidth * scale.rawValue }

    /// The height of a character's cell in pixels of the surface.
    @inlinable
    public var cellHeight: Int { Font.cellHeight * scale.rawValue }

    /// The pixels that `count` characters take with their top left corner at (`x`, `y`).
    ///
    /// - Precondition: The width of so many characters fits an `Int`.
    @inlinable
    public func bounds(x: Int, y: Int, count: Int) -> PixelRectangle {
        PixelRectangle(x: x, y: y, width: count * cellWidth, height: cellHeight)
    }
}
