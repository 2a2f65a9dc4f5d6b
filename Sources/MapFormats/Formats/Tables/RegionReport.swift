import MemoryMap

/// The tables that small programs, books and Strata's own kernel print, under a header with "Type" and "Pages": a name, the
/// start, the number of pages in decimal, and perhaps a size for people and attributes.
///
///     Conventional        0x0000000000001000       159    636 KiB 0xf [UC|WC|WT|WB]
///     EfiConventionalMemory 0x0000000000900000    30464     119 MiB
enum RegionReport {
    static func isHeader(_ line: borrowing Line, _ body: Int) -> Bool {
        line.index(of: "Pages", from: body) != nil
            && (line.index(of: " Base", from: body) != nil || line.index(of: "PhysicalStart", from: body) != nil)
    }

    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        guard isLetter(line[body]), var index = line.index(of: "0x", from: body, to: min(line.count, body + 64)) else {
            return .nothing
        }
        var word = line.trimmed(line.range(body, index))
        let type: MemoryType
        if let known = TypeWords.uefi(line, word) {
            type = known
        } else {
            // "OEM 0x70000000": the number is the type's, and the start comes after it.
            guard line.equals("OEM", word) || line.equals("OS", word) || line.equals("Unknown", word),
                let number = line.number(&index), number <= UInt32.max
            else { return .nothing }
            word = line.range(body, index)
            type = MemoryType(UInt32(number))
            index = line.skipBlanks(index)
        }
        guard line.has("0x", at: index), let start = line.number(&index), isBlank(line[index]) else { return .nothing }
        index = line.skipBlanks(index)
        guard let pages = line.decimal(&index), isBlank(line[index]) || index == line.count else { return .nothing }
        draft.kind = .regionReport
        draft.label = ""
        draft.convention = .pages
        draft.row = MapRow(start: start, pages: pages, type: type)
        draft.word = word
        index = line.skipBlanks(index)
        // A size, its unit, and then the attributes.
        while isDigit(line[index]) || line[index] == UInt8(ascii: "."), !line.has("0x", at: index) { index += 1 }
        index = line.skipBlanks(index)
        while isLetter(line[index]) { index += 1 }
        index = line.skipBlanks(index)
        if line.has("0x", at: index), let attributes = line.number(&index) {
            draft.row.attributes = MemoryAttributes(rawValue: attributes)
            draft.row.marks.insert(.hasAttributes)
        }
        return .row
    }
}
