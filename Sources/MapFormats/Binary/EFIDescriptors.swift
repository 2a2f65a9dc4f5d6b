import MemoryMap

/// UEFI memory descriptors, one after the other: type, start, virtual start, pages and attributes in 40 bytes, and then as many
/// more as the firmware likes. UEFI 2.10, section 7.2.3.
enum EFIDescriptors {
    /// The distances that firmware uses, the commonest first: 48 with EDK II, 40 with U-Boot.
    private static let sizes = [48, 40, 56, 64]

    static func read(_ bytes: RawSpan, size: Int?, _ rows: inout BinaryRows) throws(BinaryMapError) {
        var (start, end) = (0, bytes.byteCount)
        let stride: Int
        if let header = header(bytes), size == nil || size == header.size {
            (start, end, stride) = (32, 32 + header.length, header.size)
            rows.notes.append("descriptors of \(stride) bytes, as the header of FreeBSD's loader says")
        } else if let size {
            guard size >= 40, size <= 4_096, size % 4 == 0 else { throw .descriptorSize(size) }
            stride = size
        } else if let guess = guess(bytes) {
            stride = guess.size
            rows.notes.append(
                "descriptors taken to be of \(stride) bytes: \(guess.plausible) of \(guess.rows) rows are plausible so")
        } else {
            throw .notRecognized
        }
        rows.begin(.efiDescriptors, "", .pages)
        try read(bytes, from: start, to: end, stride: stride, &rows)
        let rest = (end - start) % stride
        if rest != 0 { rows.notes.append("the last \(rest) bytes are no whole descriptor and were passed over") }
    }

    /// Adds the descriptors in a part of `bytes`.
    static func read(
        _ bytes: RawSpan, from start: Int, to end: Int, stride: Int, _ rows: inout BinaryRows
    ) throws(BinaryMapError) {
        guard stride >= 40, stride <= 4_096 else { throw .descriptorSize(stride) }
        var offset = start
        var number: UInt32 = 0
        while offset <= end - stride, bytes.holds(40, at: offset) {
            let type = MemoryType(bytes.littleEndian32(at: offset))
            var row = MapRow(
                start: bytes.littleEndian64(at: offset + 8), pages: bytes.littleEndian64(at: offset + 24), type: type)
            row.attributes = MemoryAttributes(rawValue: bytes.littleEndian64(at: offset + 32))
            row.marks.insert(.hasAttributes)
            row.number = number
            number &+= 1
            try rows.add(row, word: type.name)
            offset += stride
        }
    }

    /// FreeBSD's `struct efi_map_header`: the size of the map, that of a descriptor, the version, and padding up to 32 bytes.
    static func header(_ bytes: RawSpan) -> (length: Int, size: Int)? {
        guard let length = bytes.littleEndian(UInt64.self, at: 0), let size = bytes.littleEndian(UInt64.self, at: 8),
            let version = bytes.littleEndian(UInt32.self, at: 16), version == 1, size >= 40, size <= 4_096, size % 4 == 0,
            length > 0, length <= UInt64(bytes.byteCount), length % size == 0, Int(length) + 32 <= bytes.byteCount
        else { return nil }
        return (Int(length), Int(size))
    }

    /// The distance at which most rows are plausible; nil where fewer than three in four are.
    static func guess(_ bytes: RawSpan) -> (size: Int, plausible: Int, rows: Int)? {
        var best: (size: Int, plausible: Int, rows: Int)?
        for size in sizes where bytes.byteCount >= size {
            let rows = min(bytes.byteCount / size, 4_096)
            var (plausible, previous) = (0, UInt64(0))
            for row in 0..<rows where isPlausible(bytes, at: row * size, &previous) { plausible += 1 }
            // A distance that leaves a rest is worse than one that does not, whatever else it has.
            let isExact = bytes.byteCount % size == 0
            let isBetter = best.map { plausible * $0.rows > $0.plausible * rows } ?? true
            if isBetter, isExact || best == nil { best = (size, plausible, rows) }
        }
        guard let best, best.plausible * 4 >= best.rows * 3, best.rows > 0 else { return nil }
        return best
    }

    private static func isPlausible(_ bytes: RawSpan, at offset: Int, _ previous: inout UInt64) -> Bool {
        let type = MemoryType(bytes.littleEndian32(at: offset))
        let start = bytes.littleEndian64(at: offset + 8)
        let pages = bytes.littleEndian64(at: offset + 24)
        let attributes = MemoryAttributes(rawValue: bytes.littleEndian64(at: offset + 32))
        guard type.rawValue <= 20 || type.rawValue >= 0x7000_0000, start % PageCount.pageSize == 0,
            PhysicalRange(start: PhysicalAddress(start), pages: PageCount(pages)) != nil,
            attributes.unknown.isEmpty || attributes.contains(.keptForKernel)
        else { return false }
        let isOrdered = start >= previous || pages > 0
        previous = start
        return isOrdered
    }
}

/// The memory attributes table. UEFI 2.10, section 4.6.4.
enum AttributesTable {
    static func fits(_ bytes: RawSpan) -> Bool {
        guard bytes.holds(16, at: 0) else { return false }
        let (version, count, size) = (
            bytes.littleEndian32(at: 0), bytes.littleEndian32(at: 4), bytes.littleEndian32(at: 8)
        )
        return (version == 1 || version == 2) && bytes.littleEndian32(at: 12) <= 1 && size >= 40 && size <= 4_096
            && count > 0 && UInt64(count) * UInt64(size) + 16 <= UInt64(bytes.byteCount)
            && UInt64(bytes.byteCount) < UInt64(count) * UInt64(size) + 16 + 4_096
    }

    static func read(_ bytes: RawSpan, _ rows: inout BinaryRows) throws(BinaryMapError) {
        guard bytes.holds(16, at: 0) else { throw .truncated(offset: 0) }
        let (count, size) = (UInt64(bytes.littleEndian32(at: 4)), Int(bytes.littleEndian32(at: 8)))
        guard (1...2).contains(bytes.littleEndian32(at: 0)) else { throw .malformed(offset: 0) }
        guard size >= 40, size <= 4_096 else { throw .descriptorSize(size) }
        guard count * UInt64(size) <= UInt64(bytes.byteCount - 16) else { throw .truncated(offset: 16) }
        rows.begin(.memoryAttributesTable, "", .pages)
        try EFIDescriptors.read(bytes, from: 16, to: 16 + Int(count) * size, stride: size, &rows)
    }
}
