import MemoryMap

/// What a checked call to free memory will do.
enum FreePlan {
    /// Pages lose their storage, of which `charge` bytes are charged; the run that holds the first of them is given.
    case decommit(Range<UInt64>, from: RunTree<PageRun>.Cursor, allocation: Int, charge: UInt64)
    case release(Range<UInt64>, allocation: Int)

    /// An allocation becomes the placeholder again that it replaced.
    case restorePlaceholder(allocation: Int)

    /// A part of a placeholder becomes one of its own.
    case splitPlaceholder(Range<UInt64>, allocation: Int)

    /// The placeholders of a range become one.
    case coalesce(Range<UInt64>)
}

extension Regions {
    func planFree(_ base: UInt64, _ byteCount: UInt64, _ type: FreeType) throws(NTStatus) -> FreePlan {
        guard type.isValid else { throw .invalidParameter4 }
        guard base <= highest else { throw .invalidParameter2 }
        guard byteCount <= highest - base + 1 else { throw .invalidParameter3 }
        let placeholders = type.intersection([.preservePlaceholder, .coalescePlaceholders])
        guard byteCount > 0 || placeholders.isEmpty else { throw .invalidParameter3 }
        if type.contains(.coalescePlaceholders) { return try planCoalescing(base, byteCount) }
        let page = base & ~pageMask
        guard let first = tree.run(at: page) else { throw .memoryNotAllocated }
        let index = Int(tree.value(first).allocation)
        let allocation = allocations[index]
        if type.contains(.preservePlaceholder) { return try planPreserving(page, base + byteCount, index) }
        guard allocation.kind != .mapped && allocation.kind != .image else { throw .unableToDeleteSection }
        guard !allocation.traits.contains(.system) else { throw .invalidPageProtection }
        let range: Range<UInt64>
        if byteCount == 0 {
            guard page == allocation.start else { throw .freeVMNotAtBase }
            range = allocation.start..<allocation.end
        } else {
            range = page..<((base + byteCount + pageMask) & ~pageMask)
        }
        guard range.upperBound <= allocation.end else { throw .unableToFreeVM }
        let isWhole = range == allocation.start..<allocation.end
        if type == .decommit {
            guard allocation.kind != .placeholder else { throw .conflictingAddresses }
            guard allocation.kind == .privateMemory, !allocation.traits.contains(.largePages) else { throw .invalidParameter }
            return .decommit(range, from: first, allocation: index, charge: committedBytes(in: range, from: first))
        }
        // Frames, large pages and write watches belong to an allocation as a whole.
        guard isWhole || allocation.kind != .physical && allocation.traits.isDisjoint(with: [.largePages, .writeWatch]) else {
            throw .freeVMNotAtBase
        }
        return .release(range, allocation: index)
    }

    private func planPreserving(_ page: UInt64, _ last: UInt64, _ index: Int) throws(NTStatus) -> FreePlan {
        let allocation = allocations[index]
        let range = page..<((last + pageMask) & ~pageMask)
        guard range.upperBound <= allocation.end else { throw .conflictingAddresses }
        let isWhole = range == allocation.start..<allocation.end
        if allocation.kind == .placeholder {
            guard !isWhole else { throw .conflictingAddresses }
            return .splitPlaceholder(range, allocation: index)
        }
        guard allocation.kind != .mapped && allocation.kind != .image else { throw .unableToDeleteSection }
        guard isWhole, allocation.traits.contains(.replacedPlaceholder) else { throw .conflictingAddresses }
        return .restorePlaceholder(allocation: index)
    }

    private func planCoalescing(_ base: UInt64, _ byteCount: UInt64) throws(NTStatus) -> FreePlan {
        guard base & pageMask == 0, byteCount & pageMask == 0 else { throw .conflictingAddresses }
        let end = base + byteCount
        var reached = base
        var count = 0
        while reached < end {
            guard let index = allocation(at: reached), allocations[index].kind == .placeholder,
                allocations[index].start == reached
            else { throw .conflictingAddresses }
            reached = allocations[index].end
            count += 1
        }
        guard reached == end, count >= 2 else { throw .conflictingAddresses }
        return .coalesce(base..<end)
    }

    mutating func apply(_ plan: FreePlan) {
        switch plan {
        case .decommit(let range, let first, let index, let freed):
            account.subtract(freed)
            allocations[index].charged -= freed
            let run = PageRun(allocation: UInt32(index), protection: [])
            tree.assign(from: range.lowerBound, to: range.upperBound, run, at: first)
            forgetDecommitted(range)
        case .release(let range, let index):
            release(range, allocation: index)
        case .restorePlaceholder(let index):
            let range = allocations[index].start..<allocations[index].end
            account.subtract(allocations[index].charged)
            becomePlaceholder(index)
            forgetPages(range)
        case .splitPlaceholder(let range, let index):
            cut(allocation: cut(allocation: index, at: range.lowerBound), at: range.upperBound)
        case .coalesce(let range):
            guard let first = allocation(at: range.lowerBound) else { return }
            var reached = allocations[first].end
            while reached < range.upperBound, let next = allocation(at: reached) {
                reached = allocations[next].end
                tree.assign(
                    from: allocations[next].start, to: reached, PageRun(allocation: UInt32(first), protection: []))
                dropRecord(next)
            }
            allocations[first].end = range.upperBound
        }
    }

    mutating func becomePlaceholder(_ index: Int) {
        let allocation = allocations[index]
        allocations[index] = Allocation(start: allocation.start, end: allocation.end, protection: .noAccess, kind: .placeholder)
        tree.assign(from: allocation.start, to: allocation.end, PageRun(allocation: UInt32(index), protection: []))
    }

    /// Takes pages away from an allocation; what remains on either side is an allocation of its own.
    private mutating func release(_ range: Range<UInt64>, allocation index: Int) {
        var middle = index
        if range.lowerBound > allocations[middle].start { middle = cut(allocation: middle, at: range.lowerBound) }
        if range.upperBound < allocations[middle].end { middle = cutHead(allocation: middle, at: range.upperBound) }
        remove(middle)
    }

    /// Takes away an allocation and all that is known of its pages.
    mutating func remove(_ index: Int) {
        let allocation = allocations[index]
        account.subtract(allocation.charged)
        tree.remove(from: allocation.start, to: allocation.end)
        forgetPages(allocation.start..<allocation.end)
        if allocation.kind == .physical { frames.unmap(allocation.start..<allocation.end) }
        dropRecord(index)
    }

    /// Cuts an allocation in two.
    ///
    /// - Returns: the index of the part from `address` on, or of the whole where nothing is cut.
    @discardableResult
    mutating func cut(allocation index: Int, at address: UInt64) -> Int {
        guard address > allocations[index].start, address < allocations[index].end else { return index }
        let head = cutHead(allocation: index, at: address)
        return head == index ? (allocation(at: address) ?? index) : index
    }

    /// Cuts an allocation in two.
    ///
    /// The part with fewer runs becomes a new record, so that cutting an allocation up in whatever order costs O(log *n*) a run.
    ///
    /// - Returns: the index of the part before `address`; the one that is not new keeps the index.
    private mutating func cutHead(allocation index: Int, at address: UInt64) -> Int {
        tree.split(at: address)
        let whole = allocations[index]
        let isHeadSmaller = headHasFewerRuns(whole, at: address)
        var (head, tail) = (whole, whole)
        head.end = address
        tail.start = address
        let range = isHeadSmaller ? head.start..<head.end : tail.start..<tail.end
        let charged = whole.charged == 0 ? 0 : committedBytes(in: range)
        if isHeadSmaller {
            (head.charged, tail.charged) = (charged, whole.charged - charged)
        } else {
            (head.charged, tail.charged) = (whole.charged - charged, charged)
        }
        let new = makeRecord(isHeadSmaller ? head : tail)
        allocations[index] = isHeadSmaller ? tail : head
        var cursor = tree.firstRun(endingAbove: range.lowerBound)
        while let here = cursor, tree.start(here) < range.upperBound {
            var run = tree.value(here)
            run.allocation = new
            tree.setValue(run, at: here)
            cursor = tree.next(here)
        }
        return isHeadSmaller ? Int(new) : index
    }

    /// Walks from both ends of an allocation towards each other's until one has come to `address`.
    private func headHasFewerRuns(_ allocation: Allocation, at address: UInt64) -> Bool {
        var low = tree.run(at: allocation.start)
        var high = tree.run(at: allocation.end - 1)
        while let left = low, let right = high {
            if tree.end(left) >= address { return true }
            if tree.start(right) <= address { return false }
            low = tree.next(left)
            high = tree.previous(right)
        }
        return true
    }
}
