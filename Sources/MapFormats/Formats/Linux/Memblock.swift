import MemoryMap

/// The early allocator's lists, of Linux and of U-Boot, which has the same one under the name lmb.
///
///     memory[0x0]     [0x0000000000000000-0x000000003dffffff], 0x000000003e000000 bytes flags: 0x0
///     reserved[2]     [0x3dae3000-0x3e2c8fff], 0x7e6000 bytes, flags: no-overwrite, no-map
enum Memblock {
    static func read(_ line: borrowing Line, body: Int, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        var index = body
        let isMemory = line.take("memory[", &index)
        guard isMemory || line.take("reserved[", &index) else { return .nothing }
        let isUBoot = !line.has("0x", at: index)
        guard let number = line.number(&index), number <= UInt32.max, line.take("]", &index) else { return .nothing }
        guard line.skipBlanks(index) == token.start - 1, line.has("], ", at: token.end) else { return .nothing }
        var bytes = token.end + 3
        guard line.number(&bytes) != nil, let flags = line.index(of: "flags: ", from: bytes) else { return .nothing }
        let word = line.trimmed(line.range(flags + 7, line.count))
        draft.kind = isUBoot ? .uBootLMB : .linuxMemblock
        draft.label = isMemory ? "memory" : "reserved"
        draft.convention = .inclusive
        draft.row = MapRow(start: token.first, last: token.second)
        draft.row.number = UInt32(number)
        draft.row.type = isMemory ? .conventional : .reserved
        draft.word = word
        // Linux' flag 4 keeps the memory out of the kernel's own mapping.
        if isMemory, line.has("0x4", at: word.lowerBound) { draft.row.type = .reserved }
        return .row
    }
}

/// The kernel's zones and nodes, in the lines after "Zone ranges:" and "Early memory node ranges".
///
///     DMA32    [mem 0x0000000040000000-0x00000000ffffffff]
///     node   0: [mem 0x0000000040000000-0x00000000805fffff]
enum LinuxZones {
    static func read(_ line: borrowing Line, body: Int, _ token: RangeToken, _ draft: inout RowDraft) -> LineReading {
        guard line[token.end] == UInt8(ascii: "]"), line.trimmed(line.range(token.end + 1, line.count)).isEmpty else {
            return .nothing
        }
        var index = body
        if line.take("node ", &index) {
            index = line.skipBlanks(index)
            guard let node = line.decimal(&index), node <= UInt32.max, line.take(": [mem ", &index), index == token.start else {
                return .nothing
            }
            draft.label = "nodes"
            draft.row = MapRow(start: token.first, last: token.second)
            draft.row.number = UInt32(node)
            draft.word = line.range(body, index - 7)
        } else {
            while isLetter(line[index]) || isDigit(line[index]) { index += 1 }
            let name = body..<index
            let isZone =
                line.equals("DMA", name) || line.equals("DMA32", name) || line.equals("Normal", name)
                || line.equals("HighMem", name) || line.equals("Movable", name) || line.equals("Device", name)
            guard isZone, line.skipBlanks(index) == token.start - 5 else { return .nothing }
            draft.label = "zones"
            draft.row = MapRow(start: token.first, last: token.second)
            draft.word = name
        }
        draft.kind = .linuxZones
        draft.convention = .inclusive
        draft.row.type = .conventional
        return .row
    }
}

/// The device tree's reservations: "OF: reserved mem: 0xA..0xB (N KiB) nomap non-reusable NAME".
enum LinuxReservedMemory {
    static func read(_ line: borrowing Line, body: Int, _ draft: inout RowDraft) -> LineReading {
        var index = body
        guard line.take("OF: reserved mem: ", &index), line.has("0x", at: index) else { return .nothing }
        guard let first = line.number(&index), line.take("..", &index), let last = line.number(&index) else { return .nothing }
        guard line.take(" (", &index), line.decimal(&index) != nil, line.take(" KiB) ", &index) else { return .nothing }
        draft.kind = .linuxReservedMemory
        draft.label = line.has("nomap", at: index) ? "nomap" : "map"
        draft.convention = .inclusive
        draft.row = MapRow(start: first, last: last)
        draft.row.type = .reserved
        var name = line.trimmed(line.range(index, line.count))
        var start = name.upperBound
        while start > name.lowerBound, !isBlank(line[start - 1]) { start -= 1 }
        name = line.range(start, name.upperBound)
        draft.word = name
        return .row
    }
}
