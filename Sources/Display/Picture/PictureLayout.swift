/// Where the parts of a picture lie on a surface, in its pixels.
///
/// Everything is laid out in units: one pixel on ordinary screens, two by two where there is room for text of double size
/// (1600 x 1000 pixels and up). What does not fit is left out; the parts in the order in which they go, the first one first:
/// the third magnified strip, large figures (they become small ones), the second strip, rows of the table beyond the first
/// four, the first strip, the table, the figures, the legend. The table of fates goes with the room beside the table of
/// types. Heading and bar stay down to the smallest size, 320 x 200.
struct PictureLayout: Hashable, Sendable {
    /// The least width and height, in pixels, of a surface that gets a picture.
    static let smallest = (width: 320, height: 200)

    /// A part of the bar above, magnified to the whole width.
    struct Strip: Hashable, Sendable {
        /// Between the bar above and the labels: the lines that show what is magnified.
        var connector: PixelRectangle
        var labels: PixelRectangle
        var bar: PixelRectangle
    }

    /// What there is to be laid out.
    struct Contents: Hashable, Sendable {
        /// The lengths of the legend's texts, in characters.
        var legend: [Int]
        var types: Int
        var fates: Int
        var strips: Int
    }

    /// Pixels a unit, 1 or 2.
    let unit: Int

    /// The space to the edges of the surface.
    let margin: Int

    var header: PixelRectangle
    var isHeaderLarge: Bool
    var figures: PixelRectangle?
    var figureColumns: Int
    var areFiguresLarge: Bool

    /// The addresses above the bar.
    var barLabels: PixelRectangle
    var bar: PixelRectangle
    var strips: [Strip]
    var legend: PixelRectangle?
    var table: PixelRectangle?

    /// The rows of the table below its headings.
    var tableRows: Int

    /// The distance between rows of both tables.
    var rowPitch: Int
    var fates: PixelRectangle?

    /// Lays out `contents`, or gives nil on a surface below the smallest size.
    ///
    /// - Complexity: O(categories); allocates the array of strips.
    init?(width: Int, height: Int, contents: Contents) {
        guard width >= Self.smallest.width, height >= Self.smallest.height else { return nil }
        let unit = width >= 1600 && height >= 1000 ? 2 : 1
        let plan = PicturePlan(width: width / unit, height: height / unit, contents: contents)

        self.unit = unit
        margin = plan.margin * unit
        isHeaderLarge = plan.isHeaderLarge
        figureColumns = plan.figureColumns
        areFiguresLarge = plan.areFiguresLarge
        tableRows = plan.tableRows
        rowPitch = plan.rowPitch * unit

        // From here on downwards; `next` is the row at which the next part starts.
        let (left, span) = (margin, width - 2 * margin)
        var next = margin
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
        barLabels = take(PicturePlan.labelHeight)
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
