import MemoryMap

/// Chooses what to magnify: the parts of a map where most of its regions crowd in little space.
enum Magnification {
    /// A chain of ranges, each a part of the one before and at most a quarter of its size.
    ///
    /// Candidates are the shortest ranges that hold a given share of the regions, from nearly all down to a third; the one
    /// with the largest product of share and logarithm of the gain in size is taken, and the next link of the chain is
    /// chosen inside it. The chain ends where no candidate is small enough or fewer than six regions are left.
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

    private static func part(of outer: PhysicalRange, pages: UInt64, map: PhysicalMemoryMap) -> PhysicalRange? {
        let regions = map.regions(overlapping: outer)
        guard regions.count >= 6 else { return nil }
        var best: (range: PhysicalRange, worth: UInt64)?
        for share: UInt64 in [96, 90, 85, 80, 75, 66, 50, 34] {
            let count = (regions.count * Int(share) + 99) / 100
            guard let shortest = shortest(count, of: regions), let wide = widened(shortest, within: outer),
                wide.pages.rawValue <= pages / 4
            else { continue }
            // Sixteenths of a gain: at most 2^56.
            let worth = share * logarithm(pages * 16 / wide.pages.rawValue)
            if best.map({ worth > $0.worth }) ?? true { best = (wide, worth) }
        }
        return best?.range
    }

    /// Sixteen times the logarithm to base 2 of `gain` / 16, with straight lines between the powers of two.
    private static func logarithm(_ gain: UInt64) -> UInt64 {
        let power = UInt64(63 - (gain | 1).leadingZeroBitCount)
        let fraction = ((gain - (1 << power)) * 16) >> power
        return power < 4 ? 0 : (power - 4) * 16 + fraction
    }

    /// The shortest range from the start of a region to the end of the one `count - 1` places further; the lowest of several.
    private static func shortest(_ count: Int, of regions: ArraySlice<MemoryRegion>) -> PhysicalRange? {
        var best: PhysicalRange?
        var first = regions.startIndex
        while first + count <= regions.endIndex {
            let range = PhysicalRange(start: regions[first].range.start, last: regions[first + count - 1].range.last)
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
