import MemoryMap

/// Consecutive regions of a map that one window shows.
struct Stretch {
    /// The regions' indices in the map.
    var regions: Range<Int>
    var range: PhysicalRange
    var hasRAM: Bool

    /// The regions of `map` in at most `limit` stretches, cut as ``ScaledBar`` says.
    ///
    /// - Precondition: The map has regions, and `limit` is at least 1.
    static func cutting(_ map: PhysicalMemoryMap, atMost limit: Int) -> [Stretch] {
        var cuts = Cut.all(in: map)
        if cuts.count >= limit {
            cuts.sort { ($1.pages, $0.before) < ($0.pages, $1.before) }
            cuts.removeLast(cuts.count - (limit - 1))
            cuts.sort { $0.before < $1.before }
        }
        var stretches: [Stretch] = []
        stretches.reserveCapacity(cuts.count + 1)
        var first = 0
        for cut in cuts {
            stretches.append(Stretch(first..<cut.before, of: map))
            first = cut.before
        }
        stretches.append(Stretch(first..<map.regions.count, of: map))
        return stretches
    }

    private init(_ indices: Range<Int>, of map: PhysicalMemoryMap) {
        let regions = map.regions[indices]
        guard let first = regions.first, let last = regions.last,
            let range = PhysicalRange(start: first.range.start, last: last.range.last)
        else { preconditionFailure("a stretch has a region") }
        self.regions = indices
        self.range = range
        self.hasRAM = regions.contains { $0.type.isRAM }
    }
}

/// A place between two regions where the picture may be cut.
private struct Cut {
    /// The index of the region above.
    var before: Int

    /// The length of the stretch without RAM that makes the cut worthwhile, in pages.
    var pages: UInt64

    /// The places at which a stretch without RAM is longer than 1/16 of the RAM.
    static func all(in map: PhysicalMemoryMap) -> [Cut] {
        let limit = max(threshold(map), 1)
        var cuts: [Cut] = []
        for (index, region) in map.regions.enumerated().dropFirst() {
            let below = map.regions[index - 1]
            var pages = (region.range.start.rawValue - below.range.last.rawValue - 1) / PageCount.pageSize
            // A large region without RAM does not share a window with RAM, even where it touches it.
            if below.type.isRAM != region.type.isRAM {
                pages = max(pages, (below.type.isRAM ? region : below).pages.rawValue)
            }
            if pages > limit { cuts.append(Cut(before: index, pages: pages)) }
        }
        return cuts
    }

    private static func threshold(_ map: PhysicalMemoryMap) -> UInt64 {
        // Sums of disjoint regions are at most 2^52 pages.
        var (ram, all): (UInt64, UInt64) = (0, 0)
        for region in map.regions {
            all += region.pages.rawValue
            if region.type.isRAM { ram += region.pages.rawValue }
        }
        return (ram > 0 ? ram : all) / 16
    }
}
