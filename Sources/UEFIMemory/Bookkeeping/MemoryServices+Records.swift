import MemoryMap

// Records are kept in reserve: a call that changes the map finds the few that it needs, and sees to it afterwards that the next one
// does. Only where memory is exhausted is there none to be had, and then allocations are refused before anything has changed.

extension MemoryServices {
    /// The unused records that every call leaves to the next one, as long as there is memory for them.
    private static var reserve: Int { 16 }

    /// The unused records that an allocation leaves even then: a page can be freed out of the middle of others.
    private static var leastReserve: Int { 8 }

    /// Whether an allocation may use so many records.
    func hasRecords(_ count: Int) -> Bool { count == 0 || records.unusedCount >= count + Self.leastReserve }

    /// Takes a page for records.
    ///
    /// - Returns: False where there is none; nothing has changed then.
    mutating func addRecords() -> Bool {
        guard records.unusedCount >= 2, let run = takeBookkeepingRun() else { return false }
        // A page of the window that is nobody's.
        unsafe records.addPage(at: window.pointer(toPage: run.start))
        return true
    }

    /// Gives the last page of records back.
    mutating func removeRecords() {
        var departure = records.beginRemovingLastPage()
        while let (old, new) = records.move(&departure) {
            tree.relink(old, to: new)
            switch new.kind {
            case .slab:
                slabCache.relink(old, to: new)
                pools.pool(of: new.type)?.relink(old, to: new)
            case .idle: pools.pool(of: new.type)?.relink(old, to: new)
            default: break
            }
        }
        giveBookkeepingRun(unsafe window.page(of: records.finish(departure)))
    }

    /// Takes or gives back pages of records after a change.
    mutating func settle() {
        if records.unusedCount < Self.reserve {
            _ = addRecords()
            return
        }
        // With nothing left to remember, no more pages stay than there were before anything was allocated.
        let slack = livePages == 0 && liveBlocks == 0 ? 0 : 8
        while records.pageCount > 1, records.unusedCount >= RecordPages.recordsPerPage + Self.reserve + slack { removeRecords() }
    }

    /// A page of the window for the services themselves, or nil where there is none.
    mutating func takeBookkeepingRun() -> Extent? {
        guard let pool = pools.pool(of: .bootServicesData), let run = takeRun(pool, 1, .bookkeeping, inWindow: true) else {
            return nil
        }
        bookkeepingPages += 1
        return run
    }

    mutating func giveBookkeepingRun(_ page: UInt64) {
        guard let pool = pools.pool(of: .bootServicesData), let run = tree.extent(holding: page) else {
            preconditionFailure("a page of the services")
        }
        bookkeepingPages -= 1
        giveRun(pool, run)
    }
}
