/// A rectangle of pixels; x grows to the right and y downwards, and sides may lie outside of any surface.
public struct PixelRectangle: Hashable, Sendable {
    /// The leftmost column.
    public var x: Int

    /// The topmost row.
    public var y: Int

    /// The number of columns; zero or less is an empty rectangle.
    public var width: Int

    /// The number of rows; zero or less is an empty rectangle.
    public var height: Int

    @inlinable
    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// Whether there is no pixel in it.
    @inlinable
    public var isEmpty: Bool { width <= 0 || height <= 0 }

    /// The columns that lie on a surface of `limit` columns, an empty range where there are none.
    @inlinable
    public func columns(within limit: Int) -> Range<Int> { Self.clip(x, width, limit) }

    /// The rows that lie on a surface of `limit` rows, an empty range where there are none.
    @inlinable
    public func rows(within limit: Int) -> Range<Int> { Self.clip(y, height, limit) }

    /// Whether the two share a pixel.
    @inlinable
    public func overlaps(_ other: Self) -> Bool {
        guard !isEmpty, !other.isEmpty else { return false }
        return x < Self.end(other.x, other.width) && other.x < Self.end(x, width)
            && y < Self.end(other.y, other.height) && other.y < Self.end(y, height)
    }

    /// Whether every pixel of `other` is also one of this rectangle; true for an empty `other`.
    @inlinable
    public func contains(_ other: Self) -> Bool {
        guard !other.isEmpty else { return true }
        return x <= other.x && Self.end(other.x, other.width) <= Self.end(x, width)
            && y <= other.y && Self.end(other.y, other.height) <= Self.end(y, height)
    }

    @inlinable
    static func clip(_ start: Int, _ count: Int, _ limit: Int) -> Range<Int> {
        guard count > 0, limit > 0, start < limit else { return 0..<0 }
        let first = max(start, 0)
        let last = min(end(start, count), limit)
        return first < last ? first..<last : 0..<0
    }

    /// `start + count`, held at the largest integer.
    @inlinable
    static func end(_ start: Int, _ count: Int) -> Int {
        let (sum, overflow) = start.addingReportingOverflow(count)
        return overflow ? .max : sum
    }
}
