import MemoryMap

extension Regions {
    /// What the page at an address is, together with those after it that are alike; nil above user mode.
    ///
    /// - Complexity: O(log *n*), and O(log *n*) for each further run that looks alike.
    func query(_ address: UInt64) -> MemoryBasicInformation? {
        address <= highest ? block(of: address) : nil
    }

    /// What the page at an address of user mode is, together with those after it that are alike.
    func block(of address: UInt64) -> MemoryBasicInformation {
        let page = address & ~pageMask
        return block(page, tree.firstRun(endingAbove: page))
    }

    /// Gives every block from the lowest address of user mode to the highest.
    ///
    /// - Complexity: O(*n*).
    func walk(_ visit: (MemoryBasicInformation) -> Bool) {
        var page: UInt64 = 0
        var cursor = tree.first
        while page <= highest {
            let block = block(page, cursor)
            guard visit(block) else { return }
            page += block.byteCount
            // As a rule a block is a run, or ends where the next one begins.
            while let here = cursor, tree.end(here) <= page { cursor = tree.next(here) }
        }
    }

    /// The block that begins with a page.
    ///
    /// - Parameter cursor: the first run that ends above the page.
    func block(_ page: UInt64, _ cursor: RunTree<PageRun>.Cursor?) -> MemoryBasicInformation {
        guard let cursor, tree.start(cursor) <= page else {
            var end = highest + 1
            if let cursor { end = tree.start(cursor) }
            return MemoryBasicInformation(
                base: VirtualAddress(page), allocationBase: nil, allocationProtection: [], byteCount: end - page, state: .free,
                protection: .noAccess, type: .free)
        }
        let run = tree.value(cursor)
        let allocation = allocations[Int(run.allocation)]
        var end = tree.end(cursor)
        var protection = run.protection
        switch allocation.kind {
        case .mapped where view(of: allocation)?.section.isReserved == true:
            (protection, end) = reservedViewPages(page, cursor, allocation)
        case .physical:
            (protection, end) = physicalPages(page, allocation)
        default:
            break
        }
        return MemoryBasicInformation(
            base: VirtualAddress(page), allocationBase: VirtualAddress(allocation.start),
            allocationProtection: allocation.protection, byteCount: end - page,
            state: protection.isEmpty ? .reserved : .committed,
            protection: protection.isEmpty ? [] : protection.union(allocation.caching), type: allocation.kind.regionType)
    }

    /// What a view of a reserved section says: the section knows which of its pages are committed, the view how.
    private func reservedViewPages(
        _ page: UInt64, _ cursor: RunTree<PageRun>.Cursor, _ allocation: Allocation
    ) -> (PageProtection, UInt64) {
        guard let view = view(of: allocation) else { return ([], allocation.end) }
        func section(_ address: UInt64) -> UInt64 { address - allocation.start + view.offset }
        let offset = section(page)
        guard let stretch = view.section.committed.firstStretch(in: offset..<section(allocation.end)) else {
            return ([], allocation.end)
        }
        guard stretch.lowerBound == offset else { return ([], page + (stretch.lowerBound - offset)) }
        let committedEnd = page + (stretch.upperBound - offset)
        return (tree.value(cursor).protection, min(tree.end(cursor), committedEnd))
    }

    /// Physical memory: pages with a frame are committed.
    private func physicalPages(_ page: UInt64, _ allocation: Allocation) -> (PageProtection, UInt64) {
        let isMapped = frames.frame(at: page) != nil
        var end = page + platform.pageSize
        if isMapped {
            while end < allocation.end, frames.frame(at: end) != nil { end += platform.pageSize }
            return (.readWrite, end)
        }
        end = min(frames.firstMapped(from: page) ?? allocation.end, allocation.end)
        return ([], end)
    }
}

extension Allocation.Kind {
    var regionType: RegionType {
        switch self {
        case .unused: .free
        case .privateMemory, .physical, .placeholder: .privateMemory
        case .mapped: .mapped
        case .image: .image
        }
    }
}
