/// A column in which every block can be seen and read: large ones keep what they can of their height, none is lower than ``least``.
struct ExpandedColumn: Sendable {
    struct Row: Sendable {
        var top: Double
        var height: Double
        var bottom: Double { top + height }
        var middle: Double { top + height / 2 }
    }

    /// The least height of a row, enough for its text.
    static let least = 16.0

    /// A row for each block.
    let rows: [Row]

    /// The height that `count` rows need to differ in height at all.
    static func height(rows count: Int) -> Double { Double(count) * least * 1.15 }

    /// Lays blocks out in `height` units, or in as many as the least heights need; `spans` are the blocks' heights to scale.
    init(spans: [Double], height: Double) {
        let wishes = spans.map { max($0 - Self.least, 0) }
        let wished = wishes.reduce(0, +)
        let spare = max(height - Double(spans.count) * Self.least, 0)
        var rows: [Row] = []
        rows.reserveCapacity(spans.count)
        var top = 0.0
        for wish in wishes {
            let share = wished > 0 ? spare * (wish / wished) : 0
            rows.append(Row(top: top, height: Self.least + share))
            top += Self.least + share
        }
        self.rows = rows
    }

    var height: Double { rows.last?.bottom ?? 0 }
}
