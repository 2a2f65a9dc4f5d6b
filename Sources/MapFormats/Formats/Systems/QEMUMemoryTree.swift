import MemoryMap

/// QEMU's `info mtree -f`: "0000000000000000-000000000009ffff (prio 0, ram): pc.ram @0000000000000000 KVM".
///
/// The tree form repeats a region for every alias; only flat views are maps.
enum QEMUMemoryTree {
    static func read(_ line: borrowing Line, body: Int, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        var index = token.end
        guard body == token.start, line.take(" (prio ", &index) || line.take(" (", &index) else { return .nothing }
        guard let close = line.index(of: "): ", from: index) else { return .nothing }
        var start = close
        while start > index, line[start - 1] != UInt8(ascii: " ") { start -= 1 }
        let word = line.range(start, close)
        draft.kind = .qemuMemoryTree
        draft.label = ""
        draft.convention = .inclusive
        draft.row = MapRow(start: token.first, last: token.second)
        if line.equals("ram", word) || line.equals("ramd", word) || line.equals("nv-ram", word) {
            draft.row.type = .conventional
        } else if line.equals("rom", word) || line.equals("romd", word) || line.equals("nv-rom", word) {
            draft.row.type = .reserved
        } else if line.equals("i/o", word) {
            draft.row.type = .memoryMappedIO
        } else {
            return .nothing
        }
        draft.word = line.trimmed(line.range(close + 3, line.index(of: " @", from: close) ?? line.count))
        return .row
    }
}
