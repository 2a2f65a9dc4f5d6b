import MemoryReport

/// Rows of text in columns as wide as they need to be.
struct TextTable {
    struct Column {
        let title: String
        let isRight: Bool

        static func left(_ title: String) -> Column { Column(title: title, isRight: false) }
        static func right(_ title: String) -> Column { Column(title: title, isRight: true) }
    }

    private let columns: [Column]
    private let style: Style
    private var rows: [(cells: [String], key: MemoryCategory?)] = []

    init(_ columns: [Column], _ style: Style) { (self.columns, self.style) = (columns, style) }

    /// Adds a row; the colour of `key` stands before it.
    mutating func add(_ cells: [String], _ key: MemoryCategory? = nil) { rows.append((cells, key)) }

    /// The table, without the columns in which there is nothing.
    func text() -> String {
        let shown = self.columns.indices.filter { index in self.rows.isEmpty || self.rows.contains { !$0.cells[index].isEmpty } }
        let all = self.columns
        let columns = shown.map { all[$0] }
        let rows = self.rows.map { row in (cells: shown.map { row.cells[$0] }, key: row.key) }
        var widths = columns.map(\.title.count)
        for row in rows {
            for (index, cell) in row.cells.enumerated() { widths[index] = max(widths[index], cell.count) }
        }
        func line(_ cells: [String]) -> String {
            let last = cells.lastIndex { !$0.isEmpty } ?? 0
            return cells[...last].enumerated().map { index, cell in
                columns[index].isRight ? cell.padded(left: widths[index]) : index == last ? cell : cell.padded(to: widths[index])
            }.joined(separator: "  ")
        }
        var text = "    " + style.faint(line(columns.map(\.title))) + "\n"
        for row in rows { text += "  \(row.key.map(style.key) ?? " ") \(line(row.cells))\n" }
        return text
    }
}
