public import MemoryMap

/// A pool buffer that is freed when its owner goes out of scope; see ``OwnedPages``.
public struct OwnedPool<Services: AllocationServices>: ~Copyable {
    public let address: PhysicalAddress

    /// The size that was asked for in bytes, which may be 0.
    public let byteCount: UInt64

    public let type: MemoryType
    private let services: Services
    private var isOwned = true

    /// Allocates a buffer, whose bytes are whatever they were.
    ///
    /// - Throws: what the services fail with.
    public init(
        byteCount: UInt64, _ type: MemoryType = .loaderData, from services: Services
    ) throws(Services.Failure) {
        self.init(
            address: try services.allocatePool(type, byteCount: byteCount), byteCount: byteCount, type: type, services: services)
    }

    private init(address: PhysicalAddress, byteCount: UInt64, type: MemoryType, services: Services) {
        self.address = address
        self.byteCount = byteCount
        self.type = type
        self.services = services
    }

    /// Allocates a buffer with a copy of other bytes.
    ///
    /// - Throws: what the services fail with.
    public init(
        copying source: PhysicalAddress, byteCount: UInt64, _ type: MemoryType = .loaderData, from services: Services
    ) throws(Services.Failure) {
        try self.init(byteCount: byteCount, type, from: services)
        services.copy(from: source, to: address, byteCount: byteCount)
    }

    deinit {
        guard isOwned else { return }
        do throws(Services.Failure) { try services.freePool(at: address) } catch {}
    }

    /// Makes all bytes zero.
    public borrowing func zero() { services.zero(address, byteCount: byteCount) }

    /// Frees the buffer now, and says how it went.
    public consuming func free() throws(Services.Failure) {
        isOwned = false
        try services.freePool(at: address)
    }

    /// Gives the buffer to the caller, who frees it or hands it on.
    public consuming func take() -> PhysicalAddress {
        isOwned = false
        return address
    }

    /// Leaves the buffer allocated for good.
    public consuming func leak() { isOwned = false }
}
