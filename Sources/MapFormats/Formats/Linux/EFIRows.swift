import MemoryMap

/// The UEFI memory map as Linux prints it on x86, in all its generations.
///
///     efi: mem00: type=3, attr=0xf, range=[0x0-0x1000) (0MB)                             up to 3.18, the end exclusive
///     efi: mem00: [Boot Code          |   |  |…|WB|WT|WC|UC] range=[0x0-0x1000) (0MB)    up to 4.4, exclusive
///     efi: mem00: [Conventional|   |  |…|WB|WT|WC|UC] range=[0x0-0xfff] (0MB)            since then, inclusive
///
/// The number of attribute columns grew from 9 to 15: they are read by their words. Where a bit has no name, the kernel prints
/// "attr=0x…" in place of the columns. An invalid row may have an end of more than 16 digits.
enum LinuxEFI {
    static func read(
        _ line: borrowing Line, body: Int, isRuntime: Bool, _ draft: inout RowDraft
    ) -> LineReading {
        var index = body
        guard line.take("efi: ", &index) || line.take("EFI: ", &index) else { return .nothing }
        index = line.skipBlanks(index)
        guard line.take("mem", &index), let number = line.decimal(&index), number <= 1 << 24, line.take(": ", &index) else {
            return .nothing
        }
        guard let range = line.index(of: "range=[", from: index) else { return .incomplete(isUsable: false) }
        draft.kind = .linuxEFI
        draft.label = isRuntime ? "runtime" : ""
        guard readRange(line, range + 7, &draft) else { return .incomplete(isUsable: false) }
        draft.row.number = UInt32(number)
        if line.take("type=", &index) {
            readNumbers(line, index, &draft)
        } else if line[index] == UInt8(ascii: "[") {
            guard readBracket(line, index, range, &draft) else { return .nothing }
        } else {
            return .nothing
        }
        return .row
    }

    /// "type=3, attr=0xf, ".
    private static func readNumbers(_ line: borrowing Line, _ start: Int, _ draft: inout RowDraft) {
        var index = start
        if let type = line.decimal(&index), type <= UInt32.max { draft.row.type = MemoryType(UInt32(type)) }
        draft.word = start..<index
        if line.take(", attr=", &index), let attributes = line.hexadecimalNumber(&index) {
            draft.row.attributes = MemoryAttributes(rawValue: attributes)
            draft.row.marks.insert(.hasAttributes)
        }
    }

    /// "0x0-0x1000) (0MB)", "0x0-0xfff] (0MB)".
    private static func readRange(_ line: borrowing Line, _ start: Int, _ draft: inout RowDraft) -> Bool {
        var index = start
        guard let first = line.hexadecimalNumber(&index), line.take("-0x", &index) else { return false }
        let (second, digits, overflow) = line.hexadecimal(&index)
        guard digits > 0 else { return false }
        let bracket = line[index]
        guard bracket == UInt8(ascii: ")") || bracket == UInt8(ascii: "]") else { return false }
        draft.convention = bracket == UInt8(ascii: ")") ? .exclusive : .inclusive
        draft.row = bracket == UInt8(ascii: ")") ? MapRow(start: first, end: second) : MapRow(start: first, last: second)
        // "start + 0 - 1" is how the kernel prints the end of a row without pages.
        if bracket == UInt8(ascii: "]"), second == first &- 1 { draft.row.defect = .empty }
        if overflow { draft.row.defect = .wraps }
        if line.index(of: "(invalid)", from: index) != nil { draft.row.marks.insert(.calledInvalid) }
        return true
    }

    /// "[NAME|attributes]": the type and the attributes; false where it is none of that.
    static func readBracket(_ line: borrowing Line, _ start: Int, _ limit: Int, _ draft: inout RowDraft) -> Bool {
        var bar = start + 1
        while bar < limit, line[bar] != UInt8(ascii: "|"), line[bar] != UInt8(ascii: "]") { bar += 1 }
        guard bar < limit, line[bar] == UInt8(ascii: "|") else { return false }
        var end = bar
        while end < limit, line[end] != UInt8(ascii: "]") { end += 1 }
        guard end < limit else { return false }
        let word = line.trimmed(line.range(start + 1, bar))
        draft.word = word
        var index = word.lowerBound
        if let type = TypeWords.uefi(line, word) {
            draft.row.type = type
        } else if line.take("type=", &index), let type = line.decimal(&index), type <= UInt32.max {
            draft.row.type = MemoryType(UInt32(type))
        } else {
            draft.row.marks.insert(.unknownWord)
        }
        // A wrapped row may have quote marks among the columns.
        guard let attributes = AttributeWords.read(line, line.range(bar, end)) else { return false }
        draft.row.attributes = attributes
        draft.row.marks.insert(.hasAttributes)
        return true
    }
}

/// The UEFI memory map as Linux prints it on machines with a device tree, and its memory attributes table.
///
///     efi:   0x000801f0c000-0x000803f7ffff [Conventional|   |  |…|WB|  |  |  ]
///     efi: memattr:  0x00008db6f000-0x00008db93fff [Runtime Code|RUN|  |…|XP|…]
enum LinuxEFIByAddress {
    static func read(_ line: borrowing Line, body: Int, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        var index = body
        let isEFI = line.take("efi:", &index) || line.take("EFI:", &index)
        index = line.skipBlanks(index)
        var kind = MapKind.linuxEFIByAddress
        var isInvalid = false
        if isEFI, line.take("memattr:", &index) {
            kind = .linuxMemoryAttributes
            index = line.skipBlanks(index)
            if line.take("!", &index) {
                isInvalid = true
                index = line.skipBlanks(index)
            }
        }
        guard index == token.start else { return .nothing }
        let bracket = line.skipBlanks(token.end)
        guard line[bracket] == UInt8(ascii: "["), bracket > token.end else { return .nothing }
        draft.row = MapRow(start: token.first, last: token.second)
        draft.kind = kind
        draft.convention = .inclusive
        guard LinuxEFI.readBracket(line, bracket, line.count, &draft) else {
            return isEFI ? .incomplete(isUsable: false) : .nothing
        }
        if token.second == token.first &- 1 { draft.row.defect = .empty }
        if isInvalid { draft.row.marks.insert(.calledInvalid) }
        return .row
    }
}
