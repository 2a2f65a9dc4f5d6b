import MemoryMap

extension PageProtection {
    /// Whether pages of a view that was mapped with `access` may be given this protection.
    ///
    /// Copies on write count as reading, of the view as of the page.
    func isSubset(ofView access: PageProtection) -> Bool {
        if base == .noAccess { return true }
        guard access.base != .noAccess else { return false }
        if !isDisjoint(with: [.readWrite, .executeReadWrite]), access.isDisjoint(with: [.readWrite, .executeReadWrite]) {
            return false
        }
        return !allowsExecution || access.allowsExecution
    }
}

extension Regions {
    /// Gives pages of a view a protection; those that have a private copy are written to in place.
    mutating func setViewProtection(_ range: Range<UInt64>, allocation index: Int, _ protection: PageProtection) {
        let plain = protection.subtracting(.caching)
        tree.assign(
            from: range.lowerBound, to: range.upperBound, PageRun(allocation: UInt32(index), protection: plain))
        guard plain.isCopyOnWrite else { return }
        var place = range.lowerBound
        while place < range.upperBound, let stretch = copied.firstStretch(in: place..<range.upperBound) {
            tree.assign(
                from: stretch.lowerBound, to: stretch.upperBound,
                PageRun(allocation: UInt32(index), protection: plain.afterCopy))
            place = stretch.upperBound
        }
    }

    /// What other views of the same section will be able to access once the pages of a range of a view are committed.
    ///
    /// - Complexity: O(*views* + runs met).
    func viewsGaining(_ range: Range<UInt64>, allocation index: Int) -> [(range: Range<UInt64>, protection: PageProtection)] {
        let allocation = allocations[index]
        guard let view = view(of: allocation), view.section.isReserved else { return [] }
        var result: [(range: Range<UInt64>, protection: PageProtection)] = []
        let offset = range.lowerBound - allocation.start + view.offset
        let offsets = offset..<offset + (range.upperBound - range.lowerBound)
        for case let otherView? in views where otherView.section === view.section && otherView.allocation != index {
            let other = allocations[Int(otherView.allocation)]
            let low = max(offsets.lowerBound, otherView.offset)
            let high = min(offsets.upperBound, otherView.offset + other.byteCount)
            guard low < high else { continue }
            let start = low - otherView.offset + other.start
            let end = start + (high - low)
            var cursor = tree.firstRun(endingAbove: start)
            while let here = cursor, tree.start(here) < end {
                let part = max(tree.start(here), start)..<min(tree.end(here), end)
                result.append((part, tree.value(here).protection.union(other.caching)))
                cursor = tree.next(here)
            }
        }
        return result
    }
}
