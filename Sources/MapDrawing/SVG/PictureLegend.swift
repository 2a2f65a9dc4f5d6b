import MemoryReport

/// The categories of a picture with their colours, their names and what there is of them.
struct PictureLegend {
    private let entries: [(category: MemoryCategory, amount: String)]

    init(_ entries: [(category: MemoryCategory, amount: String)]) { self.entries = entries }

    /// Draws as many entries in a line as fit between `left` and `right`.
    ///
    /// - Returns: Where the legend ends.
    func draw(into svg: inout SVGText, left: Double, right: Double, top: Double) -> Double {
        var (x, y) = (left, top)
        for entry in entries {
            let text = "\(entry.category.label) \(entry.amount)"
            let width = 18 + Double(text.utf8.count) * 6.4 + 14
            if x > left, x + width > right {
                x = left
                y += 18
            }
            svg.rectangle("box \(PictureStyle.name(entry.category))", x: x, y: y, width: 12, height: 12)
            svg.write(text, "", x: x + 18, y: y + 10)
            x += width
        }
        return y + 12
    }
}
