import MemoryMap

/// U-Boot's `efidebug memmap` and `efi mem`: the end exclusive, attributes between bars; two generations of names.
///
///     BOOT DATA        0000000004000000-0000000004200000 WB
///     BootServicesCode        0000000000000000-0000000000001000 UC|WC|WT|WB
enum UBootEFI {
    static func read(_ line: borrowing Line, body: Int, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        guard !token.isSpaced, isBlank(line[token.end]) || token.end == line.count else { return .nothing }
        let word = line.trimmed(line.range(body, token.start))
        guard let type = TypeWords.uefi(line, word), let attributes = AttributeWords.read(line, line.range(token.end, line.count))
        else {
            return .nothing
        }
        draft.kind = .uBootEFI
        draft.label = ""
        draft.convention = .exclusive
        draft.row = MapRow(start: token.first, end: token.second, type: type)
        draft.row.attributes = attributes
        draft.row.marks.insert(.hasAttributes)
        draft.word = word
        return .row
    }
}

/// Coreboot's table as it is printed when the payload starts: " 0. 0000000000000000-0000000000000fff: CONFIGURATION TABLES".
enum Coreboot {
    static func read(_ line: borrowing Line, body: Int, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        var index = body
        guard line.has(": ", at: token.end), let number = line.decimal(&index), number <= UInt32.max, line.take(". ", &index),
            index == token.start
        else { return .nothing }
        let word = line.trimmed(line.range(token.end + 2, line.count))
        draft.kind = .coreboot
        draft.label = ""
        draft.convention = .inclusive
        draft.row = MapRow(start: token.first, last: token.second)
        draft.row.number = UInt32(number)
        draft.word = word
        let meaning = type(line, word)
        draft.row.type = meaning.type
        draft.row.attributes = meaning.attributes
        if !meaning.isKnown { draft.row.marks.insert(.unknownWord) }
        return .row
    }

    private static func type(_ line: borrowing Line, _ word: Range<Int>) -> WordMeaning {
        if line.equals("RAM", word) { return .usable }
        if line.equals("ACPI", word) { return .acpiData }
        if line.equals("NVS", word) { return .acpiNVS }
        if line.equals("UNUSABLE", word) { return .unusable }
        if line.equals("SOFT RESERVED", word) { return .softReserved }
        if line.equals("RAMSTAGE", word) || line.equals("PAYLOAD", word) { return WordMeaning(type: .loaderCode) }
        let isReserved =
            line.equals("RESERVED", word) || line.equals("VENDOR RESERVED", word) || line.equals("CONFIGURATION TABLES", word)
            || line.equals("BL31", word) || line.equals("OPENSBI", word) || line.equals("TAG STORAGE", word)
        return WordMeaning(type: .reserved, isKnown: isReserved)
    }
}

/// Limine's debug output: "[1000 -> 9FC00] : 9EC00  <Usable (0)>", the end exclusive.
enum Limine {
    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        guard let arrow = line.index(of: " -> ", from: body, to: min(line.count, body + 160)) else { return .nothing }
        var start = arrow
        while hexValue(line[start - 1]) >= 0 || line[start - 1] | 0x20 == UInt8(ascii: "x") { start -= 1 }
        guard start < arrow, line[start - 1] == UInt8(ascii: "[") else { return .nothing }
        var index = start
        guard let first = line.hexadecimalNumber(&index), index == arrow else { return .nothing }
        index = arrow + 4
        guard let end = line.hexadecimalNumber(&index), line.take("] : ", &index), line.hexadecimalNumber(&index) != nil else {
            return .nothing
        }
        index = line.skipBlanks(index)
        guard line.take("<", &index), let parenthesis = line.index(of: "(", from: index) else { return .nothing }
        draft.kind = .limine
        draft.label = ""
        draft.convention = .exclusive
        draft.row = MapRow(start: first, end: end)
        draft.word = line.trimmed(line.range(index, parenthesis))
        index = parenthesis + 1
        guard let number = line.hexadecimalNumber(&index), let meaning = type(number) else {
            draft.row.marks.insert(.unknownWord)
            return .row
        }
        draft.row.type = meaning
        return .row
    }

    /// The types of the Limine protocol, and those of its own map, which are the BIOS's numbers and three above them.
    static func type(_ number: UInt64) -> MemoryType? {
        switch number {
        case 0, 1: .conventional
        case 2, 0x1003: .reserved
        case 3: .acpiReclaim
        case 4: .acpiNVS
        case 5: .unusable
        case 0x1000, 0x1001, 0x1004: .loaderData
        case 0x1002: .memoryMappedIO
        default: nil
        }
    }
}
