public import MemoryMap

/// The few boot services that leaving boot services takes.
///
/// Once `ExitBootServices` has failed, a firmware may have shut down everything but its memory services; these are all that
/// ``BootServicesExit`` ever calls. UEFI 2.10, sections 7.2 and 7.4.6. A status is an `EFI_STATUS` of a 64-bit machine: 0 is
/// success, errors have the top bit set.
public protocol BootServicesExitFirmware: ~Copyable {
    /// `GetMemoryMap` into `capacity` bytes at `buffer`; a first call asks with a capacity of 0.
    mutating func getMemoryMap(into buffer: PhysicalAddress, capacity: UInt64) -> MemoryMapAnswer

    /// `AllocatePages` of type `EfiLoaderData` at any address.
    mutating func allocatePages(_ count: PageCount) -> FirmwareAllocation

    /// `FreePages`, with the address and the count of an earlier allocation; returns the status.
    mutating func freePages(at address: PhysicalAddress, _ count: PageCount) -> UInt64

    /// `AllocatePool` of type `EfiLoaderData`.
    mutating func allocatePool(byteCount: UInt64) -> FirmwareAllocation

    /// `FreePool`; returns the status.
    mutating func freePool(at address: PhysicalAddress) -> UInt64

    /// `ExitBootServices` with the loader's image handle and `key`; returns the status.
    mutating func exitBootServices(key: UInt64) -> UInt64

    /// Copies memory; the two ranges share no byte. This is no call of the firmware.
    mutating func copy(from source: PhysicalAddress, to destination: PhysicalAddress, byteCount: UInt64)
}

/// What `GetMemoryMap` answered.
public enum MemoryMapAnswer: Hashable, Sendable {
    /// The map is in the buffer.
    case success(byteCount: UInt64, key: UInt64, descriptorSize: UInt64, descriptorVersion: UInt32)

    /// `EFI_BUFFER_TOO_SMALL`, with the size in bytes that the map has now.
    case bufferTooSmall(needed: UInt64, descriptorSize: UInt64)

    /// Any other status.
    case failure(status: UInt64)
}

/// What `AllocatePages` or `AllocatePool` answered.
public enum FirmwareAllocation: Hashable, Sendable {
    case success(PhysicalAddress)

    /// Any status but success.
    case failure(status: UInt64)
}
