import MemoryMap

/// The checks of a raw table once more, in the plainest way: rows as arrays of bytes, ends as pairs of words, every pair compared.
enum NaiveCheck {
    static func error(_ table: RawTable) -> MemoryMapError? {
        let size = table.descriptorSize
        if size < 40 || size % 8 != 0 { return .descriptorSize(size) }
        if table.version != 1 { return .descriptorVersion(table.version) }
        if table.bytes.isEmpty { return .empty }
        var starts: [Int] = []
        for offset in stride(from: 0, to: table.bytes.count, by: size) {
            if offset + size > table.bytes.count { return .truncated(offset: offset, byteCount: table.bytes.count - offset) }
            starts.append(offset)
        }
        var rows: [(offset: Int, start: UInt128, end: UInt128)] = []
        for offset in starts {
            let start = word(table.bytes, offset + 8)
            let pages = word(table.bytes, offset + 24)
            let address = PhysicalAddress(UInt64(start))
            if pages == 0 { return .zeroPages(offset: offset, start: address) }
            if start % 4096 != 0 { return .misaligned(offset: offset, start: address) }
            let end = start + pages * 4096
            if end > 1 << 64 { return .wraps(offset: offset, start: address, pages: PageCount(UInt64(pages))) }
            rows.append((offset, start, end))
        }
        return overlap(rows)
    }

    /// The overlap at the lowest address; of rows that begin there, the first in the table, and the one below that begins last.
    private static func overlap(_ rows: [(offset: Int, start: UInt128, end: UInt128)]) -> MemoryMapError? {
        var found: (upper: Int, lower: Int)?
        for upper in rows.indices {
            for lower in rows.indices where lower != upper {
                let (a, b) = (rows[lower], rows[upper])
                guard (a.start, lower) < (b.start, upper), a.end > b.start else { continue }
                if let best = found {
                    let order = (rows[best.upper].start, best.upper)
                    if (b.start, upper) > order { continue }
                    if best.upper == upper, (a.start, lower) < (rows[best.lower].start, best.lower) { continue }
                }
                found = (upper, lower)
            }
        }
        return found.map {
            .overlap(
                offset: rows[$0.upper].offset, other: rows[$0.lower].offset,
                at: PhysicalAddress(UInt64(rows[$0.upper].start)))
        }
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt128 {
        (0..<8).reduce(UInt128(0)) { $0 | UInt128(bytes[offset + $1]) << (8 * $1) }
    }
}
