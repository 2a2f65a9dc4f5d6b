import Display
import MemoryReport

/// A surface without pixels that notes what is drawn on it.
struct RecordingSurface: PixelSurface {
    struct Text {
        var text: String
        var bounds: PixelRectangle
    }

    let width: Int
    let height: Int
    private(set) var texts: [Text] = []

    /// The rectangles that were filled, rows of one pixel among them.
    private(set) var fills: [(rectangle: PixelRectangle, pixel: UInt32)] = []

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    func pixel(_ color: RGBColor) -> UInt32 { PixelFormat.bgrx.pixel(color) }

    mutating func fillRow(x: Int, y: Int, count: Int, pixel: UInt32) {
        fill(PixelRectangle(x: x, y: y, width: count, height: 1), pixel: pixel)
    }

    mutating func fill(_ rectangle: PixelRectangle, pixel: UInt32) {
        if !rectangle.isEmpty { fills.append((rectangle, pixel)) }
    }

    mutating func drawText(_ text: borrowing Span<UInt8>, x: Int, y: Int, style: TextStyle) {
        var bytes: [UInt8] = []
        for index in text.indices { bytes.append(text[index]) }
        if !bytes.isEmpty {
            texts.append(Text(text: String(decoding: bytes, as: UTF8.self), bounds: style.bounds(x: x, y: y, count: bytes.count)))
        }
    }

    /// What is drawn outside of the surface.
    var outside: [PixelRectangle] { (texts.map(\.bounds) + fills.map(\.rectangle)).filter { !bounds.contains($0) } }

    /// Two texts that share a pixel.
    var overlap: (String, String)? {
        let sorted = texts.sorted { $0.bounds.y < $1.bounds.y }
        for (index, upper) in sorted.enumerated() {
            for lower in sorted[(index + 1)...] {
                if lower.bounds.y >= upper.bounds.y + upper.bounds.height { break }
                if upper.bounds.overlaps(lower.bounds) { return (upper.text, lower.text) }
            }
        }
        return nil
    }

    /// A text that shares pixels with a fill in a category's colour, where it could not be read.
    var textOnColor: String? {
        let colors = Set(MemoryCategory.allCases.map { pixel($0.color) })
        let colored = fills.filter { colors.contains($0.pixel) }.map(\.rectangle).sorted { $0.y < $1.y }
        let highest = colored.map(\.height).max() ?? 0
        for text in texts {
            var low = 0
            var high = colored.count
            while low < high {
                let middle = (low + high) / 2
                if colored[middle].y + highest <= text.bounds.y { low = middle + 1 } else { high = middle }
            }
            for rectangle in colored[low...] {
                if rectangle.y >= text.bounds.y + text.bounds.height { break }
                if rectangle.overlaps(text.bounds) { return text.text }
            }
        }
        return nil
    }

    func texts(in area: PixelRectangle) -> [String] { texts.filter { area.contains($0.bounds) }.map(\.text) }
}
