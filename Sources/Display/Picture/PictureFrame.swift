/// The surface as a picture sees it: its unit and the margin to its edges.
struct PictureFrame: Equatable, Sendable {
    /// The least width and height, in pixels, of a surface that gets a picture.
    static let smallest = (width: 320, height: 200)

    let width: Int
    let height: Int

    /// Pixels a unit, 1 or 2.
    let unit: Int

    /// The space to the edges of the surface, in pixels.
    let margin: Int

    /// The pixels between the left and the right margin.
    var span: Int { width - 2 * margin }

    /// Nil below the smallest size.
    init?(width: Int, height: Int) {
        guard width >= Self.smallest.width, height >= Self.smallest.height else { return nil }
        self.width = width
        self.height = height
        unit = width >= 1600 && height >= 1000 ? 2 : 1
        let (columns, rows) = (width / unit, height / unit)
        margin = min(columns >= 900 ? 28 : columns >= 600 ? 14 : 8, max(rows / 24, 6)) * unit
    }
}
