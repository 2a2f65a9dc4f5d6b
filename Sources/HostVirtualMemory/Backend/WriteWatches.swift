import MemoryMap
import VirtualMemory

/// Which regions have their writes recorded, and which of their pages were written.
struct WriteWatches {
    /// Ascending and disjoint.
    private var regions: [VirtualRange] = []

    /// One bit a page, by number of the 64 pages.
    private var pages: [UInt64: UInt64] = [:]

    var isEmpty: Bool { regions.isEmpty }

    private func index(of address: VirtualAddress) -> Int? {
        var (low, high) = (0, regions.count)
        while low < high {
            let middle = (low + high) >> 1
            if regions[middle].last < address { low = middle + 1 } else { high = middle }
        }
        return low < regions.count ? low : nil
    }

    func isWatched(_ address: VirtualAddress) -> Bool {
        guard !regions.isEmpty, let index = index(of: address) else { return false }
        return regions[index].contains(address)
    }

    mutating func add(_ range: VirtualRange) {
        regions.insert(range, at: index(of: range.start) ?? regions.count)
    }

    /// No longer watches a part.
    mutating func remove(_ range: VirtualRange) {
        guard !regions.isEmpty, let index = index(of: range.start), regions[index].overlaps(range) else { return }
        forget(range)
        let region = regions.remove(at: index)
        if range.last < region.last,
            let rest = VirtualRange(start: VirtualAddress(range.last.rawValue + 1), last: region.last)
        {
            regions.insert(rest, at: index)
        }
        if region.start < range.start,
            let rest = VirtualRange(start: region.start, last: VirtualAddress(range.start.rawValue - 1))
        {
            regions.insert(rest, at: index)
        }
    }

    /// Records a write to the page of an address, where it is watched.
    mutating func write(_ address: VirtualAddress) {
        guard isWatched(address) else { return }
        let page = address.rawValue / HostMemory.pageSize
        pages[page >> 6, default: 0] |= 1 << (page & 63)
    }

    /// Forgets the writes to a range of pages.
    mutating func forget(_ range: VirtualRange) {
        guard !pages.isEmpty else { return }
        for word in words(in: range) {
            guard let bits = pages[word] else { continue }
            let rest = bits & ~mask(word, range)
            pages[word] = rest == 0 ? nil : rest
        }
    }

    /// The written pages of a range, ascending, neighbours in one piece.
    func written(in range: VirtualRange) -> [VirtualRange] {
        guard !pages.isEmpty else { return [] }
        var result: [VirtualRange] = []
        var run: Range<UInt64>?
        func end() {
            guard let run else { return }
            let (start, count) = (run.lowerBound * HostMemory.pageSize, UInt64(run.count) * HostMemory.pageSize)
            if let written = VirtualRange(start: VirtualAddress(start), byteCount: count) { result.append(written) }
        }
        for word in words(in: range) {
            var bits = (pages[word] ?? 0) & mask(word, range)
            while bits != 0 {
                let page = (word << 6) + UInt64(bits.trailingZeroBitCount)
                bits &= bits - 1
                if let open = run, open.upperBound == page {
                    run = open.lowerBound..<page + 1
                } else {
                    end()
                    run = page..<page + 1
                }
            }
        }
        end()
        return result
    }

    /// The words that the range's pages may have bits in, ascending: never more than there are.
    private func words(in range: VirtualRange) -> [UInt64] {
        let first = (range.start.rawValue / HostMemory.pageSize) >> 6
        let last = (range.last.rawValue / HostMemory.pageSize) >> 6
        if last - first < UInt64(pages.count) { return Array(first...last) }
        return pages.keys.filter { first...last ~= $0 }.sorted()
    }

    /// The bits of a word that belong to pages of the range.
    private func mask(_ word: UInt64, _ range: VirtualRange) -> UInt64 {
        let first = range.start.rawValue / HostMemory.pageSize
        let last = range.last.rawValue / HostMemory.pageSize
        let low = (word << 6) >= first ? 0 : first - (word << 6)
        let high = min(last - (word << 6), 63)
        return UInt64.max >> (63 - high) & UInt64.max << low
    }
}
