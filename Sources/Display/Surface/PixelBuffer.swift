import MemoryReport

/// A surface in ordinary memory: one array of `width * height` words, row after row.
///
/// It is allocated once, at its creation, and never grows.
public struct PixelBuffer: PixelSurface {
    /// The largest width and height; a buffer of both takes 1 GiB.
    public static let largestSide = 16384

    public let width: Int
    public let height: Int
    public let format: PixelFormat

    /// The words of all pixels, row after row.
    public private(set) var pixels: [UInt32]

    /// A buffer of zeros, or nil where a side is not within 1 to `largestSide`.
    public init?(width: Int, height: Int, format: PixelFormat = .bgrx) {
        guard 1...Self.largestSide ~= width, 1...Self.largestSide ~= height else { return nil }
        self.width = width
        self.height = height
        self.format = format
        pixels = Array(repeating: 0, count: width * height)
    }

    public func pixel(_ color: RGBColor) -> UInt32 { format.pixel(color) }

    public mutating func fillRow(x: Int, y: Int, count: Int, pixel: UInt32) {
        guard 0..<height ~= y else { return }
        let columns = PixelRectangle(x: x, y: y, width: count, height: 1).columns(within: width)
        for index in (y * width + columns.lowerBound)..<(y * width + columns.upperBound) {
            pixels[index] = pixel
        }
    }

    /// The word at column `x` of row `y`, or nil outside of the buffer.
    public subscript(x: Int, y: Int) -> UInt32? {
        0..<width ~= x && 0..<height ~= y ? pixels[y * width + x] : nil
    }
}
