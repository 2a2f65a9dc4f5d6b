import MemoryMap

/// Puts rows into maps: one log may hold the same map several times, and several maps line by line in turn.
struct MapGrouping {
    private(set) var collection = MapCollection()

    /// The map that rows of each kind and label go to now.
    private var open: [Key: Int] = [:]

    /// The last row's map, as the next row's is nearly always the same.
    private var last: (key: Key, map: Int)?

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
        let label: UInt32 = draft.label.withUTF8Buffer { $0.isEmpty } ? 0 : collection.words.number(of: draft.label)
        let key = Key(kind: draft.kind, label: label, listing: draft.listing)
        if let last, last.key == key, key.listing > 0 || !startsMap(row, collection.maps[last.map]) {
            collection.maps[last.map].rows.append(row)
            return
        }
        if let map = open[key], key.listing > 0 || !startsMap(row, collection.maps[map]) {
            collection.maps[map].rows.append(row)
            last = (key, map)
            return
        }
        let map = collection.maps.count
        collection.maps.append(
            ListedMap(
                number: map, kind: draft.kind, label: collection.words[label], convention: draft.convention, boot: boot,
                rows: [row]))
        open[key] = map
        last = (key, map)
    }

    /// Whether a row begins the next listing rather than going on with `map`.
    private func startsMap(_ row: MapRow, _ map: borrowing ListedMap) -> Bool {
        guard map.boot == boot, let first = map.rows.first, let previous = map.rows.last else { return true }
        switch map.kind {
        case .linuxEFI, .esxi, .coreboot, .linuxMemblock, .uBootLMB, .descriptorCSV, .openBSDMemory:
            return row.number <= previous.number
        case .linuxIOMem:
            // Children start at their parent; a tree that starts over starts below the last root.
            return row.number <= first.number && row.start < previous.start && row.start <= first.start
        case .linuxZones:
            return map.label == "zones" && row.start <= first.start && row.word == first.word
        case .linuxE820Update, .linuxReservedMemory:
            return false
        default:
            // Some row starts below the ones before it in many tables; the lowest one of all starts a table.
            return row.start == first.start && row.defect == .none && previous.start > first.start
        }
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
