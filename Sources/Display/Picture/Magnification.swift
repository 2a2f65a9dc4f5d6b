import MemoryMap

/// Chooses what to magnify: the parts of a map where most of its regions crowd in little space.
enum Magnification {
    /// A chain of ranges, each a part of the one before and at most a quarter of its size.
    ///
    /// The first one is the shortest range that holds nine tenths of the map's regions, or three quarters, half or a third of
    /// them where more are spread too widely; the next one does the same inside. The chain ends where nothing is gained or fewer than six
    /// regions are left.
    ///
    /// - Parameter pages: The size of what the bar shows, in pages, against which the first gain is measured.
    /// - Complexity: O(`limit` * *n*) for *n* regions; allocates an array of `limit` ranges.
    static func chain(in map: PhysicalMemoryMap, showing pages: UInt64, limit: Int) -> [PhysicalRange] {
        var ranges: [PhysicalRange] = []
        guard var outer = map.extent else { return ranges }
        var outerPages = pages
        while ranges.count < limit {
            guard let next = part(of: outer, pages: outerPages, map: map) else { break }
            ranges.append(next)
            outer = next
            outerPages = next.pages.rawValue
        }
        return ranges
    }

    private static func part(of outer: PhysicalRange, pages: UInt64, map: PhysicalMemoryMap)
        -> PhysicalRange?
    {
        let regions = map.regions(overlapping: outer)
        guard regions.count >= 6 else { return nil }
        for share in [90, 75, 50, 34] {
            let count = (regions.count * share + 99) / 100
            guard let shortest = shortest(count, of: regions), let wide = widened(shortest, within: outer)
            else { continue }
            if wide.pages.rawValue <= pages / 4 { return wide }
        }
        return nil
    }

    /// The shortest range from the start of a region to the end of the one `count - 1` places further; the lowest of several.
    private static func shortest(_ count: Int, of regions: ArraySlice<MemoryRegion>) -> PhysicalRange? {
        var best: PhysicalRange?
        var first = regions.startIndex
        while first + count <= regions.endIndex {
            let range = PhysicalRange(
                start: regions[first].range.start, last: regions[first + count - 1].range.last)
            if let range, best.map({ range.pages < $0.pages }) ?? true { best = range }
            first += 1
        }
        return best
    }

    /// `range` out to round addresses, multiples of about a sixteenth of its size, but not beyond `limit`.
    private static func widened(_ range: PhysicalRange, within limit: PhysicalRange) -> PhysicalRange? {
        let step = max(range.pages.rawValue / 16, 1)
        let alignment = (1 << UInt64(63 - step.leadingZeroBitCount)) * PageCount.pageSize
        let start = range.start.alignedDown(to: alignment)
        let last = PhysicalAddress(range.last.rawValue | (alignment - 1))
        return PhysicalRange(start: max(start, limit.start), last: min(last, limit.last))
    }
}
