public import MemoryMap

/// The four allocation services of a firmware, and access to what they allocate: what ``MemoryAllocationLibrary`` and the owners
/// of memory stand on.
///
/// It is a handle, as a pointer to the boot services table is: copies lead to the same services. UEFI 2.10, section 7.2.
public protocol AllocationServices {
    /// What the services fail with.
    associatedtype Failure: Error

    /// `AllocatePages`.
    ///
    /// - Parameter count: at least 1; the services may allocate more, up to the type's granularity.
    func allocatePages(_ placement: PagePlacement, _ type: MemoryType, _ count: PageCount) throws(Failure) -> PhysicalAddress

    /// `FreePages`.
    func freePages(at address: PhysicalAddress, _ count: PageCount) throws(Failure)

    /// `AllocatePool`.
    func allocatePool(_ type: MemoryType, byteCount: UInt64) throws(Failure) -> PhysicalAddress

    /// `FreePool`.
    func freePool(at address: PhysicalAddress) throws(Failure)

    /// Makes bytes that were allocated zero.
    func zero(_ address: PhysicalAddress, byteCount: UInt64)

    /// Copies bytes to allocated memory; the two ranges share no byte.
    func copy(from source: PhysicalAddress, to destination: PhysicalAddress, byteCount: UInt64)
}

/// Where pages are allocated: `EFI_ALLOCATE_TYPE` with its address.
public enum PagePlacement: Hashable, Sendable {
    /// `AllocateAnyPages`.
    case anywhere

    /// `AllocateMaxAddress`: the last byte lies at this address or below.
    case upTo(PhysicalAddress)

    /// `AllocateAddress`.
    case at(PhysicalAddress)
}
