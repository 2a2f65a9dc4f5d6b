import MemoryMap

/// The UEFI Shell's `memmap`: rows in the order of the firmware's table, the end inclusive.
///
///     Type       Start            End              # Pages          Attributes
///     BS_Code    0000000000000000-0000000000000FFF 0000000000000001 000000000000000F
enum ShellMemmap {
    static func read(
        _ line: borrowing Line, body: Int, _ token: RangeToken, isGCD: Bool, _ draft: inout RowDraft
    ) -> LineReading {
        var index = line.skipBlanks(token.end)
        guard token.digits == 16, index > token.end else { return .nothing }
        let pagesStart = index
        let (pages, pageDigits, _) = line.hexadecimal(&index)
        guard pageDigits == 16, index - pagesStart == 16, isBlank(line[index]) else { return .nothing }
        index = line.skipBlanks(index)
        let (attributes, attributeDigits, _) = line.hexadecimal(&index)
        guard attributeDigits == 16 else { return .nothing }
        let word = line.trimmed(line.range(body, token.start))
        guard !word.isEmpty else { return .nothing }
        // GCD rows have a type word of its own and two attribute words.
        if let gcd = GCD.type(line, word) ?? (isGCD ? TypeWords.uefi(line, word) : nil) {
            draft.kind = .gcd
            draft.row = MapRow(start: token.first, last: token.second)
            draft.row.type = gcd
            draft.row.attributes = MemoryAttributes(rawValue: attributes)
        } else {
            guard let type = type(line, word) else { return .nothing }
            draft.kind = .shellMemmap
            draft.row = MapRow(start: token.first, last: token.second)
            draft.row.type = type
            draft.row.attributes = MemoryAttributes(rawValue: attributes)
            if pages == 0 { draft.row.defect = .empty }
            if pages > PageCount.addressSpace.rawValue { draft.row.defect = .wraps }
        }
        draft.label = ""
        draft.convention = .inclusive
        draft.row.marks.insert(.hasAttributes)
        draft.word = word
        return .row
    }

    /// A name, or the eight digits of a type without one.
    static func type(_ line: borrowing Line, _ word: Range<Int>) -> MemoryType? {
        if let type = TypeWords.uefi(line, word) { return type }
        guard word.count == 8 else { return nil }
        var index = word.lowerBound
        let (value, digits, _) = line.hexadecimal(&index)
        return digits == 8 ? MemoryType(UInt32(value)) : nil
    }

    /// "Total Memory:  16,228 MB (17,016,508,416 Bytes)": the bytes.
    static func readTotal(_ line: borrowing Line, body: Int) -> LineReading {
        guard line.has("Total Memory:", at: body), let parenthesis = line.index(of: "(", from: body) else { return .nothing }
        var (index, total) = (parenthesis + 1, UInt64(0))
        while isDigit(line[index]) || line[index] == UInt8(ascii: ",") {
            if isDigit(line[index]) {
                let (product, high) = total.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt64(line[index] - UInt8(ascii: "0")))
                guard !high, !carry else { return .nothing }
                total = sum
            }
            index += 1
        }
        return line.has(" Bytes", at: index) ? .total(total) : .nothing
    }
}

/// The DXE core's own map of the address space, of which the UEFI memory map is made.
enum GCD {
    static func type(_ line: borrowing Line, _ word: Range<Int>) -> MemoryType? {
        if line.equals("SystemMem", word) { return .conventional }
        if line.equals("NonExist", word) { return .reserved }
        if line.equals("PersisMem", word) { return .persistent }
        if line.equals("MoreRelia", word) { return .conventional }
        if line.equals("Unaccepte", word) { return .unaccepted }
        return nil
    }
}

/// The UEFI Shell's `memmap -sfo`: rows of quoted values.
///
///     MemoryMap,"Available","1000","1FFF","1","F"
enum ShellTable {
    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        var index = body
        guard line.take("MemoryMap,\"", &index) else { return .nothing }
        let start = index
        while index < line.count, line[index] != UInt8(ascii: "\"") { index += 1 }
        let word = start..<index
        guard let type = ShellMemmap.type(line, word), line.take("\",\"", &index), let first = line.hexadecimalNumber(&index),
            line.take("\",\"", &index), let last = line.hexadecimalNumber(&index), line.take("\",\"", &index),
            let pages = line.hexadecimalNumber(&index), line.take("\",\"", &index),
            let attributes = line.hexadecimalNumber(&index)
        else { return .nothing }
        draft.kind = .shellTable
        draft.label = ""
        draft.convention = .inclusive
        draft.row = MapRow(start: first, last: last, type: type)
        if pages == 0 { draft.row.defect = .empty }
        draft.row.attributes = MemoryAttributes(rawValue: attributes)
        draft.row.marks.insert(.hasAttributes)
        draft.word = word
        return .row
    }
}
