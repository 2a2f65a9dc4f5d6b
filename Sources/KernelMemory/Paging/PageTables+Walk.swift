import MemoryMap

/// A leaf of the page tables.
public struct PageTableLeaf: Hashable, Sendable {
    /// The addresses that it maps, as long as `size`.
    public let range: VirtualRange

    /// What the first of them is mapped to.
    public let physicalAddress: PhysicalAddress

    /// The attributes as they take effect, with what the tables above the leaf take away.
    public let attributes: PageAttributes

    public let size: PageSize
}

/// What a walk comes across.
enum WalkedEntry {
    /// A table below the root, and the entry that points to it.
    case table(PhysicalAddress, through: PhysicalAddress)
    case leaf(PageTableLeaf)
}

extension PageTables where Memory: ~Copyable, Frames: ~Copyable {
    /// Hands every leaf that maps an address of `range` to `body`, in ascending order of addresses.
    ///
    /// A leaf that reaches beyond the range is handed over whole; addresses that the tables cannot translate are passed over.
    ///
    /// - Throws: `corruptEntry` and `unusableRoot`, after the leaves before the damage were handed over; and what `body` throws.
    /// - Complexity: O(*l* + *t*) where *l* is the number of leaves and *t* the number of tables in the range.
    public func forEachLeaf(
        in range: VirtualRange, _ body: (PageTableLeaf) throws(PagingError) -> Void
    ) throws(PagingError) {
        try walk(from: range.start.rawValue, to: range.last.rawValue) { (entry) throws(PagingError) in
            if case .leaf(let leaf) = entry { try body(leaf) }
        }
    }

    /// Hands every leaf to `body`, in ascending order of addresses.
    ///
    /// - Throws: `corruptEntry` and `unusableRoot`, after the leaves before the damage were handed over; and what `body` throws.
    /// - Complexity: O(*l* + *t*) where *l* is the number of leaves and *t* the number of tables.
    public func forEachLeaf(_ body: (PageTableLeaf) throws(PagingError) -> Void) throws(PagingError) {
        try walk(from: 0, to: .max) { (entry) throws(PagingError) in
            if case .leaf(let leaf) = entry { try body(leaf) }
        }
    }

    /// Hands every table (before what is in it) and every leaf of the addresses to `body`.
    func walk(
        from start: UInt64, to last: UInt64, _ body: (WalkedEntry) throws(PagingError) -> Void
    ) throws(PagingError) {
        if start <= Format.lowerLast.rawValue {
            try walk(from: start, to: min(last, Format.lowerLast.rawValue), in: rootPosition, body)
        }
        if let upperStart = Format.upperStart, last >= upperStart.rawValue {
            try walk(from: max(start, upperStart.rawValue), to: last, in: rootPosition, body)
        }
    }

    private func walk(
        from start: UInt64, to last: UInt64, in position: TablePosition, _ body: (WalkedEntry) throws(PagingError) -> Void
    ) throws(PagingError) {
        let level = position.level
        var cursor = start
        while true {
            let span = EntrySpan(from: cursor, to: last, at: level)
            let entryAddress = position.entryAddress(for: cursor)
            let entry = try load(entryAddress, of: position)
            switch format.classify(entry, at: level) {
            case .empty:
                break
            case .leaf(let physicalAddress):
                let leafStart = VirtualAddress(cursor & ~(level.entrySpan - 1))
                guard let size = level.leafSize, let range = VirtualRange(start: leafStart, byteCount: level.entrySpan) else {
                    break
                }
                let attributes = format.attributes(ofLeaf: entry, at: level, under: position.restrictions)
                try body(
                    .leaf(PageTableLeaf(range: range, physicalAddress: physicalAddress, attributes: attributes, size: size)))
            case .table(let table, let restrictions):
                let child = try position.descending(to: table, through: entryAddress, restrictions: restrictions)
                try body(.table(table, through: entryAddress))
                try walk(from: span.start, to: span.last, in: child, body)
            case .reserved:
                throw .corruptEntry(entryAddress, .reservedBits)
            }
            if span.last == last { return }
            cursor = span.last + 1
        }
    }
}
