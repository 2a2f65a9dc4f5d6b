import MemoryMap

extension ResolvedMap {
    /// The stretches between the first and the last region that no region describes.
    ///
    /// - Complexity: O(*n*).
    public var holes: [PhysicalRange] {
        var holes: [PhysicalRange] = []
        for (below, above) in zip(regions, regions.dropFirst()) {
            guard let start = below.range.end, start < above.range.start else { continue }
            if let hole = PhysicalRange(start: start, last: PhysicalAddress(above.range.start.rawValue - 1)) {
                holes.append(hole)
            }
        }
        return holes
    }

    /// The longest stretch of regions that touch and all satisfy `predicate`, the lowest of several; nil where there is none.
    ///
    /// - Complexity: O(*n*).
    public func largestRun(where predicate: (MemoryRegion) -> Bool) -> PhysicalRange? {
        var (largest, run): (PhysicalRange?, PhysicalRange?)
        for region in regions {
            guard predicate(region) else {
                run = nil
                continue
            }
            let start = run.flatMap { $0.end == region.range.start ? $0.start : nil } ?? region.range.start
            run = PhysicalRange(start: start, last: region.range.last)
            if let run, run.size > largest?.size ?? 0 { largest = run }
        }
        return largest
    }

    /// The index of the first region that reaches `address` or lies above it.
    ///
    /// - Complexity: O(log *n*).
    public func firstIndex(endingAtOrAbove address: PhysicalAddress) -> Int {
        var (low, high) = (0, regions.count)
        while low < high {
            let middle = low + (high - low) / 2
            if regions[middle].range.last < address { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The regions that have an address of `range`, in order.
    ///
    /// - Complexity: O(log *n* + *k*) for *k* such regions.
    public func regions(overlapping range: PhysicalRange) -> ArraySlice<MemoryRegion> {
        let first = firstIndex(endingAtOrAbove: range.start)
        var end = first
        while end < regions.count, regions[end].range.start <= range.last { end += 1 }
        return regions[first..<end]
    }

    /// The regions as whole pages for pictures and page tables: memory that is free keeps only the pages that it fills, everything
    /// else takes the pages that it touches, and where two would share a page the one that is less free has it.
    ///
    /// - Complexity: O(*n*).
    public var pageMap: PhysicalMemoryMap? {
        var pages: [MemoryRegion] = []
        for region in regions {
            let mask = PageCount.pageSize - 1
            var (first, last) = (region.range.start.rawValue, region.range.last.rawValue)
            if region.type == .conventional {
                guard first <= .max - mask else { continue }
                first = (first + mask) & ~mask
                guard last | mask == last || last >= PageCount.pageSize else { continue }
                last = last | mask == last ? last : (last & ~mask) &- 1
            } else {
                first &= ~mask
                last |= mask
            }
            if let previous = pages.last, previous.range.last.rawValue >= first {
                if previous.type == .conventional, previous.range.start.rawValue < first {
                    guard let cut = PhysicalRange(start: previous.range.start, last: PhysicalAddress(first - 1)) else { continue }
                    pages[pages.count - 1].range = cut
                } else {
                    guard previous.range.last.rawValue < .max else { continue }
                    first = previous.range.last.rawValue + 1
                }
            }
            guard first <= last, let range = PhysicalRange(start: PhysicalAddress(first), last: PhysicalAddress(last)) else {
                continue
            }
            pages.append(MemoryRegion(range: range, type: region.type, attributes: region.attributes))
        }
        do throws(MemoryMapError) { return try PhysicalMemoryMap(regions: pages) } catch { return nil }
    }
}

extension AddressRange {
    /// The number of bytes, also for the whole address space.
    public var size: UInt128 { UInt128(last.rawValue - start.rawValue) + 1 }
}
