import MemoryMap

/// The 36 bytes with which a system description table begins (ACPI 6.5, section 5.2.6).
enum ACPITableHeader {
    static let byteCount = 36

    /// A table of this signature with its length and checksum.
    static func table(_ signature: StaticString, revision: UInt8, _ body: [UInt8]) -> [UInt8] {
        var bytes = signature.utf8Bytes
        bytes.appendLittleEndian(UInt32(byteCount + body.count))
        bytes += [revision, 0]
        bytes.append("STRATA")
        bytes.append("GUESTMAP")
        bytes.appendLittleEndian(1 as UInt32)
        bytes.append("STRA")
        bytes.appendLittleEndian(1 as UInt32)
        bytes += body
        bytes.storeChecksum(of: 0..<bytes.count, at: 9)
        return bytes
    }
}
