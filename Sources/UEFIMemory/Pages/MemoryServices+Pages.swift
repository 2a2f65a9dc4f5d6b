public import MemoryMap

extension MemoryServices {
    /// `AllocatePages`: the highest free pages there are, the highest up to an address, or those at an address.
    ///
    /// Types that stay at run time are aligned to ``runtimeGranularity`` and rounded up to it. Memory for a specific purpose
    /// (`EFI_MEMORY_SP`) is given by its address only, page 0 never, and pages of a bin to its type only.
    ///
    /// - Throws: `.invalidParameter` for a type that cannot be allocated or no pages; `.notFound` for an address that is not free, or
    ///   not aligned; `.outOfResources`; `.unsupported` once boot services are ending. Nothing has changed then.
    /// - Complexity: O(log *n*) for *n* extents.
    public mutating func allocatePages(
        _ placement: PagePlacement, _ type: MemoryType, _ count: PageCount
    ) throws(MemoryServiceError) -> PhysicalAddress {
        try checkOpen()
        guard Self.isAllocatable(type), count > .zero else { throw .invalidParameter }
        guard count <= .addressSpace else { throw Self.failure(placement) }
        let granule = granule(of: type)
        let pages = (count.rawValue + granule - 1) & ~(granule - 1)
        var found = try find(pages, type, placement)
        if !hasRecords(found.extent.pages == pages ? 0 : 2) {
            // Memory is all but exhausted: what is left of it may go into the records.
            let (key, idlePages) = (mapKey, idleBookkeepingPages)
            guard addRecords(exactly: true) else { throw .outOfResources }
            do throws(MemoryServiceError) {
                found = try find(pages, type, placement)
            } catch {
                removeRecords(idlePages: idlePages)
                mapKey = key
                throw .outOfResources
            }
        }
        _ = carve(found.extent, found.start, pages, .pages, type)
        livePages += pages
        settle()
        return PhysicalAddress(found.start * PageCount.pageSize)
    }

    private static func failure(_ placement: PagePlacement) -> MemoryServiceError {
        if case .at = placement { return .notFound }
        return .outOfResources
    }

    /// Where pages are to lie.
    private mutating func find(
        _ pages: UInt64, _ type: MemoryType, _ placement: PagePlacement
    ) throws(MemoryServiceError) -> (extent: Extent, start: UInt64) {
        switch placement {
        case .anywhere:
            guard let found = place(pages, type) else { throw .outOfResources }
            return found
        case .upTo(let limit):
            // A limit inside a page ends with the page before it.
            let page = limit.rawValue / PageCount.pageSize
            let isLastByte = limit.rawValue % PageCount.pageSize == PageCount.pageSize - 1
            guard isLastByte || page > 0, let found = place(pages, type, through: isLastByte ? page : page - 1) else {
                throw .outOfResources
            }
            return found
        case .at(let address):
            let start = address.rawValue / PageCount.pageSize
            guard address.isAligned(to: runtimeGranule(of: type)), let extent = tree.extent(holding: start), extent.kind == .free,
                extent.end - start >= pages, extent.bin == 0 || extent.type == type
            else { throw .notFound }
            return (extent, start)
        }
    }

    /// The alignment of a type's addresses in bytes.
    private func runtimeGranule(of type: MemoryType) -> UInt64 { granule(of: type) * PageCount.pageSize }

    /// `FreePages`: gives an allocation of pages back, or a part of one.
    ///
    /// - Throws: `.invalidParameter` for no pages, an address that is not aligned as the type's are, or a range that passes 2^64;
    ///   `.notFound` where the pages are not all part of one allocation; `.unsupported` once boot services are ending. Nothing has changed
    ///   then. `.outOfResources` where pages are freed out of the middle of others, and there is no memory at all to remember that.
    /// - Complexity: O(log *n*) for *n* extents.
    public mutating func freePages(at address: PhysicalAddress, _ count: PageCount) throws(MemoryServiceError) {
        try checkOpen()
        guard address.isAligned(to: PageCount.pageSize), PhysicalRange(start: address, pages: count) != nil else {
            throw .invalidParameter
        }
        let start = address.rawValue / PageCount.pageSize
        guard let extent = tree.extent(holding: start), extent.kind == .pages else { throw .notFound }
        guard address.isAligned(to: runtimeGranule(of: extent.type)) else { throw .invalidParameter }
        let granule = granule(of: extent.type)
        let pages = (count.rawValue + granule - 1) & ~(granule - 1)
        guard extent.end - start >= pages else { throw .notFound }
        if pages < extent.pages, records.unusedCount < 4 {
            guard addRecords(exactly: true) || records.unusedCount >= 2 else { throw .outOfResources }
        }
        free(extent, start, pages)
        livePages -= pages
        settle()
    }
}
