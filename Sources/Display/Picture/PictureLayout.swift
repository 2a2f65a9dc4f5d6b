/// Where the parts of a picture lie on a surface, in its pixels.
///
/// Everything is laid out in units: one pixel on ordinary screens, two by two where there is room for text of double size
/// (1600 x 1000 pixels and up). Where the height does not suffice, parts are left out in this order: the third magnified
/// strip, the second row of addresses above the bar, large figures (they become small ones), the second strip, rows of the
/// table beyond the first four, the first strip, the table, half of the figures, the other half, the large heading (it becomes
/// a small one), the legend. The table of fates goes where the width does not suffice for it. Heading and bar stay down to
/// the smallest size, 320 x 200.
struct PictureLayout: Equatable, Sendable {
    /// A part of the bar above, magnified to the whole width.
    struct Strip: Equatable, Sendable {
        /// Between the bar above and the labels: the lines that show what is magnified.
        var connector: PixelRectangle
        var labels: PixelRectangle
        var bar: PixelRectangle
    }

    /// What there is to be laid out.
    struct Contents: Equatable, Sendable {
        /// The windows of the bar.
        var windows: Int
        var strips: Int

        /// The lengths of the legend's texts, in characters.
        var legend: [Int]
        var types: Int
        var fates: Int
    }

    /// Pixels a unit, 1 or 2.
    let unit: Int

    var header: PixelRectangle
    var isHeaderLarge: Bool
    var figures: PixelRectangle?
    var figureCount: Int
    var figureColumns: Int
    var areFiguresLarge: Bool

    /// The addresses above the bar, in one row or in two.
    var barLabels: PixelRectangle
    var barLabelRows: Int
    var bar: PixelRectangle
    var strips: [Strip]
    var legend: PixelRectangle?
    var table: PixelRectangle?

    /// The rows of the table below its headings.
    var tableRows: Int

    /// The distance between rows of both tables.
    var rowPitch: Int
    var fates: PixelRectangle?

    /// Lays out `contents`.
    ///
    /// - Complexity: O(categories); allocates the array of strips.
    init(_ frame: PictureFrame, contents: Contents) {
        let plan = PicturePlan(frame, contents: contents)
        let unit = frame.unit
        self.unit = unit
        isHeaderLarge = plan.isHeaderLarge
        figureCount = plan.figures
        figureColumns = plan.figureColumns
        areFiguresLarge = plan.areFiguresLarge
        tableRows = plan.tableRows
        rowPitch = plan.rowPitch * unit

        // From here on downwards; `next` is the row at which the next part starts.
        let (left, span) = (frame.margin, frame.span)
        var next = frame.margin
        func take(_ units: Int) -> PixelRectangle {
            defer { next += units * unit }
            return PixelRectangle(x: left, y: next, width: span, height: units * unit)
        }
        let gap = plan.gap * unit
        header = take(plan.headerHeight)
        if plan.figuresHeight > 0 {
            next += gap
            figures = take(plan.figuresHeight)
        }
        next += gap
        barLabelRows = plan.barLabelRows
        barLabels = take(PicturePlan.labelHeight * plan.barLabelRows)
        next += PicturePlan.tickHeight * unit
        bar = take(plan.barHeight)
        strips = []
        strips.reserveCapacity(plan.strips)
        for _ in 0..<plan.strips {
            let connector = take(plan.connectorHeight)
            let labels = take(PicturePlan.stripLabelHeight)
            strips.append(Strip(connector: connector, labels: labels, bar: take(plan.stripHeight)))
        }
        if plan.legendHeight > 0 {
            next += gap
            legend = take(plan.legendHeight)
        }
        if plan.tableRows > 0 {
            next += gap
            var area = take(plan.rowPitch * (plan.tableRows + 1))
            if plan.hasFates {
                let share = span * 62 / 100
                let start = left + share + 28 * unit
                fates = PixelRectangle(x: start, y: area.y, width: left + span - start, height: area.height)
                area.width = share
            }
            table = area
        }
    }
}
