import GuestLayout
import MapDrawing
import MemoryMap
import MemoryReport

/// A layout as a picture: on the left all of memory to scale, on the right every range with its name and its addresses.
struct LayoutPicture {
    private let plan: LayoutPlan
    private let rows: [LayoutRow]

    init(_ plan: LayoutPlan) {
        self.plan = plan
        rows = plan.rows
    }

    private static let rowHeight = 22
    private static let top = 64
    private static let barLeft = 40
    private static let barWidth = 90
    private static let tableLeft = 230
    private static let width = 1_000

    private var height: Int { Self.top + max(rows.count, 24) * Self.rowHeight + 24 }
    private var barHeight: Int { height - Self.top - 24 }

    func svg() -> String {
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(height)" viewBox="0 0 \(Self.width) \(height)" font-family="ui-monospace, Menlo, Consolas, \
            monospace" font-size="12">
            <rect width="\(Self.width)" height="\(height)" fill="#161622"/>
            <text x="\(Self.barLeft)" y="32" fill="#ffffff" font-size="16">\(plan.architecture.name) guest physical memory, \
            \(plan.profile.name), \(SizeText.bytes(plan.memoryByteCount))</text>

            """
        text += bar()
        for (index, row) in rows.enumerated() { text += line(row, at: Self.top + index * Self.rowHeight) }
        return text + "</svg>\n"
    }

    /// The whole map to scale, in the windows and cells that a terminal shows too; high addresses are at the bottom. Each window has
    /// its first address beside it and, where it is drawn smaller than the others, how much it is.
    private func bar() -> String {
        guard let map = try? plan.memoryMap() else { return "" }
        let cells = barHeight / 3
        let bar = ScaledBar(map, cells: cells)
        var text = ""
        var y = Self.top
        // Where the next label may begin: windows of a few lines are closer to each other than their labels can be.
        var free = Self.top
        func label(_ content: String) {
            text += """
                <text x="\(Self.barLeft + Self.barWidth + 6)" y="\(free + 9)" fill="#aab1b6" font-size="10">\(content)</text>

                """
            free += 12
        }
        for window in bar.windows {
            free = max(free, y)
            label(LayoutAddress.text(window.range.start.rawValue, plan.architecture))
            if window.pagesPerCell != bar.pagesPerCell {
                label(SizeText.pages(window.range.pages))
                label("not to scale")
            }
            var start = 0
            while start < window.cells.count {
                let end = window.cells[start...].firstIndex { $0 != window.cells[start] } ?? window.cells.count
                text += """
                    <rect x="\(Self.barLeft)" y="\(y)" width="\(Self.barWidth)" height="\((end - start) * 3)" \
                    fill="\(Self.color(window.cells[start]))"/>

                    """
                y += (end - start) * 3
                start = end
            }
            y += 3
        }
        return text
    }

    private func line(_ row: LayoutRow, at y: Int) -> String {
        let left = Self.tableLeft + (row.isContents ? 18 : 0)
        let category = row.owner.map { MemoryCategory($0.kind.memoryType) } ?? .hole
        let start = LayoutAddress.text(row.start.rawValue, plan.architecture)
        let end = row.last.map { " – " + LayoutAddress.end($0, plan.architecture) } ?? ""
        let size = row.last.flatMap { PhysicalRange(start: row.start, last: $0)?.byteCount }.map { SizeText.bytes($0) } ?? ""
        return """
            <rect x="\(left)" y="\(y + 4)" width="12" height="12" fill="\(Self.color(category))" stroke="#8e959a" stroke-width="0.5"/>
            <text x="\(left + 20)" y="\(y + 14)" fill="#ffffff">\(MarkupText.escaped("\(row.note)"))</text>
            <text x="590" y="\(y + 14)" fill="#c8ccd0">\(start)\(end)</text>
            <text x="960" y="\(y + 14)" fill="#8e959a" text-anchor="end">\(size)</text>

            """
    }

    private static func color(_ category: MemoryCategory) -> String {
        let color = category.color
        return "rgb(\(color.red),\(color.green),\(color.blue))"
    }
}
