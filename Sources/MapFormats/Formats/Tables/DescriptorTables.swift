import MemoryMap

/// The memory map files that small boot loaders write, after their header "Index, Type, Type(name), PhysicalStart, …".
///
///     3, A, EfiACPIMemoryNVS, 00800000, 8, F                                  all numbers hexadecimal
///     3     10     ACPI Memory NVS    0x00000000800000 0x0000000008 0x000000000000000f   the type decimal
enum DescriptorCSV {
    static func isHeader(_ line: borrowing Line, _ body: Int) -> Bool {
        line.has("Index,", at: body) && line.index(of: "PhysicalStart", from: body) != nil
    }

    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        var index = body
        guard let number = line.decimal(&index), number <= UInt32.max else { return .nothing }
        let hasCommas = line[index] == UInt8(ascii: ",")
        guard skip(line, &index) else { return .nothing }
        guard let type = hasCommas ? line.hexadecimalNumber(&index) : line.number(&index), type <= UInt32.max,
            skip(line, &index)
        else { return .nothing }
        let name = index
        // The name ends at a comma, or where blanks are followed by a number with "0x".
        while index < line.count, line[index] != UInt8(ascii: ","), !line.has(" 0x", at: index) { index += 1 }
        let word = line.trimmed(line.range(name, index))
        guard skip(line, &index), let start = line.hexadecimalNumber(&index), skip(line, &index),
            let pages = line.hexadecimalNumber(&index), skip(line, &index), let attributes = line.hexadecimalNumber(&index)
        else { return .nothing }
        draft.kind = .descriptorCSV
        draft.label = ""
        draft.convention = .pages
        draft.row = MapRow(start: start, pages: pages, type: MemoryType(UInt32(type)))
        draft.row.attributes = MemoryAttributes(rawValue: attributes)
        draft.row.marks.insert(.hasAttributes)
        draft.row.number = UInt32(number)
        draft.word = word
        return .row
    }

    /// Moves past blanks and at most one comma; false where nothing stood there.
    private static func skip(_ line: borrowing Line, _ index: inout Int) -> Bool {
        let start = index
        index = line.skipBlanks(index)
        if line[index] == UInt8(ascii: ",") { index = line.skipBlanks(index + 1) }
        return index > start
    }
}

/// The files of the paging audit in Project Mu: "MemoryMap,0x7,0x1000,0x0,0x9f,0xf,0x3".
enum PagingAudit {
    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        var index = body
        let isTable = line.take("MAT,", &index)
        guard isTable || line.take("MemoryMap,", &index), line.has("0x", at: index) else { return .nothing }
        let word = index
        guard let type = line.number(&index), type <= UInt32.max else { return .nothing }
        draft.word = word..<index
        guard line.take(",", &index), let start = line.number(&index), line.take(",", &index), line.number(&index) != nil,
            line.take(",", &index), let pages = line.number(&index), line.take(",", &index), let attributes = line.number(&index)
        else { return .nothing }
        draft.kind = isTable ? .memoryAttributesTable : .pagingAudit
        draft.label = ""
        draft.convention = .pages
        draft.row = MapRow(start: start, pages: pages, type: MemoryType(UInt32(type)))
        draft.row.attributes = MemoryAttributes(rawValue: attributes)
        draft.row.marks.insert(.hasAttributes)
        return .row
    }
}

/// Rust's debug form of a descriptor in `uefi-rs`: "MemoryDescriptor { ty: CONVENTIONAL, …, phys_start: 4096, … }".
enum UEFIRS {
    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        guard let name = line.index(of: "MemoryDescriptor { ty: ", from: body, to: min(line.count, body + 96)) else {
            return .nothing
        }
        let start = name + 23
        var index = start
        while index < line.count, line[index] != UInt8(ascii: ",") { index += 1 }
        let word = start..<index
        guard let first = value(line, "phys_start: ", index), let pages = value(line, "page_count: ", index),
            var attribute = line.index(of: "att: ", from: index)
        else { return .nothing }
        draft.kind = .uefiRS
        draft.label = ""
        draft.convention = .pages
        draft.row = MapRow(start: first, pages: pages)
        draft.word = word
        if let type = TypeWords.uefi(line, word) {
            draft.row.type = type
        } else if line.equals("PAL_CODE", word) {
            draft.row.type = .palCode
        } else {
            var digits = word.lowerBound
            while digits < word.upperBound, !isDigit(line[digits]) { digits += 1 }
            if let number = line.number(&digits), number <= UInt32.max { draft.row.type = MemoryType(UInt32(number)) }
            draft.row.marks.insert(.unknownWord)
        }
        attribute += 5
        draft.row.attributes = attributes(line, attribute)
        draft.row.marks.insert(.hasAttributes)
        return .row
    }

    private static func value(_ line: borrowing Line, _ key: StaticString, _ start: Int) -> UInt64? {
        guard var index = line.index(of: key, from: start) else { return nil }
        _ = line.take(key, &index)
        return line.number(&index)
    }

    /// "UNCACHEABLE | WRITE_COMBINE | …", in newer releases inside "MemoryAttribute(…)".
    private static func attributes(_ line: borrowing Line, _ start: Int) -> MemoryAttributes {
        var attributes: MemoryAttributes = []
        var index = start
        while index < line.count {
            guard isLetter(line[index]) || isDigit(line[index]) else {
                index += 1
                continue
            }
            let first = index
            while isLetter(line[index]) || isDigit(line[index]) || line[index] == UInt8(ascii: "_") { index += 1 }
            attributes.formUnion(name(line, line.range(first, index)))
        }
        return attributes
    }

    private static func name(_ line: borrowing Line, _ word: Range<Int>) -> MemoryAttributes {
        if line.equals("UNCACHEABLE", word) { return .uncacheable }
        if line.equals("WRITE_COMBINE", word) { return .writeCombining }
        if line.equals("WRITE_THROUGH", word) { return .writeThrough }
        if line.equals("WRITE_BACK", word) { return .writeBack }
        if line.equals("UNCACHABLE_EXPORTED", word) || line.equals("UNCACHEABLE_EXPORTED", word) { return .uncacheableExported }
        if line.equals("WRITE_PROTECT", word) { return .writeProtected }
        if line.equals("READ_PROTECT", word) { return .readProtected }
        if line.equals("EXECUTE_PROTECT", word) { return .executeProtected }
        if line.equals("NON_VOLATILE", word) { return .nonVolatile }
        if line.equals("MORE_RELIABLE", word) { return .moreReliable }
        if line.equals("READ_ONLY", word) { return .readOnly }
        if line.equals("SPECIAL_PURPOSE", word) || line.equals("SPECIFIC_PURPOSE", word) { return .specificPurpose }
        if line.equals("CPU_CRYPTO", word) { return .cpuCrypto }
        if line.equals("HOT_PLUGGABLE", word) { return .hotPluggable }
        if line.equals("RUNTIME", word) { return .runtime }
        if line.equals("ISA_VALID", word) { return .isaValid }
        var index = word.lowerBound
        guard line.has("0x", at: index), let bits = line.number(&index) else { return [] }
        return MemoryAttributes(rawValue: bits)
    }
}
