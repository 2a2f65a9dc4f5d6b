/// Why a resource is not given.
public enum ResourceError: Error, Hashable, Sendable {
    /// A pool without a number in it.
    case emptyPool

    /// Pools that share a number: `start` is the first one.
    case poolsOverlap(start: UInt64)

    /// Nothing was asked for.
    case sizeZero

    /// An alignment that is no power of two.
    case badAlignment(UInt64)

    /// A range whose last number lies below its first.
    case badRange(start: UInt64, last: UInt64)

    /// The key has a range already.
    case exists(Allocation)

    /// Part of the range belongs to this one.
    case taken(Allocation)

    /// No free stretch is large enough; `largest` is the size of the largest.
    case outOfSpace(size: UInt64, largest: UInt64)

    /// The range asked for is not all in the pool.
    case outsidePool(start: UInt64, last: UInt64)

    /// The key has no range.
    case unknown(AllocationKey)

    /// An offset that passes the end of the range.
    case outOfBounds(Allocation, offset: UInt64)

    /// A bus that was not added.
    case unknownBus(UInt8)
}
