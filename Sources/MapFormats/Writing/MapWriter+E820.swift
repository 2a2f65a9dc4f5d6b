import MemoryMap
import MemoryReport

extension MapWriter {
    func writeE820(_ map: ListedMap, _ sink: inout ByteBuffer) throws(MapWriteError) {
        for row in map.rows {
            guard let range = try writable(row) else { continue }
            let number = Self.e820Number(row, in: map)
            switch format {
            case .e820Table:
                guard let byteCount = range.byteCount else { throw .endNotExpressible(line: row.line) }
                little(range.start.rawValue, 8, &sink)
                little(byteCount, 8, &sink)
                little(UInt64(number), 4, &sink)
            case .firmwareMemmap:
                guard let end = range.end else { throw .endNotExpressible(line: row.line) }
                guard let word = Self.firmwareWord(number) else {
                    throw .typeNotExpressible(line: row.line, type: number)
                }
                sink.write(hexadecimal: range.start.rawValue, plainDigits: 16)
                sink.write("-")
                sink.write(hexadecimal: end.rawValue, plainDigits: 16)
                sink.write(" (")
                sink.write(word)
                sink.write(")\n")
            default:
                sink.write("BIOS-e820: [mem ")
                sink.write(hexadecimal: range.start.rawValue, digits: 16)
                sink.write("-")
                sink.write(hexadecimal: range.last.rawValue, digits: 16)
                sink.write("] ")
                if let word = Self.logWord(number) {
                    sink.write(word)
                } else {
                    sink.write("type ")
                    sink.write(decimal: UInt64(number))
                }
                sink.newline()
            }
        }
    }

    /// The number of a row's type in the BIOS's map: its own one, or what Linux makes of a UEFI descriptor.
    static func e820Number(_ row: MapRow, in map: ListedMap) -> UInt32 {
        if map.kind.isE820 { return row.number }
        switch HandoffPolicy.linuxX86.fate(of: row.type, attributes: row.effectiveAttributes) {
        case .usable: return 1
        case .acpiReclaimable: return 3
        case .keptByFirmware: return row.type == .acpiNVS ? 4 : 2
        case .unusable: return 5
        case .persistent: return 7
        case .softReserved: return 0xEFFF_FFFF
        case .unaccepted, .memoryMappedIO, .reserved: return 2
        }
    }

    static func logWord(_ number: UInt32) -> StaticString? {
        switch number {
        case 1: "usable"
        case 2: "reserved"
        case 3: "ACPI data"
        case 4: "ACPI NVS"
        case 5: "unusable"
        case 7: "persistent (type 7)"
        case 12: "persistent (type 12)"
        case 0xEFFF_FFFF: "soft reserved"
        default: nil
        }
    }

    private static func firmwareWord(_ number: UInt32) -> StaticString? {
        switch number {
        case 1: "System RAM"
        case 2: "Reserved"
        case 3: "ACPI Tables"
        case 4: "ACPI Non-volatile Storage"
        case 5: "Unusable memory"
        case 7: "Persistent Memory"
        case 12: "Persistent Memory (legacy)"
        case 0xEFFF_FFFF: "Soft Reserved"
        default: nil
        }
    }

    /// `/proc/iomem`: names where the source has them, and the kernel's words for the types where it has none.
    func writeIOMem(_ map: ListedMap, _ words: WordTable, _ sink: inout ByteBuffer) throws(MapWriteError) {
        let top = map.rows.map(\.number).min() ?? 0
        let digits = map.rows.contains { $0.last.rawValue > 0xFFFF_FFFF } ? 16 : 8
        for row in map.rows where !row.marks.contains(.isGap) {
            guard let range = row.range else { throw .defectiveRow(line: row.line, defect: row.defect) }
            if map.kind == .linuxIOMem { sink.write(UInt8(ascii: " "), count: Int(min(row.number - top, 64))) }
            sink.write(hexadecimal: range.start.rawValue, plainDigits: digits)
            sink.write("-")
            sink.write(hexadecimal: range.last.rawValue, plainDigits: digits)
            sink.write(" : ")
            if map.kind == .linuxIOMem {
                for byte in words[row.word].utf8 { sink.write(byte) }
            } else {
                let number = Self.e820Number(row, in: map)
                guard let word = Self.firmwareWord(number) else { throw .typeNotExpressible(line: row.line, type: number) }
                sink.write(row.type.isMemoryMappedIO ? "Reserved" : word)
            }
            sink.newline()
        }
    }

    func little(_ value: UInt64, _ byteCount: Int, _ sink: inout ByteBuffer) {
        for index in 0..<byteCount { sink.write(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}

extension ByteBuffer {
    /// Writes hexadecimal digits without "0x", at least `plainDigits` of them.
    mutating func write(hexadecimal value: UInt64, plainDigits: Int, isCapital: Bool = false) {
        let text = String(value, radix: 16, uppercase: isCapital)
        write(UInt8(ascii: "0"), count: plainDigits - text.utf8.count)
        for byte in text.utf8 { write(byte) }
    }
}
