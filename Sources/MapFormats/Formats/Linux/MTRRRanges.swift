import MemoryMap

/// The processor's memory type range registers as Linux lists them before it uses them.
///
///     MTRR default type: uncachable
///     MTRR variable ranges enabled:
///       0 base 000000000000 mask 3FE000000000 write-back
///       1 base 000080000000 mask 3FFF80000000 uncachable
///       2 disabled
///     TOM2: 0000000820000000 aka 33280M
enum MTRRRanges {
    /// A variable range. The mask has a bit for each bit of an address that is compared: the lowest one is the size.
    static func read(_ line: borrowing Line, body: Int) -> LineReading {
        var index = body
        guard line.decimal(&index) != nil, line.take(" base ", &index) else { return .nothing }
        let (base, baseDigits, _) = line.hexadecimal(&index)
        guard (9...16).contains(baseDigits), line.take(" mask ", &index) else { return .nothing }
        let (mask, maskDigits, _) = line.hexadecimal(&index)
        let size = mask & (0 &- mask)
        // A mask with a gap compares scattered addresses, which are no range.
        guard (9...16).contains(maskDigits), size >= 4096, mask & (mask &+ size) == 0, base % size == 0,
            let range = PhysicalRange(start: PhysicalAddress(base), byteCount: size)
        else { return .nothing }
        if line.has(" write-back", at: index) { return .fact(.writeBackMTRR, range) }
        return line.has(" uncachable", at: index) ? .fact(.uncachableMTRR, range) : .nothing
    }

    /// What holds where no range does.
    static func readDefault(_ line: borrowing Line, body: Int) -> LineReading {
        guard line.has("MTRR default type: write-back", at: body),
            let range = PhysicalRange(start: PhysicalAddress(0), last: PhysicalAddress(.max))
        else { return .nothing }
        return .fact(.writeBackMTRR, range)
    }

    /// Up to where memory above 4 GiB is write-back on AMD's processors, without a range of its own.
    static func readTopOfMemory(_ line: borrowing Line, body: Int) -> LineReading {
        var index = body
        guard line.take("TOM2: ", &index) else { return .nothing }
        let (top, digits, _) = line.hexadecimal(&index)
        guard digits == 16, top > 1 << 32, line.has(" aka ", at: index),
            let range = PhysicalRange(start: PhysicalAddress(1 << 32), last: PhysicalAddress(top - 1))
        else { return .nothing }
        return .fact(.writeBackMTRR, range)
    }
}
