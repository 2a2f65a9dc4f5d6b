/// Memory that is reached by physical address: the one way in which the core touches it.
///
/// On bare metal the identity mapping stands behind it, in hosted programs the sparse RAM of a simulated machine. It is
/// used as a generic parameter, never as an existential.
public protocol PhysicalMemory: ~Copyable {
    /// The 64-bit little-endian word at `address`.
    ///
    /// - Throws: `PhysicalMemoryError.misaligned` where `address` is no multiple of 8, `.absent` where no memory answers.
    borrowing func load(at address: PhysicalAddress) throws(PhysicalMemoryError) -> UInt64

    /// Puts a 64-bit little-endian word at `address`.
    ///
    /// - Throws: `PhysicalMemoryError.misaligned` where `address` is no multiple of 8, `.absent` where no memory answers.
    borrowing func store(_ value: UInt64, at address: PhysicalAddress) throws(PhysicalMemoryError)
}

/// Why an access to physical memory was refused.
public enum PhysicalMemoryError: Error, Hashable, Sendable {
    /// The address is no multiple of the access size.
    case misaligned(PhysicalAddress)

    /// No memory answers at the address.
    case absent(PhysicalAddress)
}
