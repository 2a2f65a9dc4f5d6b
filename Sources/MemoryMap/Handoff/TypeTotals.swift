/// Adds up regions by type: standard types at once in a table, the others, which may be as many as the regions, by a sort at the end.
struct TypeTotals {
    private var standard: [MemoryMapSummary.TypeTotal]
    private var others: [MemoryMapSummary.TypeTotal] = []

    init() {
        standard = (0..<16).map { .init(type: MemoryType($0), descriptors: 0, regions: 0, pages: .zero) }
    }

    mutating func count(_ total: MemoryMapSummary.TypeTotal) {
        if total.type.kind == .standard {
            standard[Int(total.type.rawValue)].add(total)
        } else {
            others.append(total)
        }
    }

    /// The totals of the types that occur, in the order of their numbers.
    consuming func finish() -> [MemoryMapSummary.TypeTotal] {
        // Standard types have the lowest numbers.
        var totals = standard.filter { $0.regions > 0 }
        others.sort { $0.type < $1.type }
        for other in others {
            if let last = totals.indices.last, totals[last].type == other.type {
                totals[last].add(other)
            } else {
                totals.append(other)
            }
        }
        return totals
    }
}

extension MemoryMapSummary.TypeTotal {
    fileprivate mutating func add(_ other: Self) {
        descriptors += other.descriptors
        regions += other.regions
        pages.rise(by: other.pages)
    }
}
