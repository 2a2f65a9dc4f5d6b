import MemoryMap

/// A listed map as a machine has to take it: sorted, disjoint, every address with one type.
///
/// Rows that describe nothing are left out: empty ones, those past 2^64, holes, parts of other rows. **Where rows overlap**, one of
/// them wins the addresses in common:
/// - in maps of the BIOS (e820) the one with the highest type number, as in Linux;
/// - in all others the one that promises least: memory that firmware keeps wins over memory that is free.
///
/// Neighbours of one type and one set of attributes are one region. Edges need not be those of pages.
public struct ResolvedMap: Sendable {
    /// The regions from the lowest address up.
    public let regions: [MemoryRegion]

    /// For each region, the index in the listed map of the (first) row that it comes from.
    public let rows: [Int]

    /// Resolves the rows of `map`.
    ///
    /// - Complexity: O(*n* log *n*) for *n* rows; allocates arrays of *n* elements.
    public init(_ map: ListedMap) {
        var sweep = Sweep(map)
        (regions, rows) = sweep.run()
    }
}

extension ListedMap {
    /// Which of two overlapping rows wins: the one with the larger rank.
    func rank(of row: MapRow) -> UInt32 { kind.isE820 ? row.number : row.severity }
}

extension MapRow {
    /// How little of its addresses a row leaves to the operating system, for maps without a rule of their own.
    package var severity: UInt32 {
        switch type {
        case .conventional: attributes.contains(.specificPurpose) ? 2 : 1
        case .loaderCode, .loaderData: 3
        case .bootServicesCode, .bootServicesData: 4
        case .unaccepted: 5
        case .persistent: 6
        case .acpiReclaim: 7
        case .acpiNVS: 8
        case .runtimeServicesData: 9
        case .runtimeServicesCode: 10
        case .memoryMappedIO, .memoryMappedIOPortSpace: 12
        case .unusable: 13
        default: 11
        }
    }
}

/// Goes through the edges of all rows from the lowest up, with the rows at hand in a heap.
private struct Sweep {
    private let map: ListedMap

    /// The rows that count, by start.
    private var order: [Int]

    /// Where rows start, or end before.
    private var edges: [UInt64]

    /// A heap of the rows that have started; those that have ended leave it when they reach the top.
    private var active: [Int] = []

    private var regions: [MemoryRegion] = []
    private var rows: [Int] = []

    init(_ map: ListedMap) {
        self.map = map
        let rows = map.rows
        order = rows.indices.filter { rows[$0].isCounted && rows[$0].defect == .none }
        if !zip(order, order.dropFirst()).allSatisfy({ rows[$0].start <= rows[$1].start }) {
            order.sort { (rows[$0].start.rawValue, $0) < (rows[$1].start.rawValue, $1) }
        }
        edges = []
        edges.reserveCapacity(order.count * 2)
        for index in order {
            edges.append(rows[index].start.rawValue)
            if rows[index].last.rawValue < .max { edges.append(rows[index].last.rawValue + 1) }
        }
        edges.sort()
    }

    mutating func run() -> ([MemoryRegion], [Int]) {
        var next = 0
        for (position, edge) in edges.enumerated() where position == 0 || edges[position - 1] != edge {
            while next < order.count, map.rows[order[next]].start.rawValue == edge {
                push(order[next])
                next += 1
            }
            while let top = active.first, map.rows[top].last.rawValue < edge { pop() }
            guard let top = active.first else { continue }
            // Up to the next edge, or to the end of the address space.
            var following = position + 1
            while following < edges.count, edges[following] == edge { following += 1 }
            append(top, from: edge, last: following < edges.count ? edges[following] - 1 : .max)
        }
        return (regions, rows)
    }

    private mutating func append(_ index: Int, from start: UInt64, last: UInt64) {
        let row = map.rows[index]
        guard let range = PhysicalRange(start: PhysicalAddress(start), last: PhysicalAddress(min(last, row.last.rawValue))) else {
            return
        }
        if let previous = regions.last, let from = rows.last, previous.type == row.type, previous.attributes == row.attributes,
            previous.range.end == range.start, from == index || isMergeable(row) && isMergeable(map.rows[from]),
            let union = PhysicalRange(start: previous.range.start, last: range.last)
        {
            regions[regions.count - 1].range = union
        } else {
            regions.append(MemoryRegion(range: range, type: row.type, attributes: row.attributes))
            rows.append(index)
        }
    }

    /// Linux keeps the ranges of old persistent memory (number 12) apart, one a device.
    private func isMergeable(_ row: MapRow) -> Bool { !(map.kind.isE820 && row.number == 12) }

    private func wins(_ left: Int, _ right: Int) -> Bool {
        let (leftRank, rightRank) = (map.rank(of: map.rows[left]), map.rank(of: map.rows[right]))
        return leftRank != rightRank ? leftRank > rightRank : left < right
    }

    private mutating func push(_ row: Int) {
        active.append(row)
        var child = active.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard wins(active[child], active[parent]) else { return }
            active.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func pop() {
        active.swapAt(0, active.count - 1)
        active.removeLast()
        var parent = 0
        while true {
            var best = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < active.count && wins(active[child], active[best]) {
                best = child
            }
            guard best != parent else { return }
            active.swapAt(parent, best)
            parent = best
        }
    }
}
