import MemoryMap

/// `/sys/firmware/memmap`, in the form that the shell snippet of the kernel's documentation prints: the end exclusive.
///
///     0000000000000000-000000000009fc00 (System RAM)
enum LinuxFirmwareMemmap {
    static func read(_ line: borrowing Line, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        guard line.has(" (", at: token.end), line.skipBlanks(LinePrefix.length(of: line)) == token.start,
            let close = line.index(of: ")", from: token.end)
        else { return .nothing }
        let word = line.range(token.end + 2, close)
        let meaning = TypeWords.e820(line, word)
        guard meaning.isKnown else { return .nothing }
        draft.kind = .linuxFirmwareMemmap
        draft.label = ""
        draft.convention = .exclusive
        draft.row = MapRow(start: token.first, end: token.second)
        draft.row.type = meaning.type
        draft.row.attributes = meaning.attributes
        draft.row.number = meaning.number
        draft.word = word
        return .row
    }
}
