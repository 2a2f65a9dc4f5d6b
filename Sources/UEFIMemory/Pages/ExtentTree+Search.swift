import MemoryMap

/// What a search for pages looks for.
enum PageSearch {
    /// Free pages.
    case free
    /// Free pages from a granule of runtime allocations on.
    case aligned
    /// Pages that have to be accepted first.
    case unaccepted
}

extension ExtentTree {
    /// The extent that holds a page.
    func extent(holding page: UInt64) -> Extent? {
        guard let extent = floor(page), page < extent.end else { return nil }
        return extent
    }

    /// The last extent that starts at a page or below it.
    func floor(_ page: UInt64) -> Extent? {
        var found: Extent?
        var current = root
        while let extent = current {
            if extent.start <= page {
                found = extent
                current = extent.right
            } else {
                current = extent.left
            }
        }
        return found
    }

    /// The highest place for `count` pages, of which none lies below `lowest` or above `highest`.
    ///
    /// Only the highest extent that is large enough is looked at, so that `lowest` has to be a page that an extent starts at, or has to be
    /// 0, where nothing is to be missed.
    ///
    /// - Parameter count: in whole granules where they are looked for.
    func highestPlace(
        _ search: PageSearch, _ count: UInt64, from lowest: UInt64, through highest: UInt64
    ) -> (extent: Extent, start: UInt64)? {
        guard let root else { return nil }
        guard highest < PageCount.addressSpace.rawValue - 1 else {
            return place(search, count, in: lastFit(search, count, below: root), from: lowest, end: .max)
        }
        guard let last = floor(highest) else { return nil }
        if largest(search, last) >= count,
            let place = place(search, count, in: last, from: lowest, end: highest + 1)
        {
            return place
        }
        return place(search, count, in: fit(search, count, before: last), from: lowest, end: .max)
    }

    /// The highest place in an extent.
    private func place(
        _ search: PageSearch, _ count: UInt64, in extent: Extent?, from lowest: UInt64, end: UInt64
    ) -> (extent: Extent, start: UInt64)? {
        guard let extent else { return nil }
        let end = min(extent.end, end)
        guard end >= count else { return nil }
        let start = search == .aligned ? (end - count) & ~granuleMask : end - count
        guard start >= max(lowest, extent.start) else { return nil }
        return (extent, start)
    }

    /// The pages of an extent that count in a search.
    func largest(_ search: PageSearch, _ extent: Extent) -> UInt64 {
        let own = own(extent)
        return switch search {
        case .free: own.free
        case .aligned: own.aligned
        case .unaccepted: own.unaccepted
        }
    }

    /// The pages of an extent that count in each search; aligned ones only where granules are larger than pages.
    func own(_ extent: Extent) -> (free: UInt64, aligned: UInt64, unaccepted: UInt64) {
        // Memory for a specific purpose is given by its address only.
        guard !extent.isForSpecificPurpose else { return (0, 0, 0) }
        switch extent.kind {
        case .free:
            guard granuleMask > 0 else { return (extent.pages, 0, 0) }
            let start = (extent.start + granuleMask) & ~granuleMask
            let end = extent.end & ~granuleMask
            return (extent.pages, end > start ? end - start : 0, 0)
        case .unaccepted: return (0, 0, extent.pages)
        default: return (0, 0, 0)
        }
    }

    private func largestBelow(_ search: PageSearch, _ extent: Extent) -> UInt64 {
        switch search {
        case .free: extent.largestFree
        case .aligned: extent.largestAligned
        case .unaccepted: extent.largestUnaccepted
        }
    }

    /// The highest extent of a subtree that has enough pages.
    private func lastFit(_ search: PageSearch, _ count: UInt64, below top: Extent) -> Extent? {
        guard largestBelow(search, top) >= count else { return nil }
        var extent = top
        while true {
            if let right = extent.right, largestBelow(search, right) >= count {
                extent = right
            } else if largest(search, extent) >= count {
                return extent
            } else if let left = extent.left {
                extent = left
            } else {
                preconditionFailure("a subtree with so many pages has an extent with them")
            }
        }
    }

    /// The highest extent that has enough pages and lies below another one.
    private func fit(_ search: PageSearch, _ count: UInt64, before extent: Extent) -> Extent? {
        var extent = extent
        if let left = extent.left, let found = lastFit(search, count, below: left) { return found }
        while let parent = extent.parent {
            if parent.right == extent {
                if largest(search, parent) >= count { return parent }
                if let left = parent.left, let found = lastFit(search, count, below: left) { return found }
            }
            extent = parent
        }
        return nil
    }
}
