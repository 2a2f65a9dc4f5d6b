public import MemoryMap

extension AddressSpace where Backend: ~Copyable {
    /// Changes what may be done with committed pages: NtProtectVirtualMemory.
    ///
    /// Whether memory is cached is decided once for a region; that part of the protection is taken and has no effect.
    ///
    /// - Returns: the pages, and the protection that the first of them had.
    /// - Throws: `.invalidPageProtection`; `.invalidParameter` for a size of 0; `.conflictingAddresses` where the range does not
    ///   lie in one region; `.notCommitted`; `.sectionProtection` for more than the view was mapped with.
    /// - Complexity: O(log *n* + runs changed) for *n* runs of alike pages.
    @discardableResult
    public mutating func protect(
        _ base: VirtualAddress, byteCount: UInt64, _ protection: PageProtection
    ) throws(NTStatus) -> (range: VirtualRange, old: PageProtection) {
        let plan = try regions.planProtection(base.rawValue, byteCount, protection)
        let pages = regions.virtualRange(plan.range)
        let word = plan.protection.union(regions.allocations[plan.allocation].caching)
        let isWatched = regions.allocations[plan.allocation].traits.contains(.writeWatch)
        if isWatched { collectWrites(plan.range) }
        try withBackend { backend throws(BackendError) in try backend.protect(pages, word) }
        if isWatched { regions.latchWrites(plan.range) }
        if regions.allocations[plan.allocation].kind == .privateMemory {
            let run = PageRun(allocation: UInt32(plan.allocation), protection: plan.protection)
            regions.tree.assign(from: plan.range.lowerBound, to: plan.range.upperBound, run, at: plan.first)
        } else {
            regions.setViewProtection(plan.range, allocation: plan.allocation, plan.protection)
        }
        return (pages, plan.old)
    }
}
