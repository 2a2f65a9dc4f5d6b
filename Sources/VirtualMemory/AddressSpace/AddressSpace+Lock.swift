public import MemoryMap

extension AddressSpace where Backend: ~Copyable {
    /// How many bytes are locked in memory.
    public var lockedBytes: UInt64 { regions.locked.byteCount }

    /// Keeps committed pages in memory, once however often it is asked: NtLockVirtualMemory.
    ///
    /// Locking brings pages in for writing, where they can be written: watched ones count as written.
    ///
    /// - Throws: `.invalidParameter` for no range of user mode; `.accessViolation` for pages that are not committed or not
    ///   accessible; `.guardPageViolation` for guard pages, the first of which is none any more; `.workingSetQuota` where more
    ///   than ``lockLimit`` would be locked.
    /// - Complexity: O(log *n* + runs met).
    public mutating func lock(_ base: VirtualAddress, byteCount: UInt64) throws(NTStatus) {
        guard let range = regions.pages(base.rawValue, byteCount) else { throw .invalidParameter }
        if let violation = regions.firstUnlockable(range) {
            guard violation.isGuard else { throw .accessViolation }
            _ = try touch(VirtualAddress(violation.page), .read)
            throw .guardPageViolation
        }
        let wanted = range.upperBound - range.lowerBound - regions.locked.byteCount(in: range)
        let (total, overflow) = regions.locked.byteCount.addingReportingOverflow(wanted)
        guard !overflow, total <= lockLimit else { throw .workingSetQuota }
        let pages = regions.virtualRange(range)
        try withBackend { backend throws(BackendError) in try backend.lock(pages) }
        regions.locked.insert(range)
        regions.markLocked(range)
    }

    /// No longer keeps pages in memory: NtUnlockVirtualMemory.
    ///
    /// - Throws: `.invalidParameter`, `.notLocked` where not all of the pages are locked.
    /// - Complexity: O(log *n* + runs met).
    public mutating func unlock(_ base: VirtualAddress, byteCount: UInt64) throws(NTStatus) {
        guard let range = regions.pages(base.rawValue, byteCount) else { throw .invalidParameter }
        guard regions.locked.contains(range) else { throw .notLocked }
        backend.unlock(regions.virtualRange(range))
        regions.locked.remove(range)
    }
}

extension Regions {
    /// Takes note of watched pages that are written to by being locked.
    mutating func markLocked(_ range: Range<UInt64>) {
        var page = range.lowerBound
        while page < range.upperBound, let block = query(page), let index = allocation(at: page) {
            let end = min(page + block.byteCount, range.upperBound)
            if allocations[index].traits.contains(.writeWatch), block.protection.allowsWriting { written.insert(page..<end) }
            page = end
        }
    }

    /// The first page of a range that cannot be locked.
    func firstUnlockable(_ range: Range<UInt64>) -> (page: UInt64, isGuard: Bool)? {
        var page = range.lowerBound
        while page < range.upperBound {
            guard let block = query(page), block.state == .committed, block.protection.base != .noAccess else {
                return (page, false)
            }
            if block.protection.contains(.guardPage) { return (page, true) }
            page += block.byteCount
        }
        return nil
    }
}
