import MemoryMap

/// The hypervisor Xen's maps.
///
///     (XEN)  0000000000000000 - 000000000009fc00 (usable)             up to 4.13, the end exclusive
///     (XEN)  [0000000000000000, 000000000009fbff] (usable)            since then, inclusive
///     (XEN)  0000000000000-0000000000fff type=3 attr=000000000000000f   the UEFI map
enum Xen {
    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        var index = body
        guard line.take("(XEN)", &index) else { return .nothing }
        // The console may print a time stamp.
        index = line.skipBlanks(index)
        if line[index] == UInt8(ascii: "["), let close = line.index(of: "] ", from: index), line[close - 1] != UInt8(ascii: "f") {
            var number = index + 1
            number = line.skipBlanks(number)
            if line.decimal(&number) != nil, line[number] == UInt8(ascii: ".") || line[number] == UInt8(ascii: "-") {
                index = line.skipBlanks(close + 1)
            }
        }
        let isBracketed = line.take("[", &index)
        let (first, digits, _) = line.hexadecimal(&index)
        guard digits >= 13 else { return .nothing }
        draft.label = ""
        if isBracketed {
            guard line.take(", ", &index) else { return .nothing }
            let (last, count, _) = line.hexadecimal(&index)
            guard count == 16, line.take("] (", &index) else { return .nothing }
            draft.row = MapRow(start: first, last: last)
            draft.convention = .inclusive
        } else if line.take(" - ", &index) {
            let (end, count, _) = line.hexadecimal(&index)
            guard count == 16, line.take(" (", &index) else { return .nothing }
            draft.row = MapRow(start: first, end: end)
            draft.convention = .exclusive
        } else {
            return readEFI(line, first, index, &draft)
        }
        let word = line.range(index, line.index(of: ")", from: index) ?? line.count)
        let meaning = TypeWords.e820(line, word)
        draft.kind = .xen
        draft.row.type = meaning.type
        draft.row.attributes = meaning.attributes
        draft.row.number = meaning.number
        if !meaning.isKnown { draft.row.marks.insert(.unknownWord) }
        draft.word = word
        return .row
    }

    private static func readEFI(_ line: borrowing Line, _ first: UInt64, _ start: Int, _ draft: inout RowDraft) -> LineReading {
        var index = start
        guard line.take("-", &index), let last = line.hexadecimalNumber(&index), line.take(" type=", &index) else {
            return .nothing
        }
        let word = index
        guard let type = line.decimal(&index), type <= UInt32.max else { return .nothing }
        draft.kind = .xenEFI
        draft.convention = .inclusive
        draft.row = MapRow(start: first, last: last, type: MemoryType(UInt32(type)))
        if last == first &- 1 { draft.row.defect = .empty }
        draft.word = word..<index
        guard line.take(" attr=", &index), let attributes = line.hexadecimalNumber(&index) else { return .row }
        draft.row.attributes = MemoryAttributes(rawValue: attributes)
        draft.row.marks.insert(.hasAttributes)
        return .row
    }
}

/// The boot loader of ESXi: "MMap[0]: 0x0 - 0x8dfff len=581632, type=7, attr=0xf".
enum ESXi {
    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        var index = body
        guard line.take("MMap[", &index), let number = line.decimal(&index), number <= UInt32.max, line.take("]: ", &index),
            let first = line.number(&index), line.take(" - ", &index), let last = line.number(&index),
            line.take(" len=", &index), let length = line.number(&index), line.take(", type=", &index)
        else { return .nothing }
        let word = index
        guard let type = line.number(&index), type <= UInt32.max else { return .nothing }
        draft.kind = .esxi
        draft.label = ""
        draft.convention = .inclusive
        draft.row = MapRow(start: first, last: last, type: MemoryType(UInt32(type)))
        if length == 0 { draft.row.defect = .empty }
        draft.row.number = UInt32(number)
        draft.word = word..<index
        if line.take(", attr=", &index), let attributes = line.number(&index) {
            draft.row.attributes = MemoryAttributes(rawValue: attributes)
            draft.row.marks.insert(.hasAttributes)
        }
        return .row
    }
}
