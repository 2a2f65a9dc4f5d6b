extension PhysicalMemoryMap {
    /// The region that describes `address`, or nil where none does.
    ///
    /// - Complexity: O(log *n*).
    public func region(containing address: PhysicalAddress) -> MemoryRegion? {
        let index = firstIndex(endingAtOrAbove: address)
        guard index < regions.count, regions[index].range.contains(address) else { return nil }
        return regions[index]
    }

    /// The regions that have an address of `range`, in order.
    ///
    /// - Complexity: O(log *n*).
    public func regions(overlapping range: PhysicalRange) -> ArraySlice<MemoryRegion> {
        let first = firstIndex(endingAtOrAbove: range.start)
        let end = partition(from: first) { $0.range.start > range.last }
        return regions[first..<end]
    }

    /// Whether a region describes any address of `range`.
    ///
    /// - Complexity: O(log *n*).
    public func overlaps(_ range: PhysicalRange) -> Bool {
        let index = firstIndex(endingAtOrAbove: range.start)
        return index < regions.count && regions[index].range.overlaps(range)
    }

    /// Whether regions, of whatever types, describe every address of `range`.
    ///
    /// - Complexity: O(log *n* + *k*) for *k* regions that overlap the range.
    public func covers(_ range: PhysicalRange) -> Bool {
        covers(range) { _ in true }
    }

    /// Whether regions that satisfy `predicate` describe every address of `range`.
    ///
    /// - Complexity: O(log *n* + *k*) for *k* regions that overlap the range.
    public func covers(_ range: PhysicalRange, where predicate: (MemoryRegion) -> Bool) -> Bool {
        var next = range.start
        for region in regions(overlapping: range) {
            guard region.range.start <= next, predicate(region) else { return false }
            guard let end = region.range.end, end <= range.last else { return true }
            next = end
        }
        return false
    }

    /// The parts of `range` that no region describes, in order.
    ///
    /// - Complexity: O(log *n* + *k*) for *k* regions that overlap the range; allocates an array of at most *k* + 1 ranges.
    public func holes(in range: PhysicalRange) -> [PhysicalRange] {
        var holes: [PhysicalRange] = []
        var next = range.start
        for region in regions(overlapping: range) {
            if next < region.range.start {
                // The region starts above `next`, so not at 0, and a page lies below it.
                holes.append(PhysicalRange(unchecked: next, last: PhysicalAddress(region.range.start.rawValue - 1)))
            }
            guard let end = region.range.end, end <= range.last else { return holes }
            next = end
        }
        holes.append(PhysicalRange(unchecked: next, last: range.last))
        return holes
    }

    /// The gaps below the last address described: from address 0 to the first region, and between regions.
    ///
    /// - Complexity: O(*n*); allocates an array of at most *n* ranges.
    public var holes: [PhysicalRange] {
        guard let last = regions.last else { return [] }
        return holes(in: PhysicalRange(unchecked: PhysicalAddress(0), last: last.range.last))
    }

    /// From the first address described to the last, holes between included; nil for an empty map.
    public var extent: PhysicalRange? {
        guard let first = regions.first, let last = regions.last else { return nil }
        return PhysicalRange(unchecked: first.range.start, last: last.range.last)
    }

    /// The largest region that satisfies `predicate`, the lowest one of several; nil where none does.
    ///
    /// - Complexity: O(*n*).
    public func largestRegion(where predicate: (MemoryRegion) -> Bool) -> MemoryRegion? {
        var largest: MemoryRegion?
        for region in regions where predicate(region) && region.pages > largest?.pages ?? .zero {
            largest = region
        }
        return largest
    }

    /// The longest stretch without a gap whose regions all satisfy `predicate`, whatever else they differ in; the lowest one of
    /// several, nil where there is none.
    ///
    /// - Complexity: O(*n*).
    public func largestRun(where predicate: (MemoryRegion) -> Bool) -> PhysicalRange? {
        var largest: PhysicalRange?
        var run: PhysicalRange?
        for region in regions {
            guard predicate(region) else {
                run = nil
                continue
            }
            let start = run.flatMap { $0.end == region.range.start ? $0.start : nil } ?? region.range.start
            let extended = PhysicalRange(unchecked: start, last: region.range.last)
            if extended.pages > largest?.pages ?? .zero { largest = extended }
            run = extended
        }
        return largest
    }

    /// The index of the first region that reaches `address` or lies above it; `regions.count` where there is none.
    private func firstIndex(endingAtOrAbove address: PhysicalAddress) -> Int {
        // Halves the stretch whatever the comparison says, which compiles without a branch to mispredict.
        var (first, count) = (0, regions.count)
        while count > 0 {
            let half = (count + 1) / 2
            first += regions[first + half - 1].range.last < address ? half : 0
            count -= half
        }
        return first
    }

    /// The first index from `low` on whose region satisfies `predicate`, which once true stays true up the map.
    private func partition(from low: Int, where predicate: (MemoryRegion) -> Bool) -> Int {
        var (low, high) = (low, regions.count)
        while low < high {
            let middle = low + (high - low) / 2
            if predicate(regions[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
