import MemoryMap

// Runs of pages for the pools. A pool takes pages in stretches that grow with it, up to 2 MiB, and holds on to some that it does not
// use: so its pages lie together, and buffers that come and go do not tear holes into the map. As long as it has no more than a quarter of
// what it uses, nothing goes back; beyond that stretches as long as those that it takes do, and beyond as much again any, the longest first.

extension MemoryServices {
    /// The pages that a pool takes at a time.
    private func stretch(_ usedPages: UInt64) -> UInt64 {
        let pages = min(usedPages / 8, 512)
        return pages == 0 ? 1 : 1 << UInt64(63 - pages.leadingZeroBitCount)
    }

    /// Whether an idle run goes back.
    private func isDispensable(_ run: Extent, _ pool: TypePool) -> Bool {
        let (idle, used) = (pool.idlePages, pool.usedPages)
        return idle > used || idle > used / 4 && run.pages >= stretch(used)
    }

    /// Takes pages for a pool: idle ones that fit best, or else free ones, with some more for the next buffers.
    ///
    /// Uses three records at most.
    ///
    /// - Parameters:
    ///   - inWindow: whether the pages are for the services themselves.
    ///   - exactly: whether no more pages are taken than have to be.
    /// - Returns: Nil where there are none; nothing has changed then.
    mutating func takeRun(_ pool: TypePool, _ pages: UInt64, _ kind: ExtentKind, inWindow: Bool = false, exactly: Bool = false)
        -> Extent?
    {
        if let run = pool.idleRun(pages: pages), !inWindow || isInWindow(run) {
            pool.removeIdle(run)
            let taken = carve(run, run.end - pages, pages, kind, pool.type)
            if taken != run { pool.pushIdle(run) }
            pool.usedPages += pages
            return taken
        }
        let granule = granule(of: pool.type)
        let needed = (pages + granule - 1) & ~(granule - 1)
        var count = exactly ? needed : max(needed, (stretch(pool.usedPages) + granule - 1) & ~(granule - 1))
        var found = placeForRun(count, pool.type, inWindow)
        if found == nil, count > needed {
            count = needed
            found = placeForRun(count, pool.type, inWindow)
        }
        guard let found else { return nil }
        pool.usedPages += pages
        guard count > pages else { return carve(found.extent, found.start, count, kind, pool.type) }
        let run = carve(found.extent, found.start, count, .idle, pool.type)
        let taken = carve(run, run.end - pages, pages, kind, pool.type)
        keepIdle(pool, run)
        return taken
    }

    private mutating func placeForRun(
        _ count: UInt64, _ type: MemoryType, _ inWindow: Bool
    ) -> (extent: Extent, start: UInt64)? {
        inWindow ? placeInWindow(count) : place(count, type)
    }

    private func isInWindow(_ extent: Extent) -> Bool {
        extent.start >= window.range.start.rawValue / PageCount.pageSize
            && extent.end - 1 <= window.range.last.rawValue / PageCount.pageSize
    }

    /// Gives pages of a pool back, to be idle or free.
    mutating func giveRun(_ pool: TypePool, _ run: Extent) {
        pool.usedPages -= run.pages
        if pool.usedPages == 0, pool.idlePages == 0 || pool.type == .bootServicesData && pool.idlePages == 1,
            granule(of: pool.type) == 1, !run.isStanding
        {
            // Nothing to be held on to: the way of most pools that are used now and then.
            free(run, run.start, run.pages)
            return
        }
        turn(run, into: .idle, pool.type)
        keepIdle(pool, run)
        trim(pool)
    }

    /// Gives a run back to where it was taken from, as if it had not been.
    mutating func returnRun(_ pool: TypePool, _ run: Extent, idlePages: UInt64) {
        pool.usedPages -= run.pages
        if pool.idlePages < idlePages {
            turn(run, into: .idle, pool.type)
            keepIdle(pool, run)
        } else {
            free(run, run.start, run.pages)
        }
    }

    /// Puts an idle run among the pool's, joined with its neighbours.
    private mutating func keepIdle(_ pool: TypePool, _ run: Extent) {
        if let previous = run.previous, previous.touches(run), previous.type == run.type { pool.removeIdle(previous) }
        if let next = run.next, run.touches(next), next.type == run.type { pool.removeIdle(next) }
        pool.pushIdle(coalesce(run))
    }

    /// Frees idle runs until no more are held than may be.
    ///
    /// - Parameter everything: whether none is held.
    mutating func trim(_ pool: TypePool, everything: Bool = false) {
        let granule = granule(of: pool.type)
        while let run = pool.largestIdleRun, everything || isDispensable(run, pool) {
            let (start, end) = (run.start, run.end)
            let firstFreed = (start + granule - 1) & ~(granule - 1)
            let endFreed = end & ~(granule - 1)
            // Only whole granules go back.
            guard firstFreed < endFreed, records.unusedCount >= 2 else { return }
            pool.removeIdle(run)
            free(run, firstFreed, endFreed - firstFreed)
            if start < firstFreed, let rest = tree.extent(holding: start) { pool.pushIdle(rest) }
            if endFreed < end, let rest = tree.extent(holding: endFreed) { pool.pushIdle(rest) }
        }
    }
}
