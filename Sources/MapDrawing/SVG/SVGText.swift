import MemoryReport

/// An SVG picture as it is written, element by element.
struct SVGText {
    private(set) var text = ""

    enum Anchor: String {
        case start
        case middle
        case end
    }

    mutating func raw(_ markup: String) { text += markup }

    mutating func rectangle(_ style: String, x: Double, y: Double, width: Double, height: Double, title: String? = nil) {
        text += "<rect class=\"\(style)\" x=\"\(Figures.length(x))\" y=\"\(Figures.length(y))\""
        text += " width=\"\(Figures.length(width))\" height=\"\(Figures.length(height))\""
        close("rect", title)
    }

    mutating func polygon(_ style: String, _ points: [(x: Double, y: Double)]) {
        let list = points.map { "\(Figures.length($0.x)),\(Figures.length($0.y))" }.joined(separator: " ")
        text += "<polygon class=\"\(style)\" points=\"\(list)\"/>\n"
    }

    mutating func line(_ style: String, from start: (x: Double, y: Double), to end: (x: Double, y: Double)) {
        text += "<line class=\"\(style)\" x1=\"\(Figures.length(start.x))\" y1=\"\(Figures.length(start.y))\""
        text += " x2=\"\(Figures.length(end.x))\" y2=\"\(Figures.length(end.y))\"/>\n"
    }

    /// Joins the edge of a block to scale with that of the same block opened out, by its colour and a line above.
    mutating func link(
        _ category: MemoryCategory, from scaled: (x: Double, top: Double, bottom: Double),
        to expanded: (x: Double, top: Double, bottom: Double)
    ) {
        polygon(
            "link \(PictureStyle.name(category))",
            [
                (scaled.x, scaled.top), (expanded.x, expanded.top), (expanded.x, expanded.bottom), (scaled.x, scaled.bottom),
            ])
        line("rule", from: (scaled.x, scaled.top), to: (expanded.x, expanded.top))
    }

    /// Writes `words`, which may come from outside.
    mutating func write(_ words: String, _ style: String, x: Double, y: Double, anchor: Anchor = .start) {
        text += "<text class=\"\(style)\" x=\"\(Figures.length(x))\" y=\"\(Figures.length(y))\""
        if anchor != .start { text += " text-anchor=\"\(anchor.rawValue)\"" }
        text += ">\(MarkupText.escaped(words))</text>\n"
    }

    private mutating func close(_ name: String, _ title: String?) {
        if let title {
            text += "><title>\(MarkupText.escaped(title))</title></\(name)>\n"
        } else {
            text += "/>\n"
        }
    }
}
