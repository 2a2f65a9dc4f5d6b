public import MemoryMap

/// The list of ACPI tables that the root system description pointer leads to.
///
/// ACPI 6.5, sections 5.2.5 to 5.2.8. Every table's checksum is verified before it is used.
public struct ACPITables: Hashable, Sendable {
    /// The largest table in bytes that is believed.
    public static let tableByteLimit: UInt64 = 1 << 20

    /// The size of the header that every table begins with.
    public static let headerByteCount = 36

    /// The table of the tables' addresses: the XSDT, or the RSDT of ACPI 1.0.
    public let root: PhysicalRange

    /// The size of an address in it: 8 or 4 bytes.
    private let addressByteCount: Int

    /// Reads the pointer, revision 0 with 20 bytes or 2 and above with 36.
    ///
    /// - Throws: `FirmwareTableError` for the pointer or the root table.
    public init<Memory: FirmwareMemory & ~Copyable>(
        rsdp: PhysicalAddress, in memory: borrowing Memory
    ) throws(FirmwareTableError) {
        let first = try Self.read(rsdp, byteCount: 20, in: memory) { bytes in
            (
                signature: bytes.littleEndian64(at: 0), sum: bytes.byteSum, revision: bytes.byte(at: 15),
                root: UInt64(bytes.littleEndian32(at: 16))
            )
        }
        // "RSD PTR ".
        guard first.signature == 0x2052_5450_2044_5352 else { throw .wrongSignature(rsdp) }
        guard first.sum == 0 else { throw .wrongChecksum(rsdp) }
        guard first.revision >= 2 else {
            root = try Self.table(at: PhysicalAddress(first.root), signature: 0x5444_5352, in: memory)
            addressByteCount = 4
            return
        }
        let extended = try Self.read(rsdp, byteCount: 36, in: memory) { bytes in
            (length: bytes.littleEndian32(at: 20), root: bytes.littleEndian64(at: 24))
        }
        guard (36...4096).contains(extended.length) else { throw .badLength(rsdp, UInt64(extended.length)) }
        let sum = try Self.read(rsdp, byteCount: UInt64(extended.length), in: memory) { $0.byteSum }
        guard sum == 0 else { throw .wrongChecksum(rsdp) }
        root = try Self.table(at: PhysicalAddress(extended.root), signature: 0x5444_5358, in: memory)
        addressByteCount = 8
    }

    /// The first table with this signature, four ASCII characters read as a little-endian integer, or nil where there is none.
    ///
    /// - Throws: `FirmwareTableError` where that table is not sound. Other tables that are not sound are passed over.
    public func find<Memory: FirmwareMemory & ~Copyable>(
        _ signature: UInt32, in memory: borrowing Memory
    ) throws(FirmwareTableError) -> PhysicalRange? {
        let count = (Int(root.last.rawValue - root.start.rawValue) + 1 - Self.headerByteCount) / addressByteCount
        for index in 0..<count {
            let offset = Self.headerByteCount + index * addressByteCount
            let address = memory.withBytes(of: root) { bytes in
                addressByteCount == 8 ? bytes.littleEndian64(at: offset) : UInt64(bytes.littleEndian32(at: offset))
            }
            guard let address, let start = PhysicalRange(start: PhysicalAddress(address), byteCount: 4),
                memory.withBytes(of: start, { $0.littleEndian32(at: 0) }) == signature
            else { continue }
            return try Self.table(at: PhysicalAddress(address), signature: signature, in: memory)
        }
        return nil
    }

    /// The range of a table whose signature, length and checksum are right.
    private static func table<Memory: FirmwareMemory & ~Copyable>(
        at address: PhysicalAddress, signature: UInt32, in memory: borrowing Memory
    ) throws(FirmwareTableError) -> PhysicalRange {
        let header = try read(address, byteCount: UInt64(headerByteCount), in: memory) { bytes in
            (signature: bytes.littleEndian32(at: 0), length: UInt64(bytes.littleEndian32(at: 4)))
        }
        guard header.signature == signature else { throw .wrongSignature(address) }
        guard header.length >= UInt64(headerByteCount), header.length <= tableByteLimit,
            let range = PhysicalRange(start: address, byteCount: header.length)
        else { throw .badLength(address, header.length) }
        guard let sum = memory.withBytes(of: range, { $0.byteSum }) else { throw .unreadable(address) }
        guard sum == 0 else { throw .wrongChecksum(address) }
        return range
    }

    private static func read<Memory: FirmwareMemory & ~Copyable, Result>(
        _ address: PhysicalAddress, byteCount: UInt64, in memory: borrowing Memory, _ body: (RawSpan) -> Result
    ) throws(FirmwareTableError) -> Result {
        guard let range = PhysicalRange(start: address, byteCount: byteCount), let result = memory.withBytes(of: range, body)
        else { throw .unreadable(address) }
        return result
    }
}

extension RawSpan {
    /// The sum of all bytes modulo 256.
    fileprivate var byteSum: UInt8 {
        var sum: UInt8 = 0
        for offset in byteOffsets { sum &+= byte(at: offset) }
        return sum
    }
}
