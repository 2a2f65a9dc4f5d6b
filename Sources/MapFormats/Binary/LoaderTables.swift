import MemoryMap

/// Limine's memory map entries, one after the other: base, length and type of 8 bytes each; or a tag of stivale2.
enum LimineEntries {
    static let stivaleTag: UInt64 = 0x2187_F79E_8612_DE07

    static func read(_ bytes: RawSpan, _ rows: inout BinaryRows) throws(BinaryMapError) {
        rows.begin(.limine, "", .length)
        if bytes.littleEndian(UInt64.self, at: 0) == stivaleTag {
            guard let count = bytes.littleEndian(UInt64.self, at: 16) else { throw .truncated(offset: 16) }
            guard count <= UInt64((bytes.byteCount - 24) / 24) else { throw .truncated(offset: 24) }
            for index in 0..<Int(count) {
                let offset = 24 + index * 24
                try rows.add(stivaleRow(bytes, at: offset))
            }
            return rows.finish()
        }
        guard bytes.byteCount % 24 == 0 else { throw .truncated(offset: bytes.byteCount / 24 * 24) }
        for offset in stride(from: 0, to: bytes.byteCount, by: 24) {
            let (type, word, isKnown) = meaning(bytes.littleEndian64(at: offset + 16))
            var row = MapRow(
                start: bytes.littleEndian64(at: offset), byteCount: bytes.littleEndian64(at: offset + 8), type: type)
            if !isKnown { row.marks.insert(.unknownWord) }
            try rows.add(row, word: word)
        }
        rows.finish()
    }

    static func fits(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount >= 48, bytes.byteCount % 24 == 0 else { return false }
        for offset in stride(from: 0, to: min(bytes.byteCount, 24 * 4_096), by: 24) {
            guard bytes.littleEndian64(at: offset + 16) <= 8, bytes.littleEndian64(at: offset + 8) > 0,
                MapRow(start: bytes.littleEndian64(at: offset), byteCount: bytes.littleEndian64(at: offset + 8)).defect == .none
            else { return false }
        }
        return true
    }

    private static func meaning(_ type: UInt64) -> (MemoryType, StaticString, Bool) {
        switch type {
        case 0: (.conventional, "Usable", true)
        case 1: (.reserved, "Reserved", true)
        case 2: (.acpiReclaim, "ACPI reclaimable", true)
        case 3: (.acpiNVS, "ACPI NVS", true)
        case 4: (.unusable, "Bad memory", true)
        case 5: (.bootServicesData, "Bootloader reclaimable", true)
        case 6: (.loaderData, "Kernel and modules", true)
        case 7: (.memoryMappedIO, "Framebuffer", true)
        case 8: (.reserved, "Reserved mapped", true)
        default: (.reserved, "", false)
        }
    }

    private static func stivaleRow(_ bytes: RawSpan, at offset: Int) -> MapRow {
        let number = bytes.littleEndian32(at: offset + 16)
        let type: MemoryType? =
            switch number {
            case 1: .conventional
            case 2: .reserved
            case 3: .acpiReclaim
            case 4: .acpiNVS
            case 5: .unusable
            case 0x1000: .bootServicesData
            case 0x1001: .loaderData
            case 0x1002: .memoryMappedIO
            default: nil
            }
        var row = MapRow(
            start: bytes.littleEndian64(at: offset), byteCount: bytes.littleEndian64(at: offset + 8), type: type ?? .reserved)
        if type == nil { row.marks.insert(.unknownWord) }
        return row
    }
}

/// coreboot's table: "LBIO", then records; that of tag 1 lists the memory.
enum CorebootTable {
    static func read(_ bytes: RawSpan, _ rows: inout BinaryRows) throws(BinaryMapError) {
        guard bytes.littleEndian(UInt32.self, at: 0) == 0x4F49_424C else { throw .signature(offset: 0) }
        guard bytes.holds(24, at: 0) else { throw .truncated(offset: 0) }
        let (header, length) = (Int(bytes.littleEndian32(at: 4)), Int(bytes.littleEndian32(at: 12)))
        guard header >= 24, header <= bytes.byteCount else { throw .malformed(offset: 4) }
        guard length <= bytes.byteCount - header else { throw .truncated(offset: header) }
        var offset = header
        while offset < header + length {
            guard offset <= header + length - 8 else { throw .truncated(offset: offset) }
            let (tag, size) = (bytes.littleEndian32(at: offset), Int(bytes.littleEndian32(at: offset + 4)))
            guard size >= 8 else { throw .malformed(offset: offset + 4) }
            guard size <= header + length - offset else { throw .truncated(offset: offset) }
            if tag == 1 {
                rows.begin(.coreboot, "", .length)
                var entry = offset + 8
                while entry <= offset + size - 20 {
                    try add(bytes, at: entry, &rows)
                    entry += 20
                }
            }
            offset += size
        }
        rows.finish()
    }

    private static func add(_ bytes: RawSpan, at offset: Int, _ rows: inout BinaryRows) throws(BinaryMapError) {
        let meaning: (MemoryType, StaticString)? =
            switch bytes.littleEndian32(at: offset + 16) {
            case 1: (.conventional, "RAM")
            case 2: (.reserved, "RESERVED")
            case 3: (.acpiReclaim, "ACPI")
            case 4: (.acpiNVS, "NVS")
            case 5: (.unusable, "UNUSABLE")
            case 6: (.reserved, "VENDOR RESERVED")
            case 16: (.reserved, "CONFIGURATION TABLES")
            case 17: (.reserved, "TAG STORAGE")
            case 0xEFFF_FFFF: (.conventional, "SOFT RESERVED")
            default: nil
            }
        var row = MapRow(
            start: bytes.littleEndian64(at: offset), byteCount: bytes.littleEndian64(at: offset + 8),
            type: meaning?.0 ?? .reserved)
        if bytes.littleEndian32(at: offset + 16) == 0xEFFF_FFFF { row.attributes = .specificPurpose }
        if meaning == nil { row.marks.insert(.unknownWord) }
        try rows.add(row, word: meaning?.1 ?? "")
    }
}
