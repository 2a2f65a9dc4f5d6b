/// A row of labels of which none touches another: what comes first has its place, what comes later gets what is free.
struct LabelRow {
    /// The columns that labels may take.
    private let bounds: Range<Int>

    /// The least distance between two labels.
    private let gap: Int

    private var taken: [Range<Int>] = []

    /// An empty row; allocates as many ranges as labels are placed.
    init(bounds: Range<Int>, gap: Int) {
        self.bounds = bounds
        self.gap = gap
    }

    /// Takes `width` columns from `x` on, moved as far as it takes to lie in the row.
    ///
    /// - Returns: The first column taken, or nil where there is no room.
    /// - Complexity: O(labels placed)
    mutating func place(x: Int, width: Int) -> Int? {
        guard width <= bounds.count else { return nil }
        let start = min(max(x, bounds.lowerBound), bounds.upperBound - width)
        guard isFree(x: start, width: width) else { return nil }
        taken.append(start..<(start + width))
        return start
    }

    /// Whether `width` columns from `x` on keep the distance to all labels.
    func isFree(x: Int, width: Int) -> Bool { !taken.contains { x < $0.upperBound + gap && $0.lowerBound < x + width + gap } }
}
