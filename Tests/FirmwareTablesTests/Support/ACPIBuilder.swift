/// ACPI tables as firmware lays them out, with right checksums.
enum ACPIBuilder {
    static let rsdp: UInt64 = 0x7000_0014
    static let root: UInt64 = 0x7000_1000
    static let firstTable: UInt64 = 0x7000_2000

    /// A table with its header and checksum.
    static func table(_ signature: String, _ body: [UInt8]) -> [UInt8] {
        var bytes = Array(signature.utf8) + UInt64(36 + body.count).littleEndianBytes(4) + [2, 0]
        bytes += Array("STRATATESTTABL".utf8) + [UInt8](repeating: 0, count: 12)
        bytes += body
        return withChecksum(bytes, at: 9)
    }

    static func withChecksum(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
        var bytes = bytes
        bytes[offset] = 0
        bytes[offset] = 0 &- bytes.reduce(0, &+)
        return bytes
    }

    /// The console table: interface type, then the generic address structure.
    static func console(type: UInt8, space: UInt8 = 0, bits: UInt8 = 8, access: UInt8 = 1, address: UInt64) -> [UInt8] {
        let body = [type, 0, 0, 0, space, bits, 0, access] + address.littleEndianBytes(8) + [UInt8](repeating: 0, count: 28)
        return table("SPCR", body)
    }

    /// Memory with a pointer of the revision, its root table, and `tables` one after the other, a page each.
    static func memory(revision: UInt8 = 2, tables: [[UInt8]]) -> TestMemory {
        var memory = TestMemory()
        var addresses: [UInt8] = []
        for (index, table) in tables.enumerated() {
            let address = firstTable + UInt64(index) * 0x1000
            memory.put(table, at: address)
            addresses += address.littleEndianBytes(revision >= 2 ? 8 : 4)
        }
        memory.put(table(revision >= 2 ? "XSDT" : "RSDT", addresses), at: root)
        var pointer = Array("RSD PTR ".utf8) + [0] + Array("STRATA".utf8) + [revision]
        pointer += (revision >= 2 ? 0 : root).littleEndianBytes(4)
        pointer = withChecksum(pointer, at: 8)
        if revision >= 2 {
            pointer = withChecksum(pointer + UInt64(36).littleEndianBytes(4) + root.littleEndianBytes(8) + [0, 0, 0, 0], at: 32)
        }
        memory.put(pointer, at: rsdp)
        return memory
    }
}
