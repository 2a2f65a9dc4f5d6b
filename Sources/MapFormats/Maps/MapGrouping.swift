import MemoryMap

/// Puts rows into maps: one log may hold the same map several times, and several maps line by line in turn.
struct MapGrouping {
    private(set) var collection = MapCollection()

    /// The map that rows of each kind and label go to now.
    private var open: [Key: Int] = [:]

    /// The last row's map, as the next row's is nearly always the same.
    private var last: (key: Key, map: Int)?

    private var lastLabel: (text: StaticString, number: UInt32) = ("", 0)

    /// The ends of each map, by its number.
    private var ends: [Ends] = []

    private var boot = 0

    private struct Key: Hashable {
        var kind: MapKind
        var label: UInt32
        var listing: UInt32
    }

    mutating func take(_ draft: borrowing RowDraft, line: borrowing Line, number: UInt32) {
        var row = draft.row
        row.line = number
        row.word = collection.words.number(of: line, draft.word)
        let label = labelNumber(draft.label)
        let key = Key(kind: draft.kind, label: label, listing: draft.listing)
        if let last, last.key == key, goesOn(row, last.map, isNumbered: key.listing > 0) {
            collection.maps[last.map].rows.append(row)
            return
        }
        if let map = open[key], goesOn(row, map, isNumbered: key.listing > 0) {
            collection.maps[map].rows.append(row)
            last = (key, map)
            return
        }
        let map = collection.maps.count
        collection.maps.append(
            ListedMap(
                number: map, kind: draft.kind, label: collection.words[label], convention: draft.convention, boot: boot,
                rows: [row]))
        ends.append(Ends(kind: draft.kind, boot: boot, isZones: draft.label.isSame(as: "zones"), first: row, last: row))
        open[key] = map
        last = (key, map)
    }

    /// The number of a label, which is nearly always that of the row before.
    private mutating func labelNumber(_ label: StaticString) -> UInt32 {
        if label.isSame(as: lastLabel.text) { return lastLabel.number }
        lastLabel = (label, label.utf8CodeUnitCount == 0 ? 0 : collection.words.number(of: label))
        return lastLabel.number
    }

    /// Whether a row belongs to `map`; where it does, it is the map's last one then.
    private mutating func goesOn(_ row: MapRow, _ map: Int, isNumbered: Bool) -> Bool {
        if !isNumbered, ends[map].boot != boot || ends[map].isOver(before: row) { return false }
        ends[map].last = row
        return true
    }

    mutating func take(_ header: MapHeader) {
        switch header {
        case .boot:
            // The first boot's log may begin before or after the kernel names itself.
            if !collection.maps.isEmpty { boot += 1 }
        case .map(let kind), .table(let kind):
            open = open.filter { $0.key.kind != kind }
            if last?.key.kind == kind { last = nil }
        }
    }

    mutating func take(_ kind: MapFact.Kind, _ range: PhysicalRange, line: UInt32) {
        guard collection.facts.count < 65_536 else { return }
        collection.facts.append(MapFact(kind: kind, range: range, line: line, boot: boot))
    }

    mutating func take(total: UInt64) {
        guard let last, last.key.kind == .shellMemmap else { return }
        collection.maps[last.map].statedTotal = total
    }

    consuming func finish(lines: Int, overlong: Int) -> MapCollection {
        collection.lineCount = lines
        collection.overlongLines = overlong
        Nesting.mark(&collection.maps)
        return collection
    }
}

/// Tells the rows of a tree that lie inside others.
enum Nesting {
    /// Marks the rows of `/proc/iomem` that are not at the top of their tree.
    ///
    /// The depth decides where it survived; mails often lose the blanks, so that a row inside the last top row is its child, too.
    static func mark(_ maps: inout [ListedMap]) {
        for map in maps.indices where maps[map].kind == .linuxIOMem {
            let top = maps[map].rows.map(\.number).min() ?? 0
            var parent: MapRow?
            for index in maps[map].rows.indices {
                let row = maps[map].rows[index]
                let isInside = parent.map { $0.start <= row.start && row.last <= $0.last } ?? false
                if row.number > top || isInside, parent != nil {
                    maps[map].rows[index].marks.insert(.isDetail)
                } else {
                    parent = row
                }
            }
        }
    }
}

/// The first and the last row of a map that is being read, beside it: looking at them copies nothing.
private struct Ends {
    let kind: MapKind
    let boot: Int
    let isZones: Bool
    let first: MapRow
    var last: MapRow

    /// Whether a row begins the next listing rather than going on with this one.
    func isOver(before row: MapRow) -> Bool {
        switch kind {
        case .linuxEFI, .esxi, .coreboot, .linuxMemblock, .uBootLMB, .descriptorCSV, .openBSDMemory:
            return row.number <= last.number
        case .linuxIOMem:
            // Children start at their parent; a tree that starts over starts below the last root.
            return row.number <= first.number && row.start < last.start && row.start <= first.start
        case .linuxZones:
            return isZones && row.start <= first.start && row.word == first.word
        case .linuxE820Update, .linuxReservedMemory:
            return false
        default:
            // Some row starts below the ones before it in many tables; the lowest one of all starts a table.
            return row.start == first.start && row.defect == .none && last.start > first.start
        }
    }
}

extension StaticString {
    /// Whether both are the same text.
    fileprivate func isSame(as other: StaticString) -> Bool {
        withUTF8Buffer { left in
            other.withUTF8Buffer { right in
                guard left.count == right.count else { return false }
                for index in 0..<left.count where unsafe left[index] != right[index] { return false }
                return true
            }
        }
    }
}
