import MemoryMap

extension MemoryServices {
    /// The highest place for pages of a type: in its own bin, elsewhere, or in memory that is accepted for it.
    ///
    /// - Parameter highest: the highest page that may be used.
    mutating func place(
        _ count: UInt64, _ type: MemoryType, through highest: UInt64 = .max
    ) -> (extent: Extent, start: UInt64)? {
        if let remaining = searchesUntilFailure {
            guard remaining > 0 else { return nil }
            searchesUntilFailure = remaining - 1
        }
        let search: PageSearch = granule(of: type) > 1 ? .aligned : .free
        if !bins.isEmpty, let place = placeInBin(search, count, type, through: highest) { return place }
        if let place = placeOutsideBins(search, count, through: highest) { return place }
        guard let root = tree.root, root.largestUnaccepted >= count, accept(count, granule(of: type), through: highest) else {
            return nil
        }
        return placeOutsideBins(search, count, through: highest)
    }

    private func placeInBin(
        _ search: PageSearch, _ count: UInt64, _ type: MemoryType, through highest: UInt64
    ) -> (extent: Extent, start: UInt64)? {
        guard let bin = bins.first(where: { $0.type == type }), bin.first <= highest else { return nil }
        return tree.highestPlace(search, count, from: bin.first, through: min(bin.last, highest))
    }

    /// Bins are their types' alone, so that what one boot allocates does not move what the next one finds there.
    private func placeOutsideBins(
        _ search: PageSearch, _ count: UInt64, through highest: UInt64
    ) -> (extent: Extent, start: UInt64)? {
        var highest = highest
        for bin in bins {
            if bin.last < highest, let place = tree.highestPlace(search, count, from: bin.last + 1, through: highest) {
                return place
            }
            highest = min(highest, bin.first - 1)
        }
        return tree.highestPlace(search, count, from: 0, through: highest)
    }

    /// A place for records: anywhere in the window.
    mutating func placeInWindow(_ count: UInt64) -> (extent: Extent, start: UInt64)? {
        let lowest = window.range.start.rawValue / PageCount.pageSize
        let highest = window.range.last.rawValue / PageCount.pageSize
        guard let place = place(count, .bootServicesData, through: highest), place.start >= lowest else { return nil }
        return place
    }
}
