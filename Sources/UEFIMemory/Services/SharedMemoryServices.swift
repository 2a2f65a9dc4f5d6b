public import MemoryMap

/// Memory services as a handle, for what allocates through ``AllocationServices``: ``MemoryAllocationLibrary`` and the owners of memory.
///
/// For one thread at a time, as UEFI's boot services are.
public final class SharedMemoryServices: AllocationServices {
    /// The services themselves.
    public var services: MemoryServices

    public init(_ services: consuming MemoryServices) { self.services = services }

    public func allocatePages(
        _ placement: PagePlacement, _ type: MemoryType, _ count: PageCount
    ) throws(MemoryServiceError) -> PhysicalAddress {
        try services.allocatePages(placement, type, count)
    }

    public func freePages(at address: PhysicalAddress, _ count: PageCount) throws(MemoryServiceError) {
        try services.freePages(at: address, count)
    }

    public func allocatePool(_ type: MemoryType, byteCount: UInt64) throws(MemoryServiceError) -> PhysicalAddress {
        try services.allocatePool(type, byteCount: byteCount)
    }

    public func freePool(at address: PhysicalAddress) throws(MemoryServiceError) { try services.freePool(at: address) }

    /// Makes bytes zero.
    ///
    /// - Precondition: they lie in the services' window.
    public func zero(_ address: PhysicalAddress, byteCount: UInt64) { services.window.zero(address, byteCount: byteCount) }

    /// Copies bytes to a place that shares none with theirs.
    ///
    /// - Precondition: both lie in the services' window.
    public func copy(from source: PhysicalAddress, to destination: PhysicalAddress, byteCount: UInt64) {
        services.window.copy(from: source, to: destination, byteCount: byteCount)
    }
}
