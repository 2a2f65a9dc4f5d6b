public import MemoryMap

/// The ACPI table that names the serial console.
///
/// Microsoft, *Serial Port Console Redirection Table*, revisions 1 to 4; the generic address structure is ACPI 6.5, 5.2.3.2.
public enum SerialPortConsoleRedirection {
    private static let signature: UInt32 = 0x5243_5053
    private static let byteCount: UInt64 = 80

    /// The console that the table names, or nil where there is no table, or it names an interface that is not known here.
    ///
    /// - Throws: `FirmwareTableError` where the pointer, the root table or this table is not sound.
    public static func console<Memory: FirmwareMemory & ~Copyable>(
        rsdp: PhysicalAddress, in memory: borrowing Memory
    ) throws(FirmwareTableError) -> SerialConsole? {
        let tables = try ACPITables(rsdp: rsdp, in: memory)
        guard let range = try tables.find(signature, in: memory) else { return nil }
        let length = range.last.rawValue - range.start.rawValue + 1
        guard length >= byteCount else { throw .badLength(range.start, length) }
        return memory.withBytes(of: range) { console($0) } ?? nil
    }

    private static func console(_ bytes: RawSpan) -> SerialConsole? {
        let kind: SerialConsole.Kind
        switch bytes.byte(at: 36) {
        case 0x00, 0x01, 0x12: kind = .ns16550
        case 0x03, 0x0D, 0x0E: kind = .pl011
        default: return nil
        }
        let address = bytes.littleEndian64(at: 44)
        guard address != 0 else { return nil }
        // The width of a register in bits, then the size of an access as a power of two of bytes, counted from 1; 0 for both
        // means that the table does not say.
        let registerBits = bytes.byte(at: 41)
        let access = bytes.byte(at: 43)
        guard access <= 4 else { return nil }
        let usual: UInt8 = kind == .pl011 ? 4 : 1
        let stride: UInt8 =
            switch registerBits {
            case 8: kind == .pl011 ? 4 : 1
            case 16: kind == .pl011 ? 4 : 2
            case 32: 4
            case 64: 8
            default: usual
            }
        let width: UInt8 = access == 0 ? usual : 1 << (access - 1)
        switch bytes.byte(at: 40) {
        case 0:
            // Registers are accessed at their natural alignment.
            guard address % 8 == 0 else { return nil }
            return SerialConsole(kind: kind, place: .memory(PhysicalAddress(address)), registerStride: stride, accessWidth: width)
        case 1:
            guard kind == .ns16550, let port = UInt16(exactly: address), port <= .max - 7 else { return nil }
            return SerialConsole(kind: kind, place: .ports(port), registerStride: 1, accessWidth: 1)
        default: return nil
        }
    }
}
