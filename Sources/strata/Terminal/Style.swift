import MemoryReport
import Rainbow

/// Text with the colours and signs that a terminal can show.
struct Style: Sendable {
    let terminal: Terminal

    init(_ terminal: Terminal) { self.terminal = terminal }

    private var isColored: Bool { terminal.colors != .none }

    func heading(_ text: String) -> String { isColored ? text.bold : text }
    func faint(_ text: String) -> String { isColored ? text.dim : text }
    func good(_ text: String) -> String { isColored ? text.green : text }
    func bad(_ text: String) -> String { isColored ? text.red.bold : text }

    var doneSign: String { good(terminal.isUnicode ? "✓" : "+") }
    var failedSign: String { bad(terminal.isUnicode ? "✗" : "x") }
    var times: String { terminal.isUnicode ? "×" : "x" }
    var separator: String { terminal.isUnicode ? " · " : " | " }
    var spinner: [String] { terminal.isUnicode ? ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] : ["-", "\\", "|", "/"] }

    /// A cell in the colour of a category, a blank where there are no colours.
    func key(_ category: MemoryCategory) -> String { isColored ? cells(category, 1) : " " }

    /// `count` cells of a category: coloured ground where there are colours, its letter where there are none.
    func cells(_ category: MemoryCategory, _ count: Int) -> String {
        guard isColored else {
            return String(repeating: Character(Unicode.Scalar(category.symbol)), count: count)
        }
        return grounded(String(repeating: " ", count: count), category)
    }

    /// As `cells(_:_:)`, with a line before the first cell: what is beside a neighbour of its category is set off from it.
    func setOffCells(_ category: MemoryCategory, _ count: Int) -> String {
        guard count > 0 else { return "" }
        // Without colours the line takes the place of a letter, which has to be there still.
        guard isColored else { return count == 1 ? cells(category, 1) : "|" + cells(category, count - 1) }
        let sign = terminal.isUnicode ? "▏" : "|"
        return grounded((sign + String(repeating: " ", count: count - 1)).black, category)
    }

    private func grounded(_ text: String, _ category: MemoryCategory) -> String {
        let color = category.color
        guard terminal.colors == .full else {
            return text.onHex(
                UInt32(color.red) << 16 | UInt32(color.green) << 8 | UInt32(color.blue), to: .bit8Approximated)
        }
        return text.onBit24(color.red, color.green, color.blue)
    }
}
