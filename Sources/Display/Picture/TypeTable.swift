import MemoryMap
import MemoryReport

/// The table of types: what it shows of a summary in so many rows, and where its columns lie.
struct TypeTable {
    /// A row; the last one may stand for several types.
    struct Row {
        /// Nil for the types that have no room.
        var category: MemoryCategory?
        var name: TextField
        var count: TextField
        var pages: TextField
        var size: TextField
        var total: PageCount
    }

    static let headings: (name: StaticString, count: StaticString, pages: StaticString, size: StaticString) = (
        "Type", "Count", "Pages", "Size"
    )

    private(set) var rows: [Row] = []

    /// The pages of the largest type.
    let largest: PageCount

    /// Where each column ends, in characters from the left edge; nil where it has no room.
    private(set) var countEnd: Int?
    private(set) var pagesEnd: Int?
    private(set) var sizeEnd = 0

    /// The most characters of a name.
    private(set) var nameLength = 0

    /// Takes the types by size, the largest first; where they are more than `limit`, the last row has the sum of the rest.
    ///
    /// - Parameter width: The characters from the left to the right edge. Columns that do not fit are left out: first the
    ///   pages, then the counts.
    /// - Complexity: O(*t* log *t*) for *t* types; allocates two arrays of at most *t* elements.
    init(_ summary: MemoryMapSummary, limit: Int, width: Int) {
        let totals = summary.byType.sorted { ($1.pages, $0.type) < ($0.pages, $1.type) }
        largest = totals.first?.pages ?? .zero
        let shown = totals.count <= limit ? totals.count : max(limit - 1, 0)
        rows.reserveCapacity(min(totals.count, limit))
        for total in totals.prefix(shown) {
            var name = TextField()
            name.write(total.type)
            append(MemoryCategory(total.type), name, descriptors: UInt64(total.descriptors), total.pages)
        }
        if shown < totals.count {
            let rest = totals.dropFirst(shown)
            var name = TextField()
            name.write(decimal: UInt64(rest.count), thousands: true)
            name.write(rest.count == 1 ? " more type" : " more types")
            // Sums over disjoint regions fit.
            append(
                nil, name, descriptors: rest.reduce(0) { $0 + UInt64($1.descriptors) },
                PageCount(rest.reduce(0) { $0 + $1.pages.rawValue }))
        }
        arrange(width: width)
    }

    private mutating func append(_ category: MemoryCategory?, _ name: TextField, descriptors: UInt64, _ pages: PageCount) {
        rows.append(
            Row(
                category: category, name: name, count: .of(descriptors), pages: .of(pages.rawValue), size: .of(size: pages),
                total: pages))
    }

    /// Makes each column as wide as its longest entry.
    private mutating func arrange(width: Int) {
        let swatch = 3
        let gap = 2
        let size = longest({ $0.size.count }, Self.headings.size)
        let count = longest({ $0.count.count }, Self.headings.count)
        let pages = longest({ $0.pages.count }, Self.headings.pages)
        nameLength = min(longest({ $0.name.count }, Self.headings.name), max(width - swatch - gap - size, 0))
        var end = max(swatch + nameLength, min(22, width - gap - size))
        if end + gap + count + gap + size <= width {
            end += gap + count
            countEnd = end
            if end + gap + pages + gap + size <= width {
                end += gap + pages
                pagesEnd = end
            }
        }
        sizeEnd = end + gap + size
    }

    private func longest(_ length: (Row) -> Int, _ heading: StaticString) -> Int {
        rows.reduce(heading.utf8CodeUnitCount) { max($0, length($1)) }
    }
}
