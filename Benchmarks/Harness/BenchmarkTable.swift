/// A table of figures as Markdown, the form in which the documentation publishes it.
public struct BenchmarkTable {
    /// What the rows have in common; becomes a heading.
    public let title: String
    private let columns: [String]
    private var rows: [[String]] = []

    /// Begins a table whose first column names the row.
    public init(_ title: String, columns: [String]) {
        self.title = title
        self.columns = columns
    }

    /// Adds a row of texts, one a column.
    public mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has as many cells as the table has columns")
        rows.append(cells)
    }

    /// The table with its columns aligned.
    public var markdown: String {
        let widths = columns.indices.map { column in
            ([columns] + rows).map { $0[column].count }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return "| " + padded.joined(separator: " | ") + " |"
        }
        let rule = "|" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "|") + "|"
        return (["## \(title)", "", line(columns), rule] + rows.map(line)).joined(separator: "\n") + "\n"
    }

    /// A time in the unit that people read: `41.2 ns`, `1.80 µs`, `213 ms`.
    public static func time(_ nanoseconds: Double) -> String {
        let (value, unit): (Double, String) =
            switch nanoseconds {
            case ..<1e3: (nanoseconds, "ns")
            case ..<1e6: (nanoseconds / 1e3, "µs")
            case ..<1e9: (nanoseconds / 1e6, "ms")
            default: (nanoseconds / 1e9, "s")
            }
        return "\(figure(value)) \(unit)"
    }

    /// Three significant digits, never an exponent.
    public static func figure(_ value: Double) -> String {
        let magnitude = value.magnitude
        let digits = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((value * scale).rounded())
        guard digits > 0 else { return "\(scaled)" }
        let whole = scaled.magnitude / UInt(scale)
        let fraction = "\(scaled.magnitude % UInt(scale))"
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return (scaled < 0 ? "-" : "") + "\(whole).\(zeros)\(fraction)"
    }
}
