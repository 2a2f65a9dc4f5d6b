import MemoryMap

/// Entries of the BIOS's map: address, size and type in 20 bytes, and in ACPI 3.0 attributes in 4 more (section 15).
enum E820Table {
    /// Where Linux's boot parameters hold the number of entries and the entries; at most 128.
    private static let (countOffset, tableOffset, mostEntries) = (0x1E8, 0x2D0, 128)

    static func read(_ bytes: RawSpan, _ rows: inout BinaryRows) throws(BinaryMapError) {
        guard let stride = stride(bytes) ?? (bytes.byteCount % 20 == 0 ? 20 : bytes.byteCount % 24 == 0 ? 24 : nil) else {
            throw .truncated(offset: bytes.byteCount / 20 * 20)
        }
        rows.notes.append("entries taken to be of \(stride) bytes")
        rows.begin(.e820Table, "", .length)
        for offset in Swift.stride(from: 0, to: bytes.byteCount, by: stride) { try rows.add(row(bytes, at: offset), word: "") }
    }

    static func readBootParameters(_ bytes: RawSpan, _ rows: inout BinaryRows) throws(BinaryMapError) {
        guard bytes.holds(1, at: countOffset) else { throw .truncated(offset: countOffset) }
        let count = Int(bytes.byte(at: countOffset))
        guard count <= mostEntries else { throw .malformed(offset: countOffset) }
        guard bytes.holds(count * 20, at: tableOffset) else { throw .truncated(offset: tableOffset) }
        rows.begin(.e820Table, "boot_params", .length)
        for index in 0..<count { try rows.add(row(bytes, at: tableOffset + index * 20)) }
        rows.finish()
    }

    /// One entry.
    static func row(_ bytes: RawSpan, at offset: Int) -> MapRow {
        let number = bytes.littleEndian32(at: offset + 16)
        let meaning = TypeWords.e820(number: UInt64(number))
        var row = MapRow(
            start: bytes.littleEndian64(at: offset), byteCount: bytes.littleEndian64(at: offset + 8), type: meaning.type)
        row.attributes = meaning.attributes
        row.number = number
        if !meaning.isKnown { row.marks.insert(.unknownWord) }
        return row
    }

    /// The size at which all entries are plausible; nil where there is none.
    static func stride(_ bytes: RawSpan) -> Int? {
        for size in [20, 24] where bytes.byteCount >= size && bytes.byteCount % size == 0 {
            var isPlausible = true
            for offset in Swift.stride(from: 0, to: min(bytes.byteCount, size * 4_096), by: size) where isPlausible {
                let number = bytes.littleEndian32(at: offset + 16)
                isPlausible =
                    row(bytes, at: offset).defect == .none && (number >= 1 && number <= 20 || number == 0xEFFF_FFFF)
                    && (size == 20 || bytes.littleEndian32(at: offset + 20) <= 0x1F)
            }
            if isPlausible { return size }
        }
        return nil
    }
}

/// The maps that boot loaders give to kernels of the Multiboot specifications.
enum Multiboot {
    /// Version 1, section 3.3: each entry begins with its size, which does not count itself.
    static func readFirst(_ bytes: RawSpan, _ rows: inout BinaryRows) throws(BinaryMapError) {
        rows.begin(.multiboot1, "", .length)
        var offset = 0
        while offset < bytes.byteCount {
            guard bytes.holds(4, at: offset) else { throw .truncated(offset: offset) }
            let size = Int(bytes.littleEndian32(at: offset))
            guard size >= 20, size <= 4_096 else { throw .malformed(offset: offset) }
            guard bytes.holds(size, at: offset + 4) else { throw .truncated(offset: offset) }
            try rows.add(E820Table.row(bytes, at: offset + 4))
            offset += size + 4
        }
        rows.finish()
    }

    static func fitsFirst(_ bytes: RawSpan) -> Bool {
        var (offset, count) = (0, 0)
        while offset < bytes.byteCount, count < 4_096 {
            guard let size = bytes.littleEndian(UInt32.self, at: offset), size >= 20, size <= 64,
                bytes.holds(Int(size), at: offset + 4)
            else { return false }
            let number = bytes.littleEndian32(at: offset + 20)
            guard number >= 1, number <= 20 else { return false }
            offset += Int(size) + 4
            count += 1
        }
        return count > 0
    }

    /// Version 2, section 3.6: tags with 8-byte alignment, those of type 6 and 17.
    static func readSecond(_ bytes: RawSpan, _ rows: inout BinaryRows) throws(BinaryMapError) {
        guard bytes.holds(16, at: 0) else { throw .truncated(offset: 0) }
        let end = Int(bytes.littleEndian32(at: 0))
        guard end <= bytes.byteCount, end >= 16 else { throw .truncated(offset: 0) }
        var offset = 8
        while offset <= end - 8 {
            let (type, size) = (bytes.littleEndian32(at: offset), Int(bytes.littleEndian32(at: offset + 4)))
            guard size >= 8 else { throw .malformed(offset: offset + 4) }
            guard size <= end - offset else { throw .truncated(offset: offset) }
            if type == 0 { break }
            if type == 6 || type == 17 {
                guard size >= 16 else { throw .malformed(offset: offset + 4) }
                let stride = Int(bytes.littleEndian32(at: offset + 8))
                if type == 17 {
                    rows.begin(.efiDescriptors, "multiboot2", .pages)
                    try EFIDescriptors.read(bytes, from: offset + 16, to: offset + size, stride: stride, &rows)
                } else {
                    guard stride >= 24, stride <= 4_096 else { throw .malformed(offset: offset + 8) }
                    rows.begin(.multiboot2, "", .length)
                    var entry = offset + 16
                    while entry <= offset + size - stride {
                        try rows.add(E820Table.row(bytes, at: entry))
                        entry += stride
                    }
                }
            }
            offset += (size + 7) & ~7
        }
        rows.finish()
    }

    static func fitsSecond(_ bytes: RawSpan) -> Bool {
        guard bytes.holds(16, at: 0) else { return false }
        let total = Int(bytes.littleEndian32(at: 0))
        guard bytes.littleEndian32(at: 4) == 0, total >= 16, total <= bytes.byteCount, total % 8 == 0,
            bytes.byteCount - total < 4_096
        else { return false }
        var offset = 8
        while offset <= total - 8 {
            let (type, size) = (bytes.littleEndian32(at: offset), Int(bytes.littleEndian32(at: offset + 4)))
            guard type <= 64, size >= 8, size <= total - offset else { return false }
            if type == 0 { return size == 8 }
            offset += (size + 7) & ~7
        }
        return false
    }
}
