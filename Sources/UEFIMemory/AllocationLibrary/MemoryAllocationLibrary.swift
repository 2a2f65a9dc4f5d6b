public import MemoryMap

/// The 21 calls of `MemoryAllocationLib`, under its names: MdePkg's library of EDK II, which most firmware code allocates with.
///
/// As there, an allocation that fails gives nothing (`NULL`), and so does one of no pages. Freeing what was not allocated, which
/// stops a program there, throws what the services say. Without a qualifier memory is of type `EfiBootServicesData`, "runtime" is
/// `EfiRuntimeServicesData` and "reserved" `EfiReservedMemoryType`. No call changes anything when it fails.
public struct MemoryAllocationLibrary<Services: AllocationServices> {
    public let services: Services

    public init(_ services: Services) { self.services = services }

    /// How often ``allocateAlignedPages(_:alignment:)`` looks for an aligned place: another user of the services, a notification
    /// function for instance, may take the one that was found.
    private static var alignedAttempts: Int { 4 }

    private func pages(_ count: PageCount, _ type: MemoryType) -> PhysicalAddress? {
        guard count > .zero else { return nil }
        do throws(Services.Failure) { return try services.allocatePages(.anywhere, type, count) } catch { return nil }
    }

    private func pool(_ byteCount: UInt64, _ type: MemoryType) -> PhysicalAddress? {
        do throws(Services.Failure) { return try services.allocatePool(type, byteCount: byteCount) } catch { return nil }
    }

    /// Finds room for the pages and their alignment, and takes the aligned part of it.
    ///
    /// EDK II's library frees what lies before and behind the aligned part of one allocation; with a granularity of 64 KiB the
    /// part behind begins at an address that cannot be freed. Here the whole of it is freed and the part taken by its address,
    /// so that nothing is ever freed in part.
    private func alignedPages(_ count: PageCount, _ type: MemoryType, alignment: UInt64) -> PhysicalAddress? {
        guard alignment == 0 || alignment.nonzeroBitCount == 1 else { return nil }
        guard alignment > PageCount.pageSize else { return pages(count, type) }
        guard count > .zero, let room = count.adding(PageCount(alignment / PageCount.pageSize - 1)) else { return nil }
        for _ in 0..<Self.alignedAttempts {
            guard let place = pages(room, type) else { return nil }
            do throws(Services.Failure) {
                try services.freePages(at: place, room)
            } catch { return nil }
            guard let aligned = place.alignedUp(to: alignment) else { return nil }
            do throws(Services.Failure) { return try services.allocatePages(.at(aligned), type, count) } catch { continue }
        }
        return nil
    }

    private func zeroed(_ byteCount: UInt64, _ type: MemoryType) -> PhysicalAddress? {
        guard let address = pool(byteCount, type) else { return nil }
        services.zero(address, byteCount: byteCount)
        return address
    }

    private func copied(_ byteCount: UInt64, _ type: MemoryType, from source: PhysicalAddress) -> PhysicalAddress? {
        guard let address = pool(byteCount, type) else { return nil }
        services.copy(from: source, to: address, byteCount: byteCount)
        return address
    }

    private func reallocated(
        _ oldByteCount: UInt64, _ newByteCount: UInt64, _ old: PhysicalAddress?, _ type: MemoryType
    ) -> PhysicalAddress? {
        guard let new = zeroed(newByteCount, type) else { return nil }
        guard let old else { return new }
        services.copy(from: old, to: new, byteCount: min(oldByteCount, newByteCount))
        do throws(Services.Failure) {
            try services.freePool(at: old)
            return new
        } catch {
            // The old buffer was none: the new one is not left behind.
            try? freePool(new)
            return nil
        }
    }
}

extension MemoryAllocationLibrary {
    /// `AllocatePages`.
    public func allocatePages(_ count: PageCount) -> PhysicalAddress? { pages(count, .bootServicesData) }

    /// `AllocateRuntimePages`.
    public func allocateRuntimePages(_ count: PageCount) -> PhysicalAddress? { pages(count, .runtimeServicesData) }

    /// `AllocateReservedPages`.
    public func allocateReservedPages(_ count: PageCount) -> PhysicalAddress? { pages(count, .reserved) }

    /// `FreePages`.
    public func freePages(_ address: PhysicalAddress, _ count: PageCount) throws(Services.Failure) {
        try services.freePages(at: address, count)
    }

    /// `AllocateAlignedPages`.
    ///
    /// - Parameter alignment: in bytes, a power of two or 0; a page or less changes nothing.
    public func allocateAlignedPages(_ count: PageCount, alignment: UInt64) -> PhysicalAddress? {
        alignedPages(count, .bootServicesData, alignment: alignment)
    }

    /// `AllocateAlignedRuntimePages`; see ``allocateAlignedPages(_:alignment:)``.
    public func allocateAlignedRuntimePages(_ count: PageCount, alignment: UInt64) -> PhysicalAddress? {
        alignedPages(count, .runtimeServicesData, alignment: alignment)
    }

    /// `AllocateAlignedReservedPages`; see ``allocateAlignedPages(_:alignment:)``.
    public func allocateAlignedReservedPages(_ count: PageCount, alignment: UInt64) -> PhysicalAddress? {
        alignedPages(count, .reserved, alignment: alignment)
    }

    /// `FreeAlignedPages`: nothing but the aligned pages was kept, so they are freed like any.
    public func freeAlignedPages(_ address: PhysicalAddress, _ count: PageCount) throws(Services.Failure) {
        try services.freePages(at: address, count)
    }

    /// `AllocatePool`; no bytes are a buffer as well.
    public func allocatePool(_ byteCount: UInt64) -> PhysicalAddress? { pool(byteCount, .bootServicesData) }

    /// `AllocateRuntimePool`.
    public func allocateRuntimePool(_ byteCount: UInt64) -> PhysicalAddress? { pool(byteCount, .runtimeServicesData) }

    /// `AllocateReservedPool`.
    public func allocateReservedPool(_ byteCount: UInt64) -> PhysicalAddress? { pool(byteCount, .reserved) }

    /// `AllocateZeroPool`.
    public func allocateZeroPool(_ byteCount: UInt64) -> PhysicalAddress? { zeroed(byteCount, .bootServicesData) }

    /// `AllocateRuntimeZeroPool`.
    public func allocateRuntimeZeroPool(_ byteCount: UInt64) -> PhysicalAddress? { zeroed(byteCount, .runtimeServicesData) }

    /// `AllocateReservedZeroPool`.
    public func allocateReservedZeroPool(_ byteCount: UInt64) -> PhysicalAddress? { zeroed(byteCount, .reserved) }

    /// `AllocateCopyPool`.
    public func allocateCopyPool(_ byteCount: UInt64, from source: PhysicalAddress) -> PhysicalAddress? {
        copied(byteCount, .bootServicesData, from: source)
    }

    /// `AllocateRuntimeCopyPool`.
    public func allocateRuntimeCopyPool(_ byteCount: UInt64, from source: PhysicalAddress) -> PhysicalAddress? {
        copied(byteCount, .runtimeServicesData, from: source)
    }

    /// `AllocateReservedCopyPool`.
    public func allocateReservedCopyPool(_ byteCount: UInt64, from source: PhysicalAddress) -> PhysicalAddress? {
        copied(byteCount, .reserved, from: source)
    }

    /// `ReallocatePool`: a new buffer with the old one's bytes, as far as both reach, and zeroes behind them; the old one is
    /// freed. On failure it stays as it is.
    ///
    /// - Parameter old: a buffer of `oldByteCount` bytes, or nil for none.
    public func reallocatePool(_ oldByteCount: UInt64, _ newByteCount: UInt64, _ old: PhysicalAddress?) -> PhysicalAddress? {
        reallocated(oldByteCount, newByteCount, old, .bootServicesData)
    }

    /// `ReallocateRuntimePool`; see ``reallocatePool(_:_:_:)``.
    public func reallocateRuntimePool(
        _ oldByteCount: UInt64, _ newByteCount: UInt64, _ old: PhysicalAddress?
    ) -> PhysicalAddress? {
        reallocated(oldByteCount, newByteCount, old, .runtimeServicesData)
    }

    /// `ReallocateReservedPool`; see ``reallocatePool(_:_:_:)``.
    public func reallocateReservedPool(
        _ oldByteCount: UInt64, _ newByteCount: UInt64, _ old: PhysicalAddress?
    ) -> PhysicalAddress? {
        reallocated(oldByteCount, newByteCount, old, .reserved)
    }

    /// `FreePool`.
    public func freePool(_ address: PhysicalAddress) throws(Services.Failure) { try services.freePool(at: address) }
}
