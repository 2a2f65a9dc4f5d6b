import MemoryMap

extension PageTables where Memory: ~Copyable, Frames: ~Copyable {
    /// Removes the mapping of `range`, splits leaves that lie only partly in it, and gives tables that became empty back.
    ///
    /// - Parameter allowingHoles: whether addresses in the range may be unmapped already.
    /// - Throws: `misalignedRange`, `untranslatable`, `notMapped` with the first address that is not mapped (unless
    ///   `allowingHoles`), `contiguousLeaf`, `outOfFrames`, `unusableFrame`, `corruptEntry`.
    /// - Complexity: O(*l* + *t*) where *l* is the number of leaves removed and *t* the number of tables touched.
    public mutating func unmap(_ range: VirtualRange, allowingHoles: Bool = false) throws(PagingError) {
        try check(range)
        let start = range.start.rawValue
        let last = range.last.rawValue
        let needed = try framesToUnmap(from: start, to: last, in: rootPosition, allowingHoles: allowingHoles)
        var reserved = try reserve(needed)
        var freed = FrameChain()
        _ = try clear(from: start, to: last, in: root, at: .level0, isLive: true, reserved: &reserved, freed: &freed)
        frames.invalidateTranslations(in: range)
        try release(&freed)
        try release(&reserved)
    }

    /// The number of tables that splitting takes, once everything in the range is known to be sound.
    private func framesToUnmap(
        from start: UInt64, to last: UInt64, in position: TablePosition, allowingHoles: Bool
    ) throws(PagingError) -> UInt64 {
        let level = position.level
        var needed: UInt64 = 0
        var cursor = start
        while true {
            let span = EntrySpan(from: cursor, to: last, at: level)
            let entryAddress = position.entryAddress(for: cursor)
            let entry = try load(entryAddress, of: position)
            switch format.classify(entry, at: level) {
            case .empty:
                guard allowingHoles else { throw .notMapped(VirtualAddress(cursor)) }
            case .leaf:
                guard !format.isContiguous(leaf: entry) else { throw .contiguousLeaf(VirtualAddress(cursor)) }
                if !span.fillsEntry(at: level) { needed += framesToSplit(at: level, around: span) }
            case .table(let table, let restrictions):
                let child = try position.descending(to: table, through: entryAddress, restrictions: restrictions)
                needed += try framesToUnmap(from: span.start, to: span.last, in: child, allowingHoles: allowingHoles)
            case .reserved:
                throw .corruptEntry(entryAddress, .reservedBits)
            }
            if span.last == last { break }
            cursor = span.last + 1
        }
        // `clear` looks at the rest of the table as well: that has to be readable.
        if level != .level0 {
            for index in 0..<PageTableLevel.entryCount {
                let isOutside = index < level.index(of: start) || index > level.index(of: last)
                if isOutside, try load(position.entryAddress(at: index), of: position) != 0 { break }
            }
        }
        return needed
    }

    /// Clears the entries of the range in a table that `framesToUnmap` has looked at, or in the new table of a split leaf.
    ///
    /// - Returns: whether nothing is left in the table.
    private mutating func clear(
        from start: UInt64, to last: UInt64, in table: PhysicalAddress, at level: PageTableLevel, isLive: Bool,
        reserved: inout FrameChain, freed: inout FrameChain
    ) throws(PagingError) -> Bool {
        var cursor = start
        while true {
            let span = EntrySpan(from: cursor, to: last, at: level)
            let entryAddress = PhysicalAddress(table.rawValue | level.index(of: cursor) << 3)
            let entry = try loadChecked(entryAddress)
            if let next = level.next {
                switch format.classify(entry, at: level) {
                case .table(let child, _):
                    let isEmpty = try clear(
                        from: span.start, to: span.last, in: child, at: next, isLive: isLive, reserved: &reserved,
                        freed: &freed)
                    if isEmpty {
                        try store(0, at: entryAddress)
                        try add(child, to: &freed)
                    }
                case .leaf where !span.fillsEntry(at: level):
                    let child = try take(from: &reserved)
                    try fill(child, withPartsOf: entry, at: level)
                    _ = try clear(
                        from: span.start, to: span.last, in: child, at: next, isLive: false, reserved: &reserved,
                        freed: &freed)
                    try publish(child, at: entryAddress, level: level, spanning: cursor, isLive: isLive)
                default:
                    try store(0, at: entryAddress)
                }
            } else {
                try store(0, at: entryAddress)
            }
            if span.last == last { break }
            cursor = span.last + 1
        }
        return level == .level0 ? false : try isEmpty(table)
    }

    /// Whether every entry of the table is zero: one that maps nothing but holds other bits is somebody's.
    private func isEmpty(_ table: PhysicalAddress) throws(PagingError) -> Bool {
        for index in 0..<PageTableLevel.entryCount {
            guard try loadChecked(PhysicalAddress(table.rawValue | index << 3)) == 0 else { return false }
        }
        return true
    }
}
