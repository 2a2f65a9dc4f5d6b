import MapFormats
import MemoryMap
import MemoryReport

/// One map as a part of a picture: to scale at the left, and opened out at the right so that every block can be read.
struct MapPanel {
    static let width = 1_000.0

    private static let margin = 24.0
    private static let addresses = 150.0
    private static let scaleLeft = 160.0
    private static let scaleWidth = 72.0
    private static let expandedLeft = 320.0
    private static let expandedWidth = 56.0
    private static let range = 386.0
    private static let size = 720.0
    private static let type = 734.0

    /// The least height of the columns.
    private static let usualHeight = 480.0

    /// What is enough where there are few blocks.
    private static let heightPerBlock = 90.0

    let map: DrawnMap
    private let scale: AddressScale
    private let column: ScaleColumn
    private let expanded: ExpandedColumn

    /// Whether the panel has a heading of its own; a page says those things itself.
    private let isTitled: Bool

    init(_ map: DrawnMap, isTitled: Bool = true) {
        self.map = map
        self.isTitled = isTitled
        let scale = AddressScale(map.pages, height: Self.height(rows: map.blocks.count))
        self.scale = scale
        column = ScaleColumn(map.blocks, scale)
        expanded = ExpandedColumn(spans: map.blocks.map { scale.span($0.range).length }, height: scale.height)
    }

    /// The height of the columns for `count` blocks.
    static func height(rows count: Int) -> Double {
        max(min(usualHeight, Double(count) * heightPerBlock), ExpandedColumn.height(rows: count))
    }

    /// Draws the panel from `top` down.
    ///
    /// - Returns: Where it ends.
    func draw(into svg: inout SVGText, top: Double) -> Double {
        var y = isTitled ? drawHeading(into: &svg, top: top) : top
        if !map.blocks.isEmpty {
            y += 14
            svg.write("to scale", "head", x: Self.scaleLeft, y: y)
            svg.write("every region", "head", x: Self.expandedLeft, y: y)
            y += 10
            drawLinks(into: &svg, y)
            drawScale(into: &svg, y)
            drawRows(into: &svg, y)
            y += max(scale.height, expanded.height) + 12
        }
        for note in notes {
            y += 15
            svg.write(note, "faint", x: Self.margin, y: y)
        }
        return y + 20
    }

    private func drawHeading(into svg: inout SVGText, top: Double) -> Double {
        svg.write(map.source.cut(to: 100), "title", x: Self.margin, y: top + 30)
        svg.write(map.identityLine.cut(to: 150), "faint", x: Self.margin, y: top + 50)
        var y = top + 50
        if !map.figures.isEmpty {
            y += 17
            svg.write(map.figures.map { "\($0.name) \($0.value)" }.joined(separator: " · "), "", x: Self.margin, y: y)
        }
        let legend = PictureLegend(map.legend.map { ($0.category, $0.size) })
        return legend.draw(into: &svg, left: Self.margin, right: Self.width - Self.margin, top: y + 12) + 16
    }

    private var notes: [String] {
        var notes = isTitled ? map.notes : []
        if scale.windows.count > 1 {
            notes.append("The column to scale is cut (zigzag) where there is no RAM for long.")
        }
        if scale.windows.contains(where: { $0.isSqueezed }) {
            notes.append("A dashed frame is squeezed: more bytes a point than in the others.")
        }
        return notes
    }

    /// From each block to scale to the block opened out.
    private func drawLinks(into svg: inout SVGText, _ top: Double) {
        let (left, right) = (Self.scaleLeft + Self.scaleWidth, Self.expandedLeft)
        for (block, row) in zip(map.blocks, expanded.rows) {
            let span = scale.span(block.range)
            svg.link(
                block.category, from: (left, top + span.lowerBound, top + span.upperBound),
                to: (right, top + row.top, top + row.bottom))
        }
    }

    private func drawScale(into svg: inout SVGText, _ top: Double) {
        for mark in column.marks {
            let blocks = map.blocks[mark.blocks]
            let title =
                blocks.count == 1
                ? blocks.first.map { BlockWords($0).details } : "\(blocks.count) blocks too low to be told apart at this scale"
            svg.rectangle(
                "mark \(PictureStyle.name(mark.category))", x: Self.scaleLeft, y: top + mark.top, width: Self.scaleWidth,
                height: mark.bottom - mark.top, title: title)
            if blocks.contains(where: { $0.group != nil }), mark.bottom - mark.top >= ScaleColumn.least {
                svg.rectangle(
                    "mixed", x: Self.scaleLeft, y: top + mark.top, width: Self.scaleWidth, height: mark.bottom - mark.top)
            }
        }
        for (index, window) in scale.windows.enumerated() {
            svg.rectangle(
                window.isSqueezed ? "frame squeezed" : "frame", x: Self.scaleLeft, y: top + window.top, width: Self.scaleWidth,
                height: window.height)
            if index > 0 { drawCut(into: &svg, top, between: scale.windows[index - 1], and: window) }
        }
        for tick in AddressTicks.ticks(scale) {
            svg.line("stroke", from: (Self.scaleLeft - 5, top + tick.y), to: (Self.scaleLeft, top + tick.y))
            svg.write(
                HexadecimalText.text(tick.address.rawValue), "tick", x: Self.addresses, y: top + tick.y + 3.5, anchor: .end)
        }
    }

    /// The mark of a cut, and what is left out there.
    private func drawCut(
        into svg: inout SVGText, _ top: Double, between upper: AddressScale.Window, and lower: AddressScale.Window
    ) {
        let teeth = 12
        for y in [upper.bottom + 3, lower.top - 3] {
            let points = (0...teeth).map { tooth in
                let x = Self.scaleLeft + Self.scaleWidth * Double(tooth) / Double(teeth)
                return "\(Figures.length(x)),\(Figures.length(top + y + (tooth % 2 == 0 ? 1.5 : -1.5)))"
            }
            svg.raw("<polyline class=\"zigzag\" points=\"\(points.joined(separator: " "))\"/>\n")
        }
        guard let end = upper.range.end, end < lower.range.start else { return }
        let left = UInt128(lower.range.start.rawValue) - UInt128(end.rawValue)
        svg.write(
            SizeText.bytes(left), "cut", x: Self.scaleLeft + Self.scaleWidth / 2, y: top + (upper.bottom + lower.top) / 2 + 3,
            anchor: .middle)
    }

    private func drawRows(into svg: inout SVGText, _ top: Double) {
        let digits = (64 - (map.blocks.last?.range.last.rawValue ?? 0).leadingZeroBitCount + 3) / 4
        for (block, row) in zip(map.blocks, expanded.rows) {
            let words = BlockWords(block)
            // A hole is drawn narrower, so that what is there stands out from what is not.
            let inset = block.isHole ? 8.0 : 0
            svg.rectangle(
                "box \(PictureStyle.name(block.category))", x: Self.expandedLeft + inset, y: top + row.top,
                width: Self.expandedWidth - 2 * inset, height: row.height, title: words.details)
            if block.group != nil {
                svg.rectangle("mixed", x: Self.expandedLeft, y: top + row.top, width: Self.expandedWidth, height: row.height)
            }
            if block.isContested {
                svg.rectangle("twice", x: Self.expandedLeft - 5, y: top + row.top + 1, width: 4, height: row.height - 2)
            }
            let y = top + row.middle + 4
            let style = block.isHole ? " faint" : ""
            let address = { (address: PhysicalAddress) in HexadecimalText.text(address.rawValue, digits: digits) }
            svg.write(
                "\(address(block.range.start)) – \(address(block.range.last))", "number\(style)", x: Self.range, y: y)
            svg.write(words.size, "number\(style)", x: Self.size, y: y, anchor: .end)
            svg.write(
                [words.type, words.note, words.alarm].filter { !$0.isEmpty }.joined(separator: " · ").cut(to: 44),
                block.isContested ? "alarm" : block.isHole ? "faint" : "", x: Self.type, y: y)
        }
    }
}

extension ClosedRange<Double> {
    var length: Double { upperBound - lowerBound }
}

extension String {
    /// At most `count` characters; what is cut off leaves a mark.
    func cut(to count: Int) -> String { self.count > count ? prefix(count - 1) + "…" : self }
}
