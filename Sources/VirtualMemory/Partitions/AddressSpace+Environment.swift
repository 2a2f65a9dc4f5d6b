public import MemoryMap

extension AddressSpace where Backend: ~Copyable {
    /// Takes committed pages for the system itself: a process's or a thread's environment block.
    ///
    /// The system keeps to pages, not to the allocation granularity: the first block, the process's, ends one granule below the
    /// end of the user partition or of the program's 2 GB (0x7FFDF000 for one page on x86), the others stand below each other.
    /// Programs can write to such blocks and do nothing else with them.
    ///
    /// - Throws: `.invalidParameter` for a size of 0, `.noMemory`, `.commitmentLimit`, what the backend says.
    /// - Complexity: O(*blocks* log *n*).
    public mutating func createEnvironmentBlock(byteCount: UInt64) throws(NTStatus) -> VirtualRange {
        guard byteCount > 0, byteCount <= regions.highest else { throw .invalidParameter }
        let size = (byteCount + regions.pageMask) & ~regions.pageMask
        guard let start = regions.placeBelow(regions.highest + 1 - Platform.allocationGranularity, size) else { throw .noMemory }
        guard ledger.canCharge(size) else { throw .commitmentLimit }
        let range = regions.virtualRange(start..<start + size)
        try withBackend { backend throws(BackendError) in try backend.reserve(range, .topDown, committedAs: .readWrite) }
        ledger.add(size)
        regions.add(
            Allocation(
                start: start, end: start + size, charged: size, protection: .readWrite, kind: .privateMemory, traits: .system),
            pages: .readWrite)
        return range
    }

    /// Gives an environment block back, when its thread or process ends.
    ///
    /// - Throws: `.memoryNotAllocated` where none begins, what the backend says.
    public mutating func removeEnvironmentBlock(_ base: VirtualAddress) throws(NTStatus) {
        guard let index = regions.allocation(at: base.rawValue), regions.allocations[index].traits.contains(.system),
            regions.allocations[index].start == base.rawValue
        else { throw .memoryNotAllocated }
        let range = regions.virtualRange(regions.allocations[index].start..<regions.allocations[index].end)
        try withBackend { backend throws(BackendError) in try backend.release(range, leavingPlaceholder: false) }
        regions.remove(index)
    }
}

extension Regions {
    /// The highest free pages below an address, wherever in a granule.
    func placeBelow(_ top: UInt64, _ size: UInt64) -> UInt64? {
        var end = top
        while end >= size, end - size >= lowest {
            guard let cursor = tree.firstRun(endingAbove: end - size), tree.start(cursor) < end else { return end - size }
            end = tree.start(cursor)
        }
        return nil
    }
}
