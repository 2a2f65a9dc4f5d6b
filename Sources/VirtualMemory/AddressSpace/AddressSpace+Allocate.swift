public import MemoryMap

extension AddressSpace where Backend: ~Copyable {
    /// Reserves, commits or resets memory: NtAllocateVirtualMemory.
    ///
    /// A reservation is rounded down to 64 KiB and up to a page, a commitment to pages. Pages that are committed already keep
    /// their contents and take the protection.
    ///
    /// - Returns: the addresses that were reserved or committed.
    /// - Throws: `.invalidParameter2` to `.invalidParameter5` for base, zero bits, size and type; `.invalidPageProtection`;
    ///   `.conflictingAddresses` where a reservation meets another one, or a commitment does not lie in one as a whole;
    ///   `.noMemory` where no gap is large enough; `.commitmentLimit`; `.privilegeNotHeld`; `.alreadyCommitted` and
    ///   `.sectionProtection` in views.
    /// - Complexity: O(log *n* + runs changed) for *n* runs of alike pages.
    @discardableResult
    public mutating func allocate(_ request: AllocationRequest) throws(NTStatus) -> VirtualRange {
        let plan = try regions.planAllocation(request, canLockMemory: canLockMemory)
        let range = regions.virtualRange(plan.range)
        switch plan {
        case .reserve(let allocation, _, let protection, let topDown):
            var attributes: ReservationAttributes = topDown ? .topDown : []
            if allocation.traits.contains(.writeWatch) { attributes.insert(.writeWatch) }
            if allocation.traits.contains(.largePages) { attributes.insert(.largePages) }
            if allocation.kind == .physical { attributes.insert(.physical) }
            if request.type.prefersMediumPages { attributes.insert(.mediumPages) }
            try withBackend { backend throws(BackendError) in
                try backend.reserve(range, attributes, committedAs: protection)
            }
        case .commit(_, _, let index, let protection, _):
            let word = protection.subtracting(.caching).union(regions.allocations[index].caching)
            try withBackend { backend throws(BackendError) in try backend.commit(range, word) }
        case .commitView(_, let index, let protection):
            let word = protection.subtracting(.caching).union(regions.allocations[index].caching)
            try withBackend { backend throws(BackendError) in try backend.protect(range, word) }
            let fresh = regions.viewsGaining(plan.range, allocation: index)
            regions.apply(plan)
            openViews(fresh)
            return range
        case .reset: if isPrivate(plan.range) { backend.discard(range) }
        case .undoReset: guard undiscard(plan.range) else { throw .noMemory }
        }
        regions.apply(plan)
        return range
    }

    /// Whether a range of one allocation is private memory, which alone can be dispensable: a section's may be in other views.
    private func isPrivate(_ range: Range<UInt64>) -> Bool {
        regions.allocation(at: range.lowerBound).map { regions.allocations[$0].kind == .privateMemory } == true
    }

    /// False where something dispensable is gone. What is locked is in memory, and stays there.
    private mutating func undiscard(_ range: Range<UInt64>) -> Bool {
        guard isPrivate(range) else { return true }
        var unlocked: [Range<UInt64>] = []
        var place = range.lowerBound
        regions.locked.forEachStretch(in: range) { stretch in
            if place < stretch.lowerBound { unlocked.append(place..<stretch.lowerBound) }
            place = stretch.upperBound
        }
        if place < range.upperBound { unlocked.append(place..<range.upperBound) }
        for part in unlocked { guard backend.undiscard(regions.virtualRange(part)) else { return false } }
        return true
    }

    /// Tells the backend of pages that other views of a section can access from now on.
    private mutating func openViews(_ ranges: [(range: Range<UInt64>, protection: PageProtection)]) {
        for (range, protection) in ranges {
            // A failure leaves pages closed that a touch will find open.
            try? backend.protect(regions.virtualRange(range), protection)
        }
    }
}
