public import MemoryMap

/// Why SetVirtualAddressMap was refused; nothing has changed then.
///
/// UEFI 2.10, section 8.4.1.
public enum SetVirtualAddressMapError: Error, Hashable, Sendable {
    /// Boot services have not ended, or the runtime services have virtual addresses already.
    case unsupported

    /// The table is not one.
    case invalidParameter(VirtualMapFault)

    /// This part of the runtime regions was given no virtual address.
    case noMapping(PhysicalRange)

    /// The row at this offset gives a virtual address to memory that the map does not describe.
    case notFound(offset: Int, PhysicalRange)
}

/// What is wrong with the table that SetVirtualAddressMap was given. Offsets are those of rows, in bytes.
public enum VirtualMapFault: Hashable, Sendable {
    /// The descriptor size or version, no rows, a row that is cut off, or one without pages, misaligned or past 2^64.
    case table(MemoryMapError)

    /// The virtual address is no multiple of 4096.
    case virtualMisaligned(offset: Int, VirtualAddress)

    /// The virtual addresses pass 2^64.
    case virtualWraps(offset: Int, VirtualAddress)

    /// The row describes runtime memory that another row describes too.
    case overlap(offset: Int, at: PhysicalAddress)

    /// The row's virtual addresses are also another row's, from this one on.
    case virtualOverlap(offset: Int, at: VirtualAddress)

    /// The rows divide the runtime regions into more pieces than there is room for.
    case tooManyPieces
}

/// Why a pointer was not converted.
///
/// UEFI 2.10, section 8.4.2 (`ConvertPointer`).
public enum ConvertPointerError: Error, Hashable, Sendable {
    /// There is no pointer to convert, or it is null and not optional.
    case invalidParameter

    /// The pointer leads to no runtime memory that has a virtual address now.
    case notFound
}
