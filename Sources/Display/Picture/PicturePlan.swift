/// How much height each part of a picture gets, in units; see ``PictureLayout`` for the order in which parts are left out.
struct PicturePlan {
    static let labelHeight = 16
    static let tickHeight = 5
    static let stripLabelHeight = 20
    static let legendRowHeight = 18

    /// The room that a legend's swatch takes with the space after it, and the space between two entries.
    static let swatchWidth = 18
    static let legendGap = 20

    /// The characters of the widest small figure with its label ("largest usable run" and "1023.9 MiB"), and the units of a
    /// large one.
    static let smallFigureLength = 30
    static let largeFigureWidth = 184
    static let largeFigureHeight = 56
    static let figureGap = 28
    static let figureCount = 6
    static let figureRowHeight = 18

    private(set) var isHeaderLarge = false
    private(set) var headerHeight = 16
    private(set) var figures = 0
    private(set) var figuresHeight = 0
    private(set) var figureColumns = 1
    private(set) var areFiguresLarge = false
    private(set) var barLabelRows = 1
    private(set) var barHeight = 18
    private(set) var strips = 0
    private(set) var stripHeight = 14
    private(set) var connectorHeight = 10
    private(set) var legendHeight = 0
    private(set) var tableRows = 0
    private(set) var rowPitch = 16
    private(set) var hasFates = false
    private(set) var gap: Int

    /// The height that no part has taken yet.
    private var left: Int

    /// Whether a part did not fit, so that no lesser one is tried.
    private var isFull = false

    init(_ frame: PictureFrame, contents: PictureLayout.Contents) {
        let height = (frame.height - 2 * frame.margin) / frame.unit
        let span = frame.span / frame.unit
        gap = height >= 380 ? 8 : 4
        left = height - headerHeight - gap - Self.labelHeight - Self.tickHeight - barHeight

        // The parts, the most important first; the first one that does not fit ends it.
        let legendRows = Self.legendRows(contents.legend, width: span)
        if legendRows > 0, take(gap + legendRows * Self.legendRowHeight) { legendHeight = legendRows * Self.legendRowHeight }
        if span >= 540, take(16) {
            isHeaderLarge = true
            headerHeight = 32
        }
        planFigures(width: span)
        if contents.types > 0, take(gap + (min(contents.types, 4) + 1) * rowPitch) { tableRows = min(contents.types, 4) }
        if contents.strips > 0, take(stripTotal) { strips = 1 }
        if tableRows > 0 {
            let rows = min(contents.types - tableRows, max(left, 0) / rowPitch)
            if take(rows * rowPitch) { tableRows += rows }
            if tableRows < contents.types { isFull = true }
        }
        if contents.strips > 1, take(stripTotal) { strips = 2 }
        if span / Self.largeFigureWidth >= Self.figureCount, take(Self.largeFigureHeight - figuresHeight) {
            figuresHeight = Self.largeFigureHeight
            figureColumns = Self.figureCount
            areFiguresLarge = true
        }
        if contents.windows > 1, take(Self.labelHeight) { barLabelRows = 2 }
        if contents.strips > 2, take(stripTotal) { strips = 3 }
        hasFates = tableRows > 0 && span >= 900 && contents.fates > 0 && contents.fates <= tableRows
        share()
    }

    /// All small figures, or the first half of them.
    private mutating func planFigures(width: Int) {
        figureColumns = max(min((width + Self.figureGap) / (Self.smallFigureLength * 8 + Self.figureGap), 3), 1)
        func height(_ count: Int) -> Int { (count + figureColumns - 1) / figureColumns * Self.figureRowHeight }
        let half = Self.figureCount / 2
        guard take(gap + height(half)) else { return }
        (figures, figuresHeight) = (half, height(half))
        if take(height(Self.figureCount) - height(half)) {
            (figures, figuresHeight) = (Self.figureCount, height(Self.figureCount))
        }
    }

    private var stripTotal: Int { connectorHeight + Self.stripLabelHeight + stripHeight }

    private mutating func take(_ amount: Int) -> Bool {
        guard !isFull, amount <= left else {
            isFull = true
            return false
        }
        left -= amount
        return true
    }

    /// Gives what is left to the parts, a little to each in turn.
    private mutating func share() {
        let gaps = 1 + (figuresHeight > 0 ? 1 : 0) + (legendHeight > 0 ? 1 : 0) + (tableRows > 0 ? 1 : 0)
        share(gaps, bar: 36, strip: 20, connector: 14, pitch: 17, gap: 12)
        share(gaps, bar: 56, strip: 26, connector: 18, pitch: 18, gap: 18)
        share(gaps, bar: 72, strip: 34, connector: 22, pitch: 20, gap: 24)
        share(gaps, bar: 96, strip: 48, connector: 28, pitch: 24, gap: 36)
        share(gaps, bar: 160, strip: 80, connector: 36, pitch: 28, gap: 56)
    }

    private mutating func share(_ gaps: Int, bar: Int, strip: Int, connector: Int, pitch: Int, gap: Int) {
        Self.grow(&barHeight, to: bar, count: 1, left: &left)
        Self.grow(&self.gap, to: gap, count: gaps, left: &left)
        Self.grow(&stripHeight, to: strip, count: strips, left: &left)
        Self.grow(&connectorHeight, to: connector, count: strips, left: &left)
        if tableRows > 0 { Self.grow(&rowPitch, to: pitch, count: tableRows + 1, left: &left) }
    }

    /// Lets a height that occurs `count` times grow to `limit`, or as far as there is room.
    private static func grow(_ height: inout Int, to limit: Int, count: Int, left: inout Int) {
        guard count > 0, height < limit else { return }
        let step = min(limit - height, left / count)
        height += step
        left -= step * count
    }

    /// How many rows a legend with texts of these lengths takes.
    static func legendRows(_ lengths: [Int], width: Int) -> Int {
        var (rows, x) = (0, width)
        for length in lengths {
            let needed = swatchWidth + length * 8
            if rows == 0 || x + legendGap + needed > width {
                rows += 1
                x = needed
            } else {
                x += legendGap + needed
            }
        }
        return rows
    }
}
