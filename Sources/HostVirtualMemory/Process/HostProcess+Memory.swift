import CHostMemory
public import MemoryMap
public import VirtualMemory

extension HostProcess {
    /// Reserves, commits or resets memory: `AddressSpace.allocate(_:)`.
    @discardableResult
    public func allocate(_ request: AllocationRequest) throws(NTStatus) -> VirtualRange {
        try withLock { () throws(NTStatus) in
            guard let base = request.base, !zones.isInArena(base, request.byteCount) else { return try allocateLocked(request) }
            let named = Self.named(base, request.byteCount)
            guard request.type.contains(.reserve), let named else {
                if zones.contains(base) && request.byteCount > 0 && named != nil { throw .conflictingAddresses }
                return try allocateLocked(request)
            }
            // Refuse what is wrong in itself before anything is taken for it: foreign addresses are taken by the bookkeeping.
            try claimForeign(named)
            do throws(NTStatus) {
                return try allocateLocked(request)
            } catch {
                returnForeign(named)
                throw error
            }
        }
    }

    /// The whole granules of a range of bytes; nil where it is none in user mode.
    static func named(_ base: VirtualAddress, _ byteCount: UInt64) -> VirtualRange? {
        guard byteCount > 0, let range = VirtualRange(start: base, byteCount: byteCount) else { return nil }
        let granules = Self.granules(range)
        return granules.start.rawValue >= Platform.allocationGranularity && granules.last.rawValue < 0x7FFF_FFFF_0000
            ? granules : nil
    }

    private func allocateLocked(_ request: AllocationRequest) throws(NTStatus) -> VirtualRange {
        do throws(NTStatus) {
            guard !request.type.contains(.largePages) else { return try allocateLargePages(request) }
            if let apart = Self.apart(request),
                let range = try? keepingOutOfTheWay({ () throws(NTStatus) in try space.allocate(apart) })
            {
                return range
            }
            return try keepingOutOfTheWay { () throws(NTStatus) in try space.allocate(request) }
        } catch {
            if error == .noMemory, let base = request.base, let range = Self.named(base, request.byteCount) { repair(range) }
            throw error
        }
    }

    /// A large region apart from others, for what the caller leaves open where it lies; nil for other requests.
    ///
    /// The kernel looks through its tables when a protection changes, one of which covers a gibibyte: where no other region has pages in
    /// the same ones there is nothing to look through.
    private static func apart(_ request: AllocationRequest) -> AllocationRequest? {
        let unit: UInt64 = 1 << 30
        guard request.byteCount >= unit, request.base == nil, request.requirements == nil, request.zeroBits == 0,
            !request.type.contains(.topDown)
        else { return nil }
        var apart = request
        apart.requirements = AddressRequirements(alignment: unit)
        return apart
    }

    /// Decommits or releases memory: `AddressSpace.free(_:byteCount:_:)`.
    @discardableResult
    public func free(_ base: VirtualAddress, byteCount: UInt64, _ type: FreeType) throws(NTStatus) -> FreedMemory {
        try withLock { () throws(NTStatus) in
            if zones.contains(base) { throw type.isValid ? .memoryNotAllocated : .invalidParameter4 }
            if type.contains(.release), let region = try? space.queryRegion(base) {
                // Nothing committed means nothing there: what was decommitted was cleared.
                space.backend.isClean = region.commitSize == 0
                // What is committed piece by piece is so again the next time, and needs a reservation to be committed in.
                space.backend.mayLeaveHole =
                    region.commitSize == region.byteCount && byteCount == 0 && isInArena(region)
            }
            defer {
                space.backend.isClean = false
                space.backend.mayLeaveHole = false
            }
            let freed = try space.free(base, byteCount: byteCount, type)
            if type.contains(.release), let range = VirtualRange(start: freed.base, byteCount: freed.byteCount) {
                returnForeign(range)
            }
            return freed
        }
    }

    /// Changes what may be done with committed pages: `AddressSpace.protect(_:byteCount:_:)`.
    ///
    /// Pages of the rest of the program are changed too where they are mapped.
    @discardableResult
    public func protect(
        _ base: VirtualAddress, byteCount: UInt64, _ protection: PageProtection
    ) throws(NTStatus) -> (range: VirtualRange, old: PageProtection) {
        try withLock { () throws(NTStatus) in
            if zones.contains(base) { return try protectForeign(base, byteCount, protection) }
            do throws(NTStatus) {
                return try space.protect(base, byteCount: byteCount, protection)
            } catch {
                if error == .noMemory, let range = Self.named(base, byteCount) { repair(range) }
                throw error
            }
        }
    }

    /// What the page at an address is: `AddressSpace.query(_:)`, and for the rest of the program what the kernel says.
    public func query(_ address: VirtualAddress) throws(NTStatus) -> MemoryBasicInformation {
        host_enter()
        defer { host_leave() }
        return zones.contains(address) ? queryForeign(address) : try space.query(address)
    }

    /// What the allocation of an address is as a whole: `AddressSpace.queryRegion(_:)`, and for the rest of the program what the
    /// kernel says.
    public func queryRegion(_ address: VirtualAddress) throws(NTStatus) -> MemoryRegionInformation {
        try withLock { () throws(NTStatus) in
            guard zones.contains(address) else { return try space.queryRegion(address) }
            guard let region = queryForeignRegion(address) else { throw .invalidAddress }
            return region
        }
    }

    /// Keeps pages in memory: `AddressSpace.lock(_:byteCount:)`.
    public func lock(_ base: VirtualAddress, byteCount: UInt64) throws(NTStatus) {
        try withLock { () throws(NTStatus) in try space.lock(base, byteCount: byteCount) }
    }

    /// No longer keeps pages in memory: `AddressSpace.unlock(_:byteCount:)`.
    public func unlock(_ base: VirtualAddress, byteCount: UInt64) throws(NTStatus) {
        try withLock { () throws(NTStatus) in try space.unlock(base, byteCount: byteCount) }
    }

    /// The written pages of watched memory: `AddressSpace.writtenPages(_:byteCount:capacity:reset:)`.
    public func writtenPages(
        _ base: VirtualAddress, byteCount: UInt64, capacity: Int, reset: Bool
    ) throws(NTStatus) -> [VirtualAddress] {
        try withLock { () throws(NTStatus) in
            let pages = try space.writtenPages(base, byteCount: byteCount, capacity: capacity, reset: reset)
            guard reset else { return pages }
            var first = 0
            while first < pages.count {
                var end = first + 1
                while end < pages.count && pages[end].rawValue == pages[end - 1].rawValue + HostMemory.pageSize { end += 1 }
                if let run = VirtualRange(start: pages[first], byteCount: UInt64(end - first) * HostMemory.pageSize) {
                    watch(run)
                }
                first = end
            }
            return pages
        }
    }

    /// Makes watched pages count as not written: `AddressSpace.resetWrites(_:byteCount:)`.
    public func resetWrites(_ base: VirtualAddress, byteCount: UInt64) throws(NTStatus) {
        try withLock { () throws(NTStatus) in
            try space.resetWrites(base, byteCount: byteCount)
            let mask = HostMemory.pageSize - 1
            let last = VirtualAddress((base.rawValue + (byteCount - 1)) | mask)
            guard let range = VirtualRange(start: VirtualAddress(base.rawValue & ~mask), last: last) else { return }
            let closed = space.backend.watches.written(in: range)
            guard space.backend.forgetWrites(range) else { return }
            for run in closed { repair(run) }
        }
    }

    /// Closes written pages to writes, so that the next ones are seen.
    private func watch(_ range: VirtualRange) {
        if space.backend.forgetWrites(range) { repair(range) }
    }

    /// Takes physical pages for the program to map: `AddressSpace.allocateFrames(_:)`.
    public func allocateFrames(_ count: Int) throws(NTStatus) -> [UInt64] {
        try withLock { () throws(NTStatus) in try space.allocateFrames(count) }
    }

    /// Gives physical pages back: `AddressSpace.freeFrames(_:)`.
    public func freeFrames(_ frames: [UInt64]) throws(NTStatus) {
        try withLock { () throws(NTStatus) in try space.freeFrames(frames) }
    }

    /// Puts physical pages under addresses: `AddressSpace.mapFrames(_:pageCount:frames:)`.
    public func mapFrames(_ base: VirtualAddress, pageCount: Int, frames: [UInt64]?) throws(NTStatus) {
        try withLock { () throws(NTStatus) in try space.mapFrames(base, pageCount: pageCount, frames: frames) }
    }

    /// Puts physical pages under single addresses: `AddressSpace.mapFrames(at:frames:)`.
    public func mapFrames(at addresses: [VirtualAddress], frames: [UInt64]?) throws(NTStatus) {
        try withLock { () throws(NTStatus) in try space.mapFrames(at: addresses, frames: frames) }
    }

    /// Whether this process may lock pages by privilege, which large and physical pages need.
    public func setLockMemoryPrivilege(_ isHeld: Bool) { withLock { space.canLockMemory = isHeld } }

    /// Asks the host for pages that are going to be used; those that are not there are left out.
    public func prefetch(_ base: VirtualAddress, byteCount: UInt64) {
        withLock {
            let mask = HostMemory.pageSize - 1
            let (end, overflow) = base.rawValue.addingReportingOverflow(byteCount)
            guard !overflow, byteCount > 0, space.partitions.user.contains(VirtualAddress(end - 1)),
                let range = VirtualRange(start: VirtualAddress(base.rawValue & ~mask), last: VirtualAddress((end - 1) | mask))
            else { return }
            HostMemory.prefetch(range)
        }
    }

    /// What the working set has of a page.
    public func pageState(
        _ address: VirtualAddress
    ) -> (isValid: Bool, isShared: Bool, protection: PageProtection) {
        withLock {
            guard let block = zones.contains(address) ? queryForeign(address) : try? space.query(address),
                block.state == .committed, let page = VirtualRange(start: block.base, byteCount: HostMemory.pageSize)
            else { return (false, false, []) }
            return (HostMemory.isResident(page), Self.isShared(block), block.protection)
        }
    }

    /// Whether pages are those of a file or a section, and no copies.
    static func isShared(_ block: MemoryBasicInformation) -> Bool {
        block.type != .privateMemory
            && !(block.type == .image && block.protection.allowsWriting && !block.protection.isCopyOnWrite)
    }

    /// The commit charge, its limit, and the most that it ever was, in bytes.
    public var commitCharge: (charge: UInt64, limit: UInt64, peak: UInt64) {
        withLock { (space.ledger.charge, space.ledger.limit, space.ledger.peak) }
    }

    /// The part of the commit charge that is not of sections, and the most that this part ever was, in bytes.
    public var privateCharge: (charge: UInt64, peak: UInt64) { withLock { (space.privateCharge, space.privatePeak) } }

    /// Sets the most that can be committed, in bytes.
    public func setCommitLimit(_ limit: UInt64) { withLock { space.ledger.limit = limit } }

    /// The addresses that programs may use.
    public var userMode: VirtualRange { withLock { space.partitions.user } }
}
