public import MemoryMap

extension ArenaMemory {
    /// Allocates a buffer of pool, aligned to 16 bytes.
    ///
    /// - Throws: `.invalidParameter` for a type that cannot be allocated, `.outOfResources`. Nothing has changed then.
    /// - Complexity: O(log *n*) for *n* pages of the arena, O(1) where a page of pool of the type has room.
    public mutating func allocatePool(byteCount: UInt64, type: MemoryType) throws(ArenaError) -> PhysicalAddress {
        guard Self.isAllocatable(type) else { throw .invalidParameter }
        guard byteCount <= UInt64(records.count) * PageCount.pageSize else { throw .outOfResources }
        guard let blockClass = SlabLists.blockClass(of: byteCount), granularity(of: type) == 1,
            let list = slabs.list(of: type, blockClass)
        else {
            let pages = PageCount(roundingUp: max(byteCount, 1))
            let address = try allocate(pages, type, .largePool, .anywhere)
            livePoolBlocks += 1
            // As many pages as were taken: runtime memory is rounded.
            let page = UInt32(address.rawValue / PageCount.pageSize - firstPage)
            livePoolBytes += UInt64(records[page].pages) * PageCount.pageSize
            return address
        }
        var page = slabs.heads[list]
        if page == PageRecords.none {
            let address = try allocate(PageCount(1), type, .slab, .anywhere)
            page = UInt32(address.rawValue / PageCount.pageSize - firstPage)
            unsafe Slab(self.address(of: page)).start(blockClass: blockClass, list: UInt32(list))
            slabs.push(page, list, records)
        }
        let slab = unsafe Slab(address(of: page))
        let block = unsafe slab.take()
        if unsafe slab.isFull { slabs.remove(page, list, records) }
        livePoolBlocks += 1
        livePoolBytes += SlabLists.sizes[blockClass]
        return block
    }

    /// Gives a buffer of pool back.
    ///
    /// - Throws: `.invalidParameter` for anything but the address of a buffer in use. Nothing has changed then.
    /// - Complexity: O(log *n*) for *n* pages of the arena.
    public mutating func freePool(at address: PhysicalAddress) throws(ArenaError) {
        guard range.contains(address) else { throw .invalidParameter }
        let page = UInt32(address.rawValue / PageCount.pageSize - firstPage)
        guard records.begins(at: page) else { throw .invalidParameter }
        let extent = records[page]
        switch extent.kind {
        case .largePool:
            guard address == self.address(of: page) else { throw .invalidParameter }
            livePoolBlocks -= 1
            livePoolBytes -= UInt64(extent.pages) * PageCount.pageSize
            giveBack(page, extent.pages, from: page)
        case .slab:
            let slab = unsafe Slab(self.address(of: page))
            let wasFull = unsafe slab.isFull
            guard unsafe slab.giveBack(address) else { throw .invalidParameter }
            let list = unsafe Int(slab.list)
            livePoolBlocks -= 1
            livePoolBytes -= unsafe SlabLists.sizes[slab.blockClass]
            if wasFull { slabs.push(page, list, records) }
            // The last page with room stays, so that a buffer that comes and goes does not take its page with it.
            if unsafe slab.isEmpty, records[page].next != PageRecords.none || records[page].previous != PageRecords.none {
                slabs.remove(page, list, records)
                giveBack(page, 1, from: page)
            }
        case .free, .pages, .bookkeeping: throw .invalidParameter
        }
    }
}
