import MemoryMap

/// FreeBSD: "SMAP type=01 base=0000000000000000 len=000000000009fc00", with an "xattr=" in `sysctl machdep.smap`.
enum FreeBSDSMAP {
    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        var index = body
        guard line.take("SMAP type=", &index) else { return .nothing }
        let word = index
        guard let type = line.hexadecimalNumber(&index) else { return .nothing }
        draft.word = word..<index
        _ = line.take(",", &index)
        if line.take(" xattr=", &index) {
            guard line.hexadecimalNumber(&index) != nil else { return .nothing }
            _ = line.take(",", &index)
        }
        guard line.take(" base=", &index), let base = line.hexadecimalNumber(&index) else { return .nothing }
        _ = line.take(",", &index)
        guard line.take(" len=", &index), let length = line.hexadecimalNumber(&index) else { return .nothing }
        draft.kind = .freeBSDSMAP
        draft.label = ""
        draft.convention = .length
        draft.row = MapRow(start: base, byteCount: length)
        let meaning = TypeWords.e820(number: type)
        draft.row.type = meaning.type
        draft.row.attributes = meaning.attributes
        draft.row.number = meaning.number
        if !meaning.isKnown { draft.row.marks.insert(.unknownWord) }
        return .row
    }
}

/// FreeBSD's chunks of physical memory: "0x0000000000001000 - 0x000000000009bfff, 634880 bytes (155 pages)".
enum FreeBSDChunks {
    static func read(_ line: borrowing Line, body: Int, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        guard body == token.start, token.isSpaced else { return .nothing }
        var index = token.end
        guard line.take(", ", &index), line.decimal(&index) != nil, line.take(" bytes (", &index), line.decimal(&index) != nil,
            line.take(" pages)", &index)
        else { return .nothing }
        draft.kind = .freeBSDChunks
        draft.label = ""
        draft.convention = .inclusive
        draft.row = MapRow(start: token.first, last: token.second, type: .conventional)
        draft.word = 0..<0
        return .row
    }
}

/// FreeBSD's UEFI map, after its header: "BootServicesCode 000000000000 0 00000001 UC WC WT WB".
enum FreeBSDEFI {
    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        var index = body
        while index < line.count, !isBlank(line[index]) { index += 1 }
        // Names of two words do not occur here, "<INVALID>" does.
        let word = body..<index
        let type = TypeWords.uefi(line, word)
        guard type != nil || line.equals("<INVALID>", word) else { return .nothing }
        index = line.skipBlanks(index)
        let (start, startDigits, _) = line.hexadecimal(&index)
        guard startDigits >= 12, isBlank(line[index]) else { return .nothing }
        index = line.skipBlanks(index)
        guard line.hexadecimalNumber(&index) != nil, isBlank(line[index]) else { return .nothing }
        index = line.skipBlanks(index)
        guard let pages = line.hexadecimalNumber(&index),
            let attributes = AttributeWords.read(line, line.range(index, line.count))
        else {
            return .nothing
        }
        draft.kind = .freeBSDEFI
        draft.label = ""
        draft.convention = .pages
        draft.row = MapRow(start: start, pages: pages, type: type ?? .reserved)
        if type == nil { draft.row.marks.insert(.unknownWord) }
        draft.row.attributes = attributes
        draft.row.marks.insert(.hasAttributes)
        draft.word = word
        return .row
    }
}

/// OpenBSD's boot loader: "Region 0: type 1 at 0x0 for 639KB".
enum OpenBSDMemory {
    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        var index = body
        guard line.take("Region ", &index), let number = line.decimal(&index), number <= UInt32.max, line.take(": type ", &index)
        else { return .nothing }
        let word = index
        guard let type = line.decimal(&index) else { return .nothing }
        draft.word = word..<index
        guard line.take(" at ", &index), let start = line.number(&index), line.take(" for ", &index),
            let kilobytes = line.decimal(&index), line.take("KB", &index), kilobytes <= UInt64.max >> 10
        else { return .nothing }
        let meaning = TypeWords.e820(number: type)
        draft.kind = .openBSDMemory
        draft.label = ""
        draft.convention = .length
        draft.row = MapRow(start: start, byteCount: kilobytes << 10, type: meaning.type)
        draft.row.attributes = meaning.attributes
        draft.row.number = UInt32(number)
        if !meaning.isKnown { draft.row.marks.insert(.unknownWord) }
        return .row
    }
}

/// NetBSD: "addr 0x0  size 0x9fc00  type 0x1".
enum NetBSDMemory {
    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        var index = body
        guard line.take("addr ", &index), line.has("0x", at: index), let start = line.number(&index) else { return .nothing }
        index = line.skipBlanks(index)
        guard line.take("size ", &index), let size = line.number(&index) else { return .nothing }
        index = line.skipBlanks(index)
        guard line.take("type ", &index) else { return .nothing }
        let word = index
        guard let type = line.number(&index) else { return .nothing }
        let meaning = TypeWords.e820(number: type)
        draft.kind = .netBSDMemory
        draft.label = ""
        draft.convention = .length
        draft.row = MapRow(start: start, byteCount: size, type: meaning.type)
        draft.row.attributes = meaning.attributes
        if !meaning.isKnown { draft.row.marks.insert(.unknownWord) }
        draft.word = word..<index
        return .row
    }
}
