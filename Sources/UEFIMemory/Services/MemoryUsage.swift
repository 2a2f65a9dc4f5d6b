public import MemoryMap

/// How much memory is in use, and by what.
public struct MemoryUsage: Hashable, Sendable {
    /// Pages that are not free: allocations, what pools hold, and the services' own records; now and at most.
    public var pages: PageCount
    public var peakPages: PageCount

    /// Pages in allocations of pages.
    public var allocatedPages: PageCount

    /// Pages of the services' own records.
    public var bookkeepingPages: PageCount

    /// Buffers of pool, and the bytes of their blocks.
    public var poolBuffers: UInt64
    public var poolBytes: UInt64

    /// Extents, of which neighbours can be one region of the map; now and at most.
    public var extents: Int
    public var peakExtents: Int
}

extension MemoryServices {
    /// How much memory is in use.
    public var usage: MemoryUsage {
        MemoryUsage(
            pages: PageCount(occupiedPages), peakPages: PageCount(peakOccupiedPages), allocatedPages: PageCount(livePages),
            bookkeepingPages: PageCount(bookkeepingPages), poolBuffers: liveBlocks, poolBytes: livePoolBytes, extents: tree.count,
            peakExtents: tree.peak)
    }
}
