import MemoryMap

/// The rows that Strata itself writes, one JSON object or one line of CSV each: they hold all that is known of a row, so that
/// nothing is lost on the way back.
///
///     {"map":1,"source":"dmesg.txt","kind":"linux-e820","label":"BIOS-e820","convention":"inclusive","rows":2}
///     {"start":"0x0","last":"0x9fbff","bytes":654336,"type":7,"name":"Conventional","number":1,"marks":0,"word":"usable","line":3}
///     1,linux-e820,BIOS-e820,inclusive,0x0,0x9fbff,654336,7,Conventional,,1,0,,usable,3,dmesg.txt
struct StrataRows {
    private var kind: MapKind?
    private var label: StaticString = ""
    private var convention = EndConvention.inclusive

    /// Counts the maps, so that rows of one map stay together whatever their order.
    private var listing: UInt32 = 0

    /// Whether the header of the CSV form was there.
    private(set) var isTable = false

    static let csvHeader: StaticString =
        "map,kind,label,convention,start,last,bytes,type,name,attributes,number,marks,defect,word,line,source"

    /// The labels that maps have, of which rows are made again.
    private static let labels: [StaticString] = [
        "BIOS-e820", "user", "modified", "extended", "reserve setup_data", "Xen", "update", "remove", "memory", "reserved",
        "physmem", "zones", "nodes", "TBOOT", "runtime", "nomap", "map", "boot_params", "multiboot2", "reserved-memory",
        "memreserve", "devices", "process",
    ]

    mutating func readHeader(_ line: borrowing Line, _ body: Int) -> LineReading {
        guard line.has(Self.csvHeader, at: body) else { return .nothing }
        isTable = true
        return .header(.map(.linuxE820))
    }

    /// Reads a line that begins with a brace.
    mutating func readObject(_ line: borrowing Line, _ body: Int, _ draft: inout RowDraft) -> LineReading {
        if line.has("{\"map\":", at: body) {
            guard let kind = Self.kind(line, Self.string("kind", line, body)) else { return .nothing }
            self.kind = kind
            label = Self.label(line, Self.string("label", line, body))
            convention = Self.convention(line, Self.string("convention", line, body))
            listing += 1
            return .header(.map(kind))
        }
        if line.has("{\"fact\":", at: body) { return readFact(line, body) }
        guard let kind, line.has("{\"start\":\"0x", at: body), var start = Self.value("start", line, body),
            var last = Self.value("last", line, body), let first = line.hexadecimalNumber(&start),
            let final = line.hexadecimalNumber(&last), let type = Self.number("type", line, body), type <= UInt32.max
        else { return .nothing }
        draft.kind = kind
        draft.label = label
        draft.convention = convention
        draft.listing = listing
        draft.row = MapRow(start: first, last: final, type: MemoryType(UInt32(type)))
        draft.row.defect = Self.defect(line, Self.string("defect", line, body))
        if var attributes = Self.value("attributes", line, body) {
            draft.row.attributes = MemoryAttributes(rawValue: line.hexadecimalNumber(&attributes) ?? 0)
        }
        draft.row.marks = MapRow.Marks(rawValue: UInt8(truncatingIfNeeded: Self.number("marks", line, body) ?? 0))
        draft.row.number = UInt32(clamping: Self.number("number", line, body) ?? 0)
        draft.word = Self.string("word", line, body) ?? 0..<0
        return .row
    }

    /// Reads a row of the CSV form.
    mutating func readFields(_ line: borrowing Line, _ body: Int, _ draft: inout RowDraft) -> LineReading {
        var index = body
        guard let map = line.decimal(&index), map < UInt32.max else { return .nothing }
        var fields: [16 of Range<Int>] = .init(repeating: 0..<0)
        var count = 0
        while count < 15, line[index] == UInt8(ascii: ",") {
            var start = index + 1
            index = start
            let isQuoted = line[start] == UInt8(ascii: "\"")
            if isQuoted {
                start += 1
                index = start
                while index < line.count, line[index] != UInt8(ascii: "\"") { index += 1 }
            } else {
                while index < line.count, line[index] != UInt8(ascii: ",") { index += 1 }
            }
            count += 1
            fields[count] = line.range(start, index)
            if isQuoted { index += 1 }
        }
        guard count == 15, let kind = Self.kind(line, fields[1]) else { return .nothing }
        func number(_ field: Int) -> UInt64? {
            var index = fields[field].lowerBound
            return line.number(&index)
        }
        guard let start = number(4), let last = number(5), let type = number(7), type <= UInt32.max else { return .nothing }
        draft.kind = kind
        draft.label = Self.label(line, fields[2])
        draft.convention = Self.convention(line, fields[3])
        draft.listing = UInt32(map) + 1
        draft.row = MapRow(start: start, last: last, type: MemoryType(UInt32(type)))
        draft.row.attributes = MemoryAttributes(rawValue: number(9) ?? 0)
        draft.row.number = UInt32(clamping: number(10) ?? 0)
        draft.row.marks = MapRow.Marks(rawValue: UInt8(truncatingIfNeeded: number(11) ?? 0))
        draft.row.defect = Self.defect(line, fields[12])
        draft.word = fields[13]
        return .row
    }

    private func readFact(_ line: borrowing Line, _ body: Int) -> LineReading {
        guard let name = Self.string("fact", line, body), var start = Self.value("start", line, body),
            var last = Self.value("last", line, body), let first = line.hexadecimalNumber(&start),
            let final = line.hexadecimalNumber(&last),
            let range = PhysicalRange(start: PhysicalAddress(first), last: PhysicalAddress(final)),
            let kind = MapFact.Kind.allCases.first(where: { line.equals($0.name, name) })
        else { return .nothing }
        return .fact(kind, range)
    }
}

extension StrataRows {
    /// Where the value of a key starts, behind its quote if it has one.
    private static func value(_ key: StaticString, _ line: borrowing Line, _ body: Int) -> Int? {
        var start = body
        while let place = line.index(of: key, from: start) {
            var index = place
            _ = line.take(key, &index)
            if line[place - 1] == UInt8(ascii: "\""), line.take("\":", &index) {
                return line[index] == UInt8(ascii: "\"") ? index + 1 : index
            }
            start = index
        }
        return nil
    }

    private static func string(_ key: StaticString, _ line: borrowing Line, _ body: Int) -> Range<Int>? {
        guard let start = value(key, line, body) else { return nil }
        var end = start
        while end < line.count, line[end] != UInt8(ascii: "\"") { end += line[end] == UInt8(ascii: "\\") ? 2 : 1 }
        return line.range(start, min(end, line.count))
    }

    private static func number(_ key: StaticString, _ line: borrowing Line, _ body: Int) -> UInt64? {
        guard var start = value(key, line, body) else { return nil }
        return line.number(&start)
    }

    private static func kind(_ line: borrowing Line, _ word: Range<Int>?) -> MapKind? {
        guard let word else { return nil }
        for kind in MapKind.allCases where line.equals(kind.name, word) { return kind }
        return nil
    }

    private static func label(_ line: borrowing Line, _ word: Range<Int>?) -> StaticString {
        guard let word else { return "" }
        for label in labels where line.equals(label, word) { return label }
        return ""
    }

    private static func convention(_ line: borrowing Line, _ word: Range<Int>?) -> EndConvention {
        guard let word else { return .inclusive }
        for convention in [EndConvention.exclusive, .length, .pages] where line.equals(convention.name, word) {
            return convention
        }
        return .inclusive
    }

    private static func defect(_ line: borrowing Line, _ word: Range<Int>?) -> MapRow.Defect {
        guard let word else { return .none }
        for defect in [MapRow.Defect.empty, .wraps, .reversed] where line.equals(defect.name, word) { return defect }
        return .none
    }
}
