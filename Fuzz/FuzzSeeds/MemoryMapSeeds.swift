/// Tables as firmware makes them, small ones and ones with everything in them.
enum MemoryMapSeeds {
    private struct Row {
        var type: UInt32
        var start: UInt64
        var pages: UInt64
        var attributes: UInt64 = 0xF
    }

    static var tables: [[UInt8]] {
        let small = [Row(type: 7, start: 0x1000, pages: 0x9F), Row(type: 0, start: 0xA0000, pages: 0x60)]
        return [
            table(small, stride: 40), table(small, stride: 48), table(machine, stride: 48), table(machine.reversed(), stride: 56),
            table(edges, stride: 40), table(small + small, stride: 48),
        ]
    }

    /// What a small virtual machine has.
    private static let machine = [
        Row(type: 3, start: 0, pages: 1), Row(type: 7, start: 0x1000, pages: 0x9F), Row(type: 7, start: 0x10_0000, pages: 0x700),
        Row(type: 10, start: 0x80_0000, pages: 8), Row(type: 7, start: 0x80_8000, pages: 8),
        Row(type: 4, start: 0x81_0000, pages: 0xF0), Row(type: 1, start: 0x90_0000, pages: 0x100),
        Row(type: 2, start: 0xA0_0000, pages: 0x10), Row(type: 9, start: 0xA1_0000, pages: 0x12),
        Row(type: 5, start: 0xA2_2000, pages: 0x100, attributes: 0x8000_0000_0000_000F),
        Row(type: 6, start: 0xB2_2000, pages: 0x100, attributes: 0x8000_0000_0000_000F),
        Row(type: 11, start: 0xFFC0_0000, pages: 0x400, attributes: 0x8000_0000_0000_0001),
        Row(type: 7, start: 0x1_0000_0000, pages: 0x4_0000),
    ]

    /// Every type, specific-purpose memory, unknown attributes, and the ends of the address space.
    private static let edges =
        (UInt32(0)..<17).map { Row(type: $0, start: UInt64($0) << 20, pages: 0x100, attributes: UInt64($0) << 14 | 0x8) } + [
            Row(type: 0x7000_0000, start: 0x200_0000, pages: 1), Row(type: 0x8000_0000, start: 0x200_1000, pages: 1),
            Row(type: 7, start: 0x8000_0000_0000_0000, pages: (1 << 51) - 1, attributes: .max),
            Row(type: 7, start: .max - 0xFFF, pages: 1),
        ]

    /// The input for a table: descriptor size, version 1, rows with bytes of no meaning after the 40 of a descriptor.
    private static func table(_ rows: [Row], stride: Int) -> [UInt8] {
        var bytes = littleEndian(UInt32(stride)) + littleEndian(UInt32(1))
        for row in rows {
            bytes += littleEndian(row.type) + littleEndian(UInt32(0)) + littleEndian(row.start) + littleEndian(UInt64(0))
            bytes += littleEndian(row.pages) + littleEndian(row.attributes)
            bytes += [UInt8](repeating: 0xA5, count: stride - 40)
        }
        return bytes
    }

    private static func littleEndian<Field: FixedWidthInteger>(_ field: Field) -> [UInt8] {
        (0..<Field.bitWidth / 8).map { UInt8(truncatingIfNeeded: field >> Field(8 * $0)) }
    }
}
