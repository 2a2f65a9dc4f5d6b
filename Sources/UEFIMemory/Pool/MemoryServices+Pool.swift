public import MemoryMap

extension MemoryServices {
    /// `AllocatePool`: a buffer of memory, aligned to 16 bytes; no bytes are a buffer as well.
    ///
    /// - Throws: `.invalidParameter` for a type that cannot be allocated, `.outOfResources`, `.unsupported` once boot services are ending.
    ///   Nothing has changed then.
    /// - Complexity: O(1) where a block of the size is at hand, else O(log *n*) for *n* extents.
    public mutating func allocatePool(_ type: MemoryType, byteCount: UInt64) throws(MemoryServiceError) -> PhysicalAddress {
        try checkOpen()
        guard Self.isAllocatable(type) else { throw .invalidParameter }
        guard byteCount <= BlockClass.largest else { return try allocateLargePool(type, byteCount) }
        let blockClass = BlockClass(holding: byteCount)
        if let pool = pools.pool(of: type), let slab = pool[room: blockClass] { return takeBlock(slab, blockClass, pool) }
        let usedPages = pools.pool(of: type)?.usedPages ?? 0
        let (pool, slab) = try makeRun(blockClass.pages(usedPages: usedPages), least: blockClass.fewestPages, type, .slab)
        let capacity = blockClass.capacity(ofPages: slab.pages)
        slab.blockClass = blockClass
        slab.usedBlocks = 0
        slab.freeBlocks = (
            capacity >= 64 ? ~0 : (1 << capacity) - 1, capacity >= 128 ? ~0 : capacity > 64 ? (1 << (capacity - 64)) - 1 : 0
        )
        pool.pushRoom(slab)
        let address = takeBlock(slab, blockClass, pool)
        settle()
        return address
    }

    private mutating func takeBlock(_ slab: Extent, _ blockClass: BlockClass, _ pool: TypePool) -> PhysicalAddress {
        var free = slab.freeBlocks
        let index: Int
        if free.0 != 0 {
            index = free.0.trailingZeroBitCount
            free.0 &= free.0 - 1
        } else {
            index = 64 + free.1.trailingZeroBitCount
            free.1 &= free.1 - 1
        }
        slab.freeBlocks = free
        if free == (0, 0) { pool.removeRoom(slab) }
        if slab.usedBlocks == 0, pool.spare == slab { pool.spare = nil }
        slab.usedBlocks += 1
        let byteCount = blockClass.byteCount
        pool.blocks += 1
        liveBlocks += 1
        livePoolBytes += byteCount
        return PhysicalAddress(slab.start * PageCount.pageSize + UInt64(index) * byteCount)
    }

    private mutating func allocateLargePool(_ type: MemoryType, _ byteCount: UInt64) throws(MemoryServiceError) -> PhysicalAddress
    {
        let pages = PageCount(roundingUp: byteCount).rawValue
        let (pool, run) = try makeRun(pages, least: pages, type, .block)
        pool.blocks += 1
        liveBlocks += 1
        livePoolBytes += pages * PageCount.pageSize
        let address = PhysicalAddress(run.start * PageCount.pageSize)
        settle()
        return address
    }

    /// Takes pages for a pool that may not be there yet.
    ///
    /// - Parameters:
    ///   - pages: as many as would be good.
    ///   - least: as many as have to be.
    private mutating func makeRun(
        _ pages: UInt64, least: UInt64, _ type: MemoryType, _ kind: ExtentKind
    ) throws(MemoryServiceError) -> (TypePool, Extent) {
        let (key, idlePages) = (mapKey, idleBookkeepingPages)
        var addedRecords = false
        // A page for the pool's own record takes three, and so does the run.
        if !hasRecords(6) {
            guard addRecords(exactly: true) else { throw .outOfResources }
            addedRecords = true
        }
        let known = pools.pool(of: type)
        if let pool = known, let spare = pool.spare, spare.isStanding {
            // Its blocks are of another size: the page is as good for this one. No map shows the difference.
            pool.spare = nil
            pool.removeRoom(spare)
            slabCache.forget(spare)
            returnRun(pool, spare, idlePages: .max)
        }
        let idlePagesForPool = idleBookkeepingPages
        if let pool = known ?? addPool(type) {
            if let run = takeRun(pool, pages, kind) { return (pool, run) }
            if least < pages, let run = takeRun(pool, least, kind) { return (pool, run) }
            if known == nil { removePool(pool, idlePages: idlePagesForPool) }
        }
        if addedRecords { removeRecords(idlePages: idlePages) }
        mapKey = key
        throw .outOfResources
    }

    private mutating func addPool(_ type: MemoryType) -> TypePool? {
        if !pools.hasRoom {
            guard let page = takeBookkeepingRun(exactly: true) else { return nil }
            // A page of the window that is nobody's.
            unsafe pools.addPage(at: window.pointer(toPage: page.start))
        }
        return pools.add(type)
    }

    private mutating func removePool(_ pool: TypePool, idlePages: UInt64? = nil) {
        guard let page = unsafe pools.remove(pool) else { return }
        giveBookkeepingRun(unsafe window.page(of: page), idlePages: idlePages)
    }

    /// `FreePool`: gives a buffer back.
    ///
    /// - Throws: `.invalidParameter` for anything but the address of a buffer in use; `.unsupported` once boot services are ending. Nothing has
    ///   changed then.
    /// - Complexity: O(1) where the buffer's surroundings are in the cache, else O(log *n*) for *n* extents.
    public mutating func freePool(at address: PhysicalAddress) throws(MemoryServiceError) {
        try checkOpen()
        let page = address.rawValue / PageCount.pageSize
        if let slab = slabCache[page] {
            try giveBlock(slab, address)
            return
        }
        guard let extent = tree.extent(holding: page) else { throw .invalidParameter }
        switch extent.kind {
        case .slab:
            slabCache.note(extent, at: page)
            try giveBlock(extent, address)
        case .block:
            guard address.rawValue == extent.start * PageCount.pageSize, let pool = pools.pool(of: extent.type) else {
                throw .invalidParameter
            }
            livePoolBytes -= extent.pages * PageCount.pageSize
            giveRun(pool, extent)
            removeBuffer(pool)
            settle()
        default: throw .invalidParameter
        }
    }

    private mutating func giveBlock(_ slab: Extent, _ address: PhysicalAddress) throws(MemoryServiceError) {
        let blockClass = slab.blockClass
        let byteCount = blockClass.byteCount
        // Within 16 pages, so that 32 bits are enough for the division.
        let offset = UInt32(truncatingIfNeeded: address.rawValue - slab.start * PageCount.pageSize)
        let (index, rest) = offset.quotientAndRemainder(dividingBy: UInt32(truncatingIfNeeded: byteCount))
        guard rest == 0, (UInt64(index) + 1) * byteCount <= slab.pages * PageCount.pageSize,
            let pool = pools.pool(of: slab.type)
        else {
            throw .invalidParameter
        }
        var free = slab.freeBlocks
        let wasFull = free == (0, 0)
        let bit: UInt64 = 1 << UInt64(index & 63)
        if index < 64 {
            guard free.0 & bit == 0 else { throw .invalidParameter }
            free.0 |= bit
        } else {
            guard free.1 & bit == 0 else { throw .invalidParameter }
            free.1 |= bit
        }
        slab.freeBlocks = free
        slab.usedBlocks -= 1
        livePoolBytes -= byteCount
        if wasFull { pool.pushRoom(slab) }
        if slab.usedBlocks > 0 {
            pool.blocks -= 1
            liveBlocks -= 1
        } else {
            giveSlab(slab, pool)
        }
    }

    /// After the last block of a run: the run is kept for the next one, and the one kept before is given back; all are, with the last
    /// buffer of the type.
    private mutating func giveSlab(_ slab: Extent, _ pool: TypePool) {
        let previous = pool.spare
        pool.spare = slab
        if let previous, previous != slab { release(previous, pool) }
        removeBuffer(pool)
        settle()
    }

    private mutating func release(_ slab: Extent, _ pool: TypePool) {
        pool.removeRoom(slab)
        slabCache.forget(slab)
        giveRun(pool, slab)
    }

    /// Counts a buffer less; after the last one of the type, nothing of its pool stays.
    private mutating func removeBuffer(_ pool: TypePool) {
        pool.blocks -= 1
        liveBlocks -= 1
        guard pool.blocks == 0 else { return }
        if let spare = pool.spare, !spare.isStanding {
            pool.spare = nil
            release(spare, pool)
        }
        if pool.usedPages == 0, pool.idlePages == 0, pool.type != .bootServicesData { removePool(pool) }
    }
}
