import MemoryMap

/// The memory map of an x86 machine's BIOS as Linux prints it, in all its generations.
///
///     BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)              up to about 3.4, the end exclusive
///     BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable        since then, inclusive
///     BIOS-e820: [gap 0x000000009d000000-0x000000009d78ffff]               since 7.0
enum LinuxE820 {
    /// Reads "[mem A-B] TYPE" after one of the kernel's names for its maps.
    static func readBracketed(_ line: borrowing Line, body: Int, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        let isGap = line.has("[gap ", endingAt: token.start)
        let bracket = token.start - 5
        guard line[token.end] == UInt8(ascii: "]"), let label = label(line, body, bracket) else { return .nothing }
        draft.kind = .linuxE820
        draft.label = label
        draft.row = MapRow(start: token.first, last: token.second)
        draft.convention = .inclusive
        if isGap {
            draft.row.marks.insert(.isGap)
            return .row
        }
        return readType(line, line.range(token.end + 1, line.count), &draft)
    }

    /// Reads "A - B (TYPE)", the end exclusive.
    static func readSpaced(_ line: borrowing Line, body: Int, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        guard let label = label(line, body, token.start) else { return .nothing }
        draft.kind = .linuxE820
        draft.label = label
        draft.row = MapRow(start: token.first, end: token.second)
        draft.convention = .exclusive
        var start = line.skipBlanks(token.end)
        guard line[start] == UInt8(ascii: "(") else { return .nothing }
        start += 1
        return readType(line, line.range(start, line.index(of: ")", from: start) ?? line.count), &draft)
    }

    private static func readType(_ line: borrowing Line, _ rest: Range<Int>, _ draft: inout RowDraft) -> LineReading {
        var word = line.trimmed(rest)
        // A quoted line, as in a JSON string, ends with its quote and a comma.
        while word.upperBound > word.lowerBound,
            line[word.upperBound - 1] == UInt8(ascii: "\"") || line[word.upperBound - 1] == UInt8(ascii: ",")
        {
            word = line.range(word.lowerBound, word.upperBound - 1)
        }
        draft.word = word
        let meaning = TypeWords.e820(line, word)
        draft.row.type = meaning.type
        draft.row.attributes = meaning.attributes
        draft.row.number = meaning.number
        guard meaning.isKnown else {
            draft.row.marks.insert(.unknownWord)
            // "ACPI" alone is the first half of a wrapped row.
            return word.isEmpty || line.equals("ACPI", word) ? .incomplete(isUsable: true) : .row
        }
        return .row
    }

    /// The kernel's name of the map, which stands between the prefixes and the range.
    private static func label(_ line: borrowing Line, _ body: Int, _ end: Int) -> StaticString? {
        var index = body
        let label: StaticString
        switch line[index] {
        case UInt8(ascii: "B"): label = "BIOS-e820"
        case UInt8(ascii: "u"): label = "user"
        case UInt8(ascii: "m"): label = "modified"
        case UInt8(ascii: "e"): label = "extended"
        case UInt8(ascii: "r"): label = "reserve setup_data"
        case UInt8(ascii: "X"): label = "Xen"
        default: return nil
        }
        guard line.take(label, &index), line.take(":", &index), line.skipBlanks(index) == end else { return nil }
        return label
    }

    /// Reads the kernel's changes to its map: "e820: update [mem A-B] OLD ==> NEW", "e820: remove [mem A-B] TYPE".
    static func readUpdate(_ line: borrowing Line, body: Int, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        var index = body
        guard line.take("e820: ", &index), line[token.end] == UInt8(ascii: "]") else { return .nothing }
        if line.has("update [mem ", at: index), let arrow = line.index(of: "==>", from: token.end) {
            draft.label = "update"
            draft.kind = .linuxE820Update
            draft.row = MapRow(start: token.first, last: token.second)
            return readType(line, line.range(arrow + 3, line.count), &draft)
        }
        if line.has("remove [mem ", at: index) {
            draft.label = "remove"
            draft.kind = .linuxE820Update
            draft.row = MapRow(start: token.first, last: token.second)
            return readType(line, line.range(token.end + 1, line.count), &draft)
        }
        return .nothing
    }
}
