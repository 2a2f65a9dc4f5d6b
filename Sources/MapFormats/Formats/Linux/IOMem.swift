import MemoryMap

/// `/proc/iomem`: a tree of address ranges with names, two blanks a level.
///
///     00100000-f6dd5fff : System RAM
///       01000000-01ffffff : Kernel code
enum LinuxIOMem {
    static func read(_ line: borrowing Line, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        guard line.has(" : ", at: token.end) else { return .nothing }
        var blanks = 0
        while blanks < token.start, line[token.start - blanks - 1] == UInt8(ascii: " ") { blanks += 1 }
        let before = token.start - blanks - 1
        // Names of devices before a range are other tables.
        guard before < 0 || line[before] == UInt8(ascii: ">") || line[before] == 9 || line[before] == UInt8(ascii: "]") else {
            return .nothing
        }
        draft.kind = .linuxIOMem
        draft.label = ""
        draft.row = MapRow(start: token.first, last: token.second)
        draft.row.number = UInt32(blanks)
        let word = line.trimmed(line.range(token.end + 3, line.count))
        draft.word = word
        let meaning = type(line, word)
        draft.row.type = meaning.type
        draft.row.attributes = meaning.attributes
        return .row
    }

    /// What a name means: what is no memory is a device's registers or a bus's window.
    static func type(_ line: borrowing Line, _ word: Range<Int>) -> WordMeaning {
        let known = TypeWords.e820(line, word)
        if known.isKnown { return known }
        if line.has("System RAM", at: word.lowerBound) { return .usable }
        if line.equals("RAM buffer", word) || line.equals("Unknown E820 type", word) || line.equals("E820 type 20", word) {
            return .reserved
        }
        if line.has("CXL Window", at: word.lowerBound) { return .softReserved }
        return WordMeaning(type: .memoryMappedIO, isKnown: false)
    }
}
