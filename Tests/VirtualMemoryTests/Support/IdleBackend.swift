import MemoryMap

@testable import VirtualMemory

/// A backend that does nothing but what a test adds.
protocol IdleBackend: AddressSpaceBackend {}

extension IdleBackend {
    mutating func reserve(_: VirtualRange, _: ReservationAttributes, committedAs: PageProtection?) throws(BackendError) {}
    mutating func commit(_: VirtualRange, _: PageProtection) throws(BackendError) {}
    mutating func decommit(_: VirtualRange) throws(BackendError) {}
    mutating func release(_: VirtualRange, leavingPlaceholder: Bool) throws(BackendError) {}
    mutating func protect(_: VirtualRange, _: PageProtection) throws(BackendError) {}
    mutating func map(_: VirtualRange, _: ViewMapping) throws(BackendError) {}
    mutating func unmap(_: VirtualRange, of: SectionStorage, leavingPlaceholder: Bool) throws(BackendError) {}
    mutating func copyOnWrite(_: VirtualRange, of: ViewMapping) throws(BackendError) {}
}
