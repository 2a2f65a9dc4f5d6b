public import MemoryMap

/// A backend without memory: address spaces that are only kept account of.
public struct BookkeepingOnly: AddressSpaceBackend {
    private var nextFrame: UInt64 = 1

    /// A backend that keeps nothing.
    public init() {}

    /// Numbers that were never given out before.
    public mutating func allocateFrames(_ count: Int) throws(BackendError) -> [UInt64] {
        defer { nextFrame += UInt64(count) }
        return (0..<UInt64(count)).map { nextFrame + $0 }
    }

    public mutating func reserve(
        _ range: VirtualRange, _ attributes: ReservationAttributes, committedAs protection: PageProtection?
    ) throws(BackendError) {}
    public mutating func commit(_ range: VirtualRange, _ protection: PageProtection) throws(BackendError) {}
    public mutating func decommit(_ range: VirtualRange) throws(BackendError) {}
    public mutating func release(_ range: VirtualRange, leavingPlaceholder: Bool) throws(BackendError) {}
    public mutating func protect(_ range: VirtualRange, _ protection: PageProtection) throws(BackendError) {}
    public mutating func map(_ range: VirtualRange, _ view: ViewMapping) throws(BackendError) {}
    public mutating func unmap(
        _ range: VirtualRange, of storage: SectionStorage, leavingPlaceholder: Bool
    ) throws(BackendError) {}
    public mutating func copyOnWrite(_ page: VirtualRange, of source: ViewMapping) throws(BackendError) {}
    public mutating func mapFrames(_ range: VirtualRange, _ frames: [UInt64]) throws(BackendError) {}
}
