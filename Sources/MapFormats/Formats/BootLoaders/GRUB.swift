import MemoryMap

/// GRUB's `lsefimmap`: type, range with the last byte, pages in hexadecimal, size in the largest unit that is exact, attributes.
///
///     conv-mem  0000000000001000-0000000007ef5fff 00007ef5 130004KiB WB
enum GRUBEFI {
    static func read(_ line: borrowing Line, body: Int, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        guard token.digits == 16 else { return .nothing }
        var index = line.skipBlanks(token.end)
        let (pages, digits, _) = line.hexadecimal(&index)
        guard digits >= 8, digits < 16, isBlank(line[index]) else { return .nothing }
        index = line.skipBlanks(index)
        guard line.decimal(&index) != nil, isLetter(line[index]), line.has("iB", at: index + 1) || line.has("B", at: index) else {
            return .nothing
        }
        while isLetter(line[index]) { index += 1 }
        guard let attributes = AttributeWords.read(line, line.range(index, line.count)) else { return .nothing }
        let word = line.trimmed(line.range(body, token.start))
        draft.kind = .grubEFI
        draft.label = ""
        draft.convention = .inclusive
        draft.row = MapRow(start: token.first, last: token.second)
        if pages == 0 { draft.row.defect = .empty }
        draft.row.attributes = attributes
        draft.row.marks.insert(.hasAttributes)
        draft.word = word
        if let type = TypeWords.uefi(line, word) {
            draft.row.type = type
        } else {
            var start = word.lowerBound
            guard line.take("Unk ", &start) else { return .nothing }
            draft.row.type = MemoryType(UInt32(truncatingIfNeeded: line.hexadecimal(&start).value))
            draft.row.marks.insert(.unknownWord)
        }
        return .row
    }
}

/// GRUB's `lsmmap`: "base_addr = 0x100000, length = 0x3ff00000, available RAM".
enum GRUBMemory {
    /// What the command calls the types of e820, by how the words begin.
    private static let words: [(word: StaticString, type: MemoryType, number: UInt32)] = [
        ("available", .conventional, 1), ("reserved", .reserved, 2), ("ACPI reclaimable", .acpiReclaim, 3),
        ("ACPI non-volatile", .acpiNVS, 4), ("RAM with known defects", .unusable, 5), ("persistent", .persistent, 7),
        ("code", .runtimeServicesCode, 20), ("firmware code", .runtimeServicesCode, 20),
    ]

    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        var index = body
        guard line.take("base_addr = ", &index), let base = line.number(&index), line.take(", length = ", &index),
            let length = line.number(&index), line.take(", ", &index)
        else { return .nothing }
        let word = line.trimmed(line.range(index, line.count))
        draft.kind = .grubMemory
        draft.label = ""
        draft.convention = .length
        draft.row = MapRow(start: base, byteCount: length)
        draft.word = word
        if let (_, type, number) = words.first(where: { line.has($0.word, at: word.lowerBound) }) {
            (draft.row.type, draft.row.number) = (type, number)
        } else {
            (draft.row.type, draft.row.number) = (.reserved, 2)
            draft.row.marks.insert(.unknownWord)
        }
        return .row
    }
}
