import MapFormats
import MemoryMap
import MemoryReport

/// Two maps side by side as an SVG picture: the columns to scale in the middle on one scale, what differs between them, and each map
/// opened out at its own side.
public struct ComparisonPicture: Sendable {
    private static let margin = 24.0
    private static let typeWidth = 170.0
    private static let sizeWidth = 84.0
    private static let boxWidth = 48.0
    private static let linkWidth = 70.0
    private static let scaleWidth = 56.0
    private static let stripWidth = 7.0

    private let comparison: MapComparison
    private let scale: AddressScale
    private let digits: Int

    public init(_ comparison: MapComparison) {
        self.comparison = comparison
        let most = comparison.maps.map(\.blocks.count).max() ?? 0
        scale = AddressScale(comparison.pages, height: MapPanel.height(rows: most))
        let last = comparison.maps.compactMap { $0.blocks.last?.range.last.rawValue }.max() ?? 0
        digits = max((64 - last.leadingZeroBitCount + 3) / 4, 1)
    }

    /// The room for "0x… – 0x…" in a font of fixed width.
    private var rangeWidth: Double { Double(2 * (digits + 2) + 3) * 6.75 }

    /// The room for the addresses between the columns.
    private var tickWidth: Double { Double(digits + 2) * 6.2 + 16 }

    private var side: Double {
        Self.margin + Self.typeWidth + Self.sizeWidth + rangeWidth + 10 + Self.boxWidth + Self.linkWidth + Self.scaleWidth
            + Self.stripWidth
    }

    private var width: Double { 2 * side + tickWidth }

    /// The picture as an SVG document of its own.
    public func svg() -> String {
        let (body, height) = draw(isTitled: true)
        return MapPicture.opening(width: width, height: height, title: title, isStandalone: true) + PictureStyle.standalone
            + PictureStyle.patterns + body + "</svg>\n"
    }

    /// The picture for a page that has the style and the patterns, and says itself what it shows.
    func inline() -> String {
        let (body, height) = draw(isTitled: false)
        return MapPicture.opening(width: width, height: height, title: title, isStandalone: false) + body + "</svg>"
    }

    private var title: String { comparison.maps.map(\.source).joined(separator: " beside ") }

    private func draw(isTitled: Bool) -> (String, Double) {
        var svg = SVGText()
        var top = isTitled ? drawHeading(into: &svg) : 0
        top += 24
        var end = top + scale.height
        for (map, isLeft) in zip(comparison.maps, [true, false]) {
            end = max(end, top + drawSide(map, isLeft: isLeft, into: &svg, top))
        }
        drawMiddle(into: &svg, top)
        if isTitled {
            end += 12
            for note in comparison.notes {
                end += 15
                svg.write(note, "faint", x: Self.margin, y: end)
            }
        }
        return (svg.text, end + 20)
    }

    private func drawHeading(into svg: inout SVGText) -> Double {
        var end = 0.0
        for (map, isLeft) in zip(comparison.maps, [true, false]) {
            let x = isLeft ? Self.margin : width - Self.margin
            let anchor = isLeft ? SVGText.Anchor.start : .end
            svg.write(map.source.cut(to: 56), "title", x: x, y: 30, anchor: anchor)
            svg.write(map.identityLine.cut(to: 80), "faint", x: x, y: 50, anchor: anchor)
            var y = 50.0
            for figure in map.figures.prefix(4) {
                y += 16
                svg.write("\(figure.name) \(figure.value)", "", x: x, y: y, anchor: anchor)
            }
            end = max(end, y)
        }
        return PictureLegend(legend).draw(into: &svg, left: Self.margin, right: width - Self.margin, top: end + 14) + 4
    }

    /// The categories of both maps with the amounts of each.
    private var legend: [(category: MemoryCategory, amount: String)] {
        MemoryCategory.allCases.compactMap { category in
            let amounts = comparison.maps.map { map in map.legend.first { $0.category == category }?.size }
            guard amounts.contains(where: { $0 != nil }) else { return nil }
            return (category, amounts.map { $0 ?? "0 B" }.joined(separator: " / "))
        }
    }

    /// Where something `offset` from the middle of the picture starts, on either side.
    private func x(_ offset: Double, _ width: Double, isLeft: Bool) -> Double {
        isLeft ? self.width / 2 - offset - width : self.width / 2 + offset
    }

    private func drawSide(_ map: DrawnMap, isLeft: Bool, into svg: inout SVGText, _ top: Double) -> Double {
        let column = ScaleColumn(map.blocks, scale)
        let expanded = ExpandedColumn(spans: map.blocks.map { scale.span($0.range).length }, height: scale.height)
        let toScale = tickWidth / 2 + Self.stripWidth
        let toLinks = toScale + Self.scaleWidth
        let toBoxes = toLinks + Self.linkWidth
        for mark in column.marks {
            let blocks = map.blocks[mark.blocks]
            svg.rectangle(
                "mark \(PictureStyle.name(mark.category))", x: x(toScale, Self.scaleWidth, isLeft: isLeft), y: top + mark.top,
                width: Self.scaleWidth, height: mark.bottom - mark.top,
                title: blocks.count == 1 ? blocks.first.map { BlockWords($0).details } : nil)
        }
        let anchor = isLeft ? SVGText.Anchor.end : .start
        let outwards = isLeft ? -1.0 : 1
        for (block, row) in zip(map.blocks, expanded.rows) {
            let span = scale.span(block.range)
            let (inner, outer) = (x(toLinks, 0, isLeft: isLeft), x(toBoxes, 0, isLeft: isLeft))
            let name = PictureStyle.name(block.category)
            svg.link(
                block.category, from: (inner, top + span.lowerBound, top + span.upperBound),
                to: (outer, top + row.top, top + row.bottom))
            let words = BlockWords(block)
            let inset = block.isHole ? 8.0 : 0
            let box = x(toBoxes, Self.boxWidth, isLeft: isLeft)
            svg.rectangle(
                "box \(name)", x: box + inset, y: top + row.top, width: Self.boxWidth - 2 * inset, height: row.height,
                title: words.details)
            if block.group != nil {
                svg.rectangle("mixed", x: box, y: top + row.top, width: Self.boxWidth, height: row.height)
            }
            let differs = comparison.differs(in: block.range)
            let style = differs ? "differs" : block.isHole ? "faint" : ""
            let y = top + row.middle + 4
            let edge = x(toBoxes + Self.boxWidth + 10, 0, isLeft: isLeft)
            let range =
                "\(HexadecimalText.text(block.range.start.rawValue, digits: digits)) – \(HexadecimalText.text(block.range.last.rawValue, digits: digits))"
            svg.write(range, "number \(style)", x: edge, y: y, anchor: anchor)
            let sizeEdge = edge + outwards * (rangeWidth + (isLeft ? 10 : Self.sizeWidth - 8))
            svg.write(words.size, "number \(style)", x: sizeEdge, y: y, anchor: .end)
            svg.write(
                [words.type, words.note].filter { !$0.isEmpty }.joined(separator: " · ").cut(to: 27), style,
                x: edge + outwards * (rangeWidth + Self.sizeWidth + 8), y: y, anchor: anchor)
        }
        return expanded.height
    }

    /// The frames of the columns, the addresses and what differs.
    private func drawMiddle(into svg: inout SVGText, _ top: Double) {
        for isLeft in [true, false] {
            for window in scale.windows {
                svg.rectangle(
                    window.isSqueezed ? "frame squeezed" : "frame",
                    x: x(tickWidth / 2 + Self.stripWidth, Self.scaleWidth, isLeft: isLeft), y: top + window.top,
                    width: Self.scaleWidth, height: window.height)
            }
            for span in differingSpans {
                svg.rectangle(
                    "differs", x: x(tickWidth / 2 + 1, Self.stripWidth - 2, isLeft: isLeft), y: top + span.lowerBound,
                    width: Self.stripWidth - 2, height: span.length)
            }
        }
        for tick in AddressTicks.ticks(scale) {
            svg.write(HexadecimalText.text(tick.address.rawValue), "tick", x: width / 2, y: top + tick.y + 3.5, anchor: .middle)
        }
    }

    /// Where the maps differ in the picture, a point high at least, those that touch joined.
    private var differingSpans: [ClosedRange<Double>] {
        var spans: [ClosedRange<Double>] = []
        for range in comparison.differences {
            let exact = scale.span(range)
            let span = exact.lowerBound...max(exact.upperBound, exact.lowerBound + ScaleColumn.least)
            if let last = spans.last, span.lowerBound <= last.upperBound {
                spans[spans.count - 1] = last.lowerBound...max(last.upperBound, span.upperBound)
            } else {
                spans.append(span)
            }
        }
        return spans
    }
}
