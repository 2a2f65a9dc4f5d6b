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
    /// - Parameter exactly: whether only that page is taken, so that ``removeRecords(idlePages:)`` can leave all as it was.
    /// - Returns: False where there is none; nothing has changed then.
    mutating func addRecords(exactly: Bool = false) -> Bool {
        guard records.unusedCount >= (exactly ? 2 : 3), let run = takeBookkeepingRun(exactly: exactly) else { return false }
        // A page of the window that is nobody's.
        unsafe records.addPage(at: window.pointer(toPage: run.start))
        return true
    }

    /// Gives the last page of records back.
    ///
    /// - Parameter idlePages: the idle pages that there were before it was taken, where it goes back to where it came from.
    mutating func removeRecords(idlePages: UInt64? = nil) {
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
        giveBookkeepingRun(unsafe window.page(of: records.finish(departure)), idlePages: idlePages)
    }

    /// Takes or gives back pages of records after a change.
    mutating func settle() {
        // With nothing left to remember, no more pages stay than there were before anything was allocated.
        let isEmpty = livePages == 0 && liveBlocks == 0
        if records.unusedCount < Self.reserve {
            _ = addRecords()
        } else {
            let limit = RecordPages.recordsPerPage + Self.reserve + (isEmpty ? 0 : 8)
            while records.pageCount > 1, records.unusedCount >= limit { removeRecords() }
        }
        if isEmpty, let pool = pools.pool(of: .bootServicesData), pool.idlePages > 0 { trim(pool, everything: true) }
    }

    /// A page of the window for the services themselves, or nil where there is none.
    mutating func takeBookkeepingRun(exactly: Bool) -> Extent? {
        guard let pool = pools.pool(of: .bootServicesData),
            let run = takeRun(pool, 1, .bookkeeping, inWindow: true, exactly: exactly)
        else { return nil }
        bookkeepingPages += 1
        return run
    }

    /// Gives a page of the services back.
    ///
    /// - Parameter idlePages: the idle pages that there were before it was taken, where it goes back to where it came from: so a call
    ///   that fails after all has changed nothing.
    mutating func giveBookkeepingRun(_ page: UInt64, idlePages: UInt64? = nil) {
        guard let pool = pools.pool(of: .bootServicesData), let run = tree.extent(holding: page) else {
            preconditionFailure("a page of the services")
        }
        bookkeepingPages -= 1
        if let idlePages { returnRun(pool, run, idlePages: idlePages) } else { giveRun(pool, run) }
    }

    /// The idle pages of boot services data, which the pages of the services are taken from.
    var idleBookkeepingPages: UInt64 { pools.pool(of: .bootServicesData)?.idlePages ?? 0 }
}
