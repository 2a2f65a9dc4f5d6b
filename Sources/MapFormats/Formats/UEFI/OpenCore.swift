import MemoryMap

/// OpenCore: "OCMM: Available [RUN|CRY|…|UC] 0x…-0x… -> 0x… (16 MB)", attributes that are not set left blank.
enum OpenCore {
    static func read(_ line: borrowing Line, body: Int, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        guard let mark = line.index(of: "OCMM: ", from: body, to: min(token.start, body + 96)),
            let open = line.index(of: "[", from: mark, to: token.start),
            let close = line.index(of: "]", from: open, to: token.start), line.skipBlanks(close + 1) == token.start,
            let attributes = AttributeWords.read(line, line.range(open + 1, close))
        else { return .nothing }
        let word = line.trimmed(line.range(mark + 6, open))
        guard let type = TypeWords.uefi(line, word) else { return .nothing }
        draft.kind = .openCore
        draft.label = ""
        draft.convention = .inclusive
        draft.row = MapRow(start: token.first, last: token.second, type: type)
        draft.row.attributes = attributes
        draft.row.marks.insert(.hasAttributes)
        draft.word = word
        return .row
    }
}
