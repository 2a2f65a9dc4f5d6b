import MapFormats
import MemoryMap

/// 3: rows that share addresses.
struct OverlapRule: MapRule {
    let id: StaticString = "overlap"
    let title: StaticString = "Two rows describe the same addresses"
    let severity = Severity.error
    let reason: StaticString =
        "Free memory that is also the firmware's gets overwritten; Linux resolves e820 in silence, the highest type wins, and Mu's own test missed duplicates for years."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.maps
        where map.listed.kind.isWhole && map.listed.kind != .linuxIOMem || map.listed.kind == .memoryAttributesTable
            || map.listed.kind == .linuxMemoryAttributes
        {
            let rows = map.listed.rows.filter { $0.isCounted && $0.defect == .none }.sorted {
                ($0.start.rawValue, $0.last.rawValue, $0.line) < ($1.start.rawValue, $1.last.rawValue, $1.line)
            }
            // Each row against the open rows below it: the one that reaches furthest, and the free one that does.
            var (furthest, free): (MapRow?, MapRow?)
            for row in rows {
                let partner = worst(row, [furthest, free].compactMap { $0 }.filter { $0.last >= row.start })
                if let partner { report(row, partner, map, &findings) }
                if furthest.map({ $0.last <= row.last }) ?? true { furthest = row }
                if row.type == .conventional, free.map({ $0.last <= row.last }) ?? true { free = row }
            }
        }
    }

    private func worst(_ row: MapRow, _ partners: [MapRow]) -> MapRow? {
        partners.max { grade(row, $0) < grade(row, $1) }
    }

    /// Rows of different owners are an error; rows of one owner only make totals wrong.
    private func grade(_ left: MapRow, _ right: MapRow) -> Severity { owner(left) == owner(right) ? .warning : .error }

    /// Who uses a row's memory while boot services are there, and after them.
    private func owner(_ row: MapRow) -> Int {
        switch row.type {
        case .conventional: row.attributes.contains(.specificPurpose) ? 3 : 0
        case .loaderCode, .loaderData, .bootServicesCode, .bootServicesData: 1
        default: 2
        }
    }

    private func report(_ row: MapRow, _ other: MapRow, _ map: AnalyzedMap, _ findings: inout FindingList) {
        guard let range = row.range, let otherRange = other.range, let common = range.intersection(otherRange) else { return }
        let what: String
        if range == otherRange, row.type == other.type {
            what = "\(Words.row(row)) is listed twice"
        } else {
            what = "\(Words.row(other)) and \(Words.row(row)) share \(Words.range(common))"
        }
        let why =
            switch grade(row, other) {
            case .error: ": one owner overwrites what the other has there"
            case .warning, .note:
                map.listed.kind.isE820 && row.type != other.type ? ": the higher type wins" : ": the totals count it twice"
            }
        findings.add(
            grade(row, other), what + why, map.place(row.line > other.line ? row : other),
            map.place(row.line > other.line ? other : row))
    }
}
