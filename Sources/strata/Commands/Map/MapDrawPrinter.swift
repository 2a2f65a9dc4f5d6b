import MapDrawing
import MapFormats
import MemoryMap
import MemoryReport

/// Maps drawn in a terminal: to scale, and as a strip in which every region can be seen.
struct MapDrawPrinter {
    let style: Style

    /// How many lines the strip of every region fills, about.
    private static let lines = 6
    private static let addressWidth = 19

    init(_ style: Style) { self.style = style }

    /// As many blocks as the strip of a map has cells.
    var limits: DrawingLimits {
        var limits = DrawingLimits()
        limits.blocksPerMap = stripCells
        limits.blocks = .max
        return limits
    }

    private var stripCells: Int { stripWidth * Self.lines }

    private var stripWidth: Int { max(style.terminal.width - Self.addressWidth - 3, 16) }

    func text(_ drawn: DrawnMaps) -> String {
        var text = drawn.maps.map(section).joined(separator: "\n")
        if drawn.left > 0 { text += "\n" + style.faint("\(drawn.left) more maps not drawn") + "\n" }
        return text
    }

    /// Both maps on one scale, window by window.
    func text(_ comparison: MapComparison) -> String {
        var text = ""
        for (map, name) in zip(comparison.maps, names) { text += name + " " + heading(map) }
        text += "\n"
        let printers = comparison.maps.map(bar)
        let common = ScaledBar(comparison.pages, cells: (printers.first?.rowWidth ?? 16) * 4)
        let bars = comparison.maps.map { ScaledBar($0.pages, cutAs: common) }
        text += "  " + style.heading("To scale") + style.faint("  a cell is \(SizeText.pages(common.pagesPerCell))") + "\n"
        for index in common.windows.indices {
            let lines = zip(printers, bars).map { $0.lines(of: $1.windows[index], usualScale: common.pagesPerCell) }
            for (first, second) in zip(lines[0], lines[1]) {
                text += style.faint(names[0]) + first + "\n" + style.faint(names[1]) + second + "\n"
            }
        }
        text += legend(comparison.maps)
        for note in comparison.notes { text += style.faint(note) + "\n" }
        return text
    }

    private let names = ["A", "B"]

    private func section(_ map: DrawnMap) -> String {
        var text = heading(map) + "\n"
        if !map.blocks.isEmpty { text += windows(map) + strip(map) + legend([map]) }
        for note in map.notes { text += style.faint(note) + "\n" }
        return text
    }

    private func heading(_ map: DrawnMap) -> String {
        var text = style.heading(map.source) + style.faint("  " + map.identity.joined(separator: style.separator)) + "\n"
        let words = map.figures.map { "\($0.name) \($0.value)" }
        if !words.isEmpty { text += wrapped(words, indent: "  ") }
        return text
    }

    private func windows(_ map: DrawnMap) -> String {
        let printer = bar(map)
        return printer.windows(of: printer.bar)
    }

    private func bar(_ map: DrawnMap) -> BarPrinter {
        BarPrinter(map: map.pages, style: style)
    }

    /// The strip, each line with the address at which its first region starts or goes on.
    private func strip(_ map: DrawnMap) -> String {
        // Few regions need few lines: ten cells each are enough to tell large ones from small ones.
        let lines = min((map.blocks.count * 10 + stripWidth - 1) / stripWidth, Self.lines)
        let strip = ZoomStrip(map, cells: lines * stripWidth)
        var text = "  " + style.heading("Every region") + style.faint("  not to scale") + "\n"
        var (line, room, address) = ("", stripWidth, "")
        for (index, segment) in strip.segments.enumerated() {
            let block = map.blocks[segment.block]
            // What is like its neighbour is set off from it.
            let isSetOff = index > 0 && map.blocks[strip.segments[index - 1].block].category == block.category
            var left = segment.cells
            while left > 0 {
                if room == stripWidth { address = HexadecimalText.text(block.range.start.rawValue) }
                let count = min(left, room)
                let isFirst = left == segment.cells
                line += isSetOff && isFirst ? style.setOffCells(block.category, count) : style.cells(block.category, count)
                left -= count
                room -= count
                if room == 0 {
                    text += self.line(address, line)
                    (line, room) = ("", stripWidth)
                }
            }
        }
        return room < stripWidth ? text + self.line(address, line) : text
    }

    private func line(_ address: String, _ cells: String) -> String {
        style.faint(address.padded(left: Self.addressWidth)) + " " + cells + "\n"
    }

    /// The categories of all maps; two maps' amounts stand side by side.
    private func legend(_ maps: [DrawnMap]) -> String {
        let entries = MemoryCategory.allCases.compactMap { category -> (MemoryCategory, String)? in
            let amounts = maps.map { map in map.legend.first { $0.category == category }?.size }
            guard amounts.contains(where: { $0 != nil }) else { return nil }
            return (category, "\(category.label) " + amounts.map { $0 ?? "0 B" }.joined(separator: " / "))
        }
        return BarPrinter.legend(entries, style)
    }

    /// The figures, as many in a line as fit.
    private func wrapped(_ words: [String], indent: String) -> String {
        var text = ""
        var line = ""
        for word in words {
            if !line.isEmpty, indent.count + line.count + style.separator.count + word.count > style.terminal.width {
                text += indent + line + "\n"
                line = ""
            }
            line += line.isEmpty ? word : style.separator + word
        }
        return line.isEmpty ? text : text + indent + line + "\n"
    }
}
