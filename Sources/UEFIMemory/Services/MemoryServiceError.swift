public import MemoryMap

/// Why a memory service refused a call; nothing has changed then. The names are those of the specification's status codes.
///
/// UEFI 2.10, section 7.2.
public enum MemoryServiceError: Error, Hashable, Sendable {
    /// An argument that no call may have: a type that cannot be allocated, no pages, an address inside a page, a range that passes
    /// 2^64, or no buffer of pool.
    case invalidParameter

    /// There is no such memory: not free at that address, or not allocated that way.
    case notFound

    /// There is no room for the allocation, or none to remember it.
    case outOfResources

    /// Boot services are ending or have ended: nothing is allocated or freed any more.
    case unsupported
}

/// Why the memory map was not written.
public enum MemoryMapReadingError: Error, Hashable, Sendable {
    /// The map needs so many bytes, and no fewer.
    case bufferTooSmall(needed: Int)

    /// Boot services have ended.
    case unsupported
}

/// Why memory was not added to the services, or not made into what was asked for.
public enum MemoryResourceError: Error, Hashable, Sendable {
    /// The range is not made of whole pages.
    case misaligned(PhysicalRange)

    /// Some of the range is known already, from this address on.
    case overlap(PhysicalAddress)

    /// The memory that the services begin with is too small, or their window does not reach its end: they need this many pages.
    case tooSmall(needed: PageCount)

    /// No resource can have this type.
    case type(MemoryType)

    /// There is no free memory for what has to be remembered, or no stretch of it that is long enough.
    case outOfResources

    /// Not all of the range is memory that has to be accepted.
    case notUnaccepted(PhysicalRange)

    /// The memory was not accepted by the machine.
    case refused(PhysicalRange)

    /// The granularity is no power of two.
    case granularity(PageCount)
}
