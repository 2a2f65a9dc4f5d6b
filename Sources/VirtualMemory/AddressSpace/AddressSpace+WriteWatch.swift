public import MemoryMap

extension AddressSpace where Backend: ~Copyable {
    /// The pages of write-watched memory that were written, in ascending order: NtGetWriteWatch.
    ///
    /// Decommitting a page forgets that it was written, except where its protection was changed in between.
    ///
    /// - Parameters:
    ///   - capacity: how many are given at most.
    ///   - reset: whether those that are given count as not written from then on.
    /// - Throws: `.invalidParameter` for a size or capacity of 0 and for a range that is not in one write-watched region.
    /// - Complexity: O(log *n*) and O(log *n*) for each page given.
    public mutating func writtenPages(
        _ base: VirtualAddress, byteCount: UInt64, capacity: Int, reset: Bool
    ) throws(NTStatus) -> [VirtualAddress] {
        let range = try watchedRange(base, byteCount)
        guard capacity > 0 else { throw .invalidParameter }
        var result: [VirtualAddress] = []
        var place = range.lowerBound
        // Not all at once: those behind the last one that fits are of no use yet.
        var window = 64 * platform.pageSize
        while place < range.upperBound, result.count < capacity {
            let end = place + min(window, range.upperBound - place)
            collectWrites(place..<end)
            while place < end, result.count < capacity, let stretch = regions.written.firstStretch(in: place..<end) {
                place = stretch.lowerBound
                while place < stretch.upperBound, result.count < capacity {
                    result.append(VirtualAddress(place))
                    place += platform.pageSize
                }
            }
            if result.count < capacity { place = end }
            window *= 2
        }
        if reset, place > range.lowerBound { regions.forgetWrites(range.lowerBound..<place) }
        return result
    }

    /// Makes pages of write-watched memory count as not written: NtResetWriteWatch.
    ///
    /// - Throws: `.invalidParameter` for a range that is not in one write-watched region.
    /// - Complexity: O(log *n* + runs met).
    public mutating func resetWrites(_ base: VirtualAddress, byteCount: UInt64) throws(NTStatus) {
        let range = try watchedRange(base, byteCount)
        collectWrites(range)
        regions.forgetWrites(range)
    }

    private func watchedRange(_ base: VirtualAddress, _ byteCount: UInt64) throws(NTStatus) -> Range<UInt64> {
        guard let range = regions.pages(base.rawValue, byteCount), let index = regions.allocation(holding: range),
            regions.allocations[index].traits.contains(.writeWatch)
        else { throw .invalidParameter }
        return range
    }

    mutating func collectWrites(_ range: Range<UInt64>) {
        var found: [VirtualRange] = []
        backend.takeWrites(in: regions.virtualRange(range)) { found.append($0) }
        for write in found {
            let start = max(write.start.rawValue & ~regions.pageMask, range.lowerBound)
            let end = min((write.last.rawValue | regions.pageMask) + 1, range.upperBound)
            // Reserved pages cannot have been written; what was is committed.
            if start < end { regions.written.insert(start..<end) }
        }
    }
}

extension Regions {
    mutating func forgetWrites(_ range: Range<UInt64>) {
        written.remove(range)
        latched.remove(range)
    }

    /// Takes note of the writes to pages whose protection changes.
    mutating func latchWrites(_ range: Range<UInt64>) {
        written.forEachStretch(in: range) { latched.insert($0) }
    }
}
