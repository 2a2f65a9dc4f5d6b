public import MemoryMap

/// Why a firmware table is not believed.
public enum FirmwareTableError: Error, Hashable, Sendable {
    /// The memory that the table should lie in cannot be read.
    case unreadable(PhysicalAddress)

    /// The table does not begin with its signature or magic number.
    case wrongSignature(PhysicalAddress)

    /// The bytes do not add up to zero as they should.
    case wrongChecksum(PhysicalAddress)

    /// The table's length is below what its header takes, or above what is believed.
    case badLength(PhysicalAddress, UInt64)

    /// The table's structure is broken, at this offset from its start.
    case malformed(PhysicalAddress, offset: Int)
}
