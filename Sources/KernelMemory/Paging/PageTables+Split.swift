import MemoryMap

extension PageTables where Memory: ~Copyable, Frames: ~Copyable {
    /// The number of tables that it takes to cut the leaf of `level` around `span`, a part of it, so that `span` has its own leaves.
    func framesToSplit(at level: PageTableLevel, around span: EntrySpan) -> UInt64 {
        guard let next = level.next, next != .level3 else { return 1 }
        // Only the parts that hold an end of the span are cut further.
        let first = EntrySpan(from: span.start, to: span.last, at: next)
        var needed: UInt64 = 1
        if !first.fillsEntry(at: next) { needed += framesToSplit(at: next, around: first) }
        if first.last != span.last {
            let lastStart = max(span.last & ~(next.entrySpan - 1), span.start)
            let last = EntrySpan(from: lastStart, to: span.last, at: next)
            if !last.fillsEntry(at: next) { needed += framesToSplit(at: next, around: last) }
        }
        return needed
    }

    /// Fills a new table with the 512 parts of a leaf of `level`.
    func fill(_ table: PhysicalAddress, withPartsOf leaf: UInt64, at level: PageTableLevel) throws(PagingError) {
        guard let next = level.next else { return }
        let first = format.firstPart(ofLeaf: leaf, at: level)
        for index in 0..<PageTableLevel.entryCount {
            try store(first + index << next.shift, at: PhysicalAddress(table.rawValue | index << 3))
        }
    }

    /// Puts a finished table in the place of the leaf at `entryAddress` that spans `address`.
    mutating func publish(
        _ table: PhysicalAddress, at entryAddress: PhysicalAddress, level: PageTableLevel, spanning address: UInt64, isLive: Bool
    ) throws(PagingError) {
        if isLive && Format.breaksLeafBeforeSplit {
            try store(0, at: entryAddress)
            let start = address & ~(level.entrySpan - 1)
            if let range = VirtualRange(start: VirtualAddress(start), byteCount: level.entrySpan) {
                frames.invalidateTranslations(in: range)
            }
        }
        try store(format.tableEntry(to: table), at: entryAddress)
    }
}
