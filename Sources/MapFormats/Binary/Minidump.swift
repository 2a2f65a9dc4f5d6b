import MemoryMap

/// The list of a process's memory regions in a minidump (stream 16), whose addresses are virtual, and Breakpad's copy of Linux's
/// `/proc/PID/maps` (stream 0x47670009).
enum Minidump {
    private static let (memoryInfoList, linuxMaps) = (UInt32(16), UInt32(0x4767_0009))

    static func read(_ bytes: RawSpan, _ rows: inout BinaryRows) throws(BinaryMapError) {
        guard bytes.littleEndian(UInt32.self, at: 0) == 0x504D_444D else { throw .signature(offset: 0) }
        guard bytes.holds(16, at: 0) else { throw .truncated(offset: 0) }
        let (count, directory) = (Int(bytes.littleEndian32(at: 8)), Int(bytes.littleEndian32(at: 12)))
        guard count <= 65_536, bytes.holds(count * 12, at: directory) else { throw .truncated(offset: 12) }
        for index in 0..<count {
            let entry = directory + index * 12
            let (type, size, offset) = (
                bytes.littleEndian32(at: entry), Int(bytes.littleEndian32(at: entry + 4)),
                Int(bytes.littleEndian32(at: entry + 8))
            )
            guard type == memoryInfoList || type == linuxMaps else { continue }
            guard bytes.holds(size, at: offset) else { throw .truncated(offset: offset) }
            if type == memoryInfoList {
                try readRegions(bytes, offset, size, &rows)
            } else {
                try readMaps(bytes.extracting(offset..<offset + size), &rows)
            }
        }
        rows.finish()
    }

    private static func readRegions(_ bytes: RawSpan, _ offset: Int, _ size: Int, _ rows: inout BinaryRows) throws(BinaryMapError)
    {
        guard size >= 16 else { throw .truncated(offset: offset) }
        let (header, stride) = (Int(bytes.littleEndian32(at: offset)), Int(bytes.littleEndian32(at: offset + 4)))
        let count = bytes.littleEndian64(at: offset + 8)
        guard header >= 16, header <= size else { throw .malformed(offset: offset) }
        guard stride >= 48, stride <= 4_096 else { throw .malformed(offset: offset + 4) }
        guard count <= UInt64((size - header) / stride) else { throw .truncated(offset: offset + header) }
        rows.begin(.minidump, "process", .length)
        for index in 0..<Int(count) {
            let entry = offset + header + index * stride
            let (state, protection) = (bytes.littleEndian32(at: entry + 32), bytes.littleEndian32(at: entry + 36))
            var row = MapRow(
                start: bytes.littleEndian64(at: entry), byteCount: bytes.littleEndian64(at: entry + 24),
                type: state == 0x1000 ? .conventional : .reserved)
            if state == 0x1_0000 { row.marks.insert(.isGap) }
            if state == 0x1000 {
                row.marks.insert(.hasAttributes)
                // PAGE_EXECUTE and its companions are 0x10 to 0x80; those that write are 4, 8, 0x40 and 0x80.
                if protection & 0xF0 == 0 { row.attributes.insert(.executeProtected) }
                if protection & 0xCC == 0 { row.attributes.insert(.readOnly) }
                if protection & 0x01 != 0 { row.attributes.insert(.readProtected) }
            }
            try rows.add(row, word: word(state, bytes.littleEndian32(at: entry + 40)))
        }
    }

    private static func word(_ state: UInt32, _ type: UInt32) -> StaticString {
        switch (state, type) {
        case (0x1000, 0x100_0000): "Image"
        case (0x1000, 0x4_0000): "Mapped"
        case (0x1000, _): "Private"
        case (0x2000, _): "Reserved"
        case (0x1_0000, _): "Free"
        default: ""
        }
    }

    /// "00400000-00401000 r-xp 00000000 08:01 123 /bin/x", the end exclusive.
    private static func readMaps(_ text: RawSpan, _ rows: inout BinaryRows) throws(BinaryMapError) {
        rows.begin(.minidump, "process", .exclusive)
        var start = 0
        while start < text.byteCount {
            let end = text.index(of: UInt8(ascii: "\n"), from: start, to: text.byteCount)
            try readMapping(text.extracting(start..<end), &rows)
            start = end + 1
        }
    }

    private static func readMapping(_ bytes: RawSpan, _ rows: inout BinaryRows) throws(BinaryMapError) {
        let line = Line(bytes)
        var index = 0
        guard let first = line.hexadecimalNumber(&index), line.take("-", &index), let end = line.hexadecimalNumber(&index),
            line.take(" ", &index)
        else { return }
        var row = MapRow(start: first, end: end, type: .conventional)
        row.marks.insert(.hasAttributes)
        if line[index] != UInt8(ascii: "r") { row.attributes.insert(.readProtected) }
        if line[index + 1] != UInt8(ascii: "w") { row.attributes.insert(.readOnly) }
        if line[index + 2] != UInt8(ascii: "x") { row.attributes.insert(.executeProtected) }
        // The name is the sixth field.
        for _ in 0..<4 {
            while index < line.count, !isBlank(line[index]) { index += 1 }
            index = line.skipBlanks(index)
        }
        try rows.add(row, name: bytes, line.trimmed(line.range(index, line.count)))
    }
}
