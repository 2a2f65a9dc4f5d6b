import MemoryMap

extension PageTables where Memory: ~Copyable, Frames: ~Copyable {
    /// Gives every page of `range` other attributes, and splits leaves that lie only partly in it and do not have them yet.
    ///
    /// The accessed and dirty marks stay. Leaves are not joined again.
    ///
    /// - Parameter allowingWriteExecute: whether the pages may be both writable and executable this time.
    /// - Throws: `misalignedRange`, `untranslatable`, `writableAndExecutable`, `notMapped` with the first address that is not
    ///   mapped, `restrictedByTable`, `contiguousLeaf`, `outOfFrames`, `unusableFrame`, `corruptEntry`.
    /// - Complexity: O(*l* + *t*) where *l* is the number of leaves changed and *t* the number of tables touched.
    public mutating func protect(
        _ range: VirtualRange, attributes: PageAttributes, allowingWriteExecute: Bool = false
    ) throws(PagingError) {
        try check(range)
        try checkPermissions(attributes, at: range.start, allowingWriteExecute: allowingWriteExecute)
        let start = range.start.rawValue
        let last = range.last.rawValue
        let needed = try framesToProtect(from: start, to: last, in: rootPosition, attributes: attributes)
        var reserved = try reserve(needed)
        try setAttributes(
            attributes, from: start, to: last, in: root, at: .level0, isLive: true, reserved: &reserved)
        frames.invalidateTranslations(in: range)
        try release(&reserved)
    }

    /// The number of tables that splitting takes, once everything in the range is known to be mapped and sound.
    private func framesToProtect(
        from start: UInt64, to last: UInt64, in position: TablePosition, attributes: PageAttributes
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
                throw .notMapped(VirtualAddress(cursor))
            case .leaf:
                try checkRestrictions(of: position, for: attributes)
                guard !format.isContiguous(leaf: entry) else { throw .contiguousLeaf(VirtualAddress(cursor)) }
                let changes = format.leaf(entry, at: level, with: attributes) != entry
                if changes && !span.fillsEntry(at: level) { needed += framesToSplit(at: level, around: span) }
            case .table(let table, let restrictions):
                let child = try position.descending(to: table, through: entryAddress, restrictions: restrictions)
                needed += try framesToProtect(from: span.start, to: span.last, in: child, attributes: attributes)
            case .reserved:
                throw .corruptEntry(entryAddress, .reservedBits)
            }
            if span.last == last { return needed }
            cursor = span.last + 1
        }
    }

    /// Rewrites the leaves of the range in a table that `framesToProtect` has looked at, or in the new table of a split leaf.
    private mutating func setAttributes(
        _ attributes: PageAttributes, from start: UInt64, to last: UInt64, in table: PhysicalAddress,
        at level: PageTableLevel, isLive: Bool, reserved: inout FrameChain
    ) throws(PagingError) {
        var cursor = start
        while true {
            let span = EntrySpan(from: cursor, to: last, at: level)
            let entryAddress = PhysicalAddress(table.rawValue | level.index(of: cursor) << 3)
            let entry = try loadChecked(entryAddress)
            if case .table(let child, _) = format.classify(entry, at: level), let next = level.next {
                try setAttributes(
                    attributes, from: span.start, to: span.last, in: child, at: next, isLive: isLive, reserved: &reserved)
            } else {
                let changed = format.leaf(entry, at: level, with: attributes)
                if changed != entry {
                    if let next = level.next, !span.fillsEntry(at: level) {
                        let child = try take(from: &reserved)
                        try fill(child, withPartsOf: entry, at: level)
                        try setAttributes(
                            attributes, from: span.start, to: span.last, in: child, at: next, isLive: false,
                            reserved: &reserved)
                        try publish(child, at: entryAddress, level: level, spanning: cursor, isLive: isLive)
                    } else {
                        try replace(entry, with: changed, at: entryAddress, spanning: span, isLive: isLive)
                    }
                }
            }
            if span.last == last { return }
            cursor = span.last + 1
        }
    }

    private mutating func replace(
        _ entry: UInt64, with changed: UInt64, at entryAddress: PhysicalAddress, spanning span: EntrySpan, isLive: Bool
    ) throws(PagingError) {
        if isLive && format.breaksLeaf(from: entry, to: changed) {
            try store(0, at: entryAddress)
            if let range = VirtualRange(start: VirtualAddress(span.start), last: VirtualAddress(span.last)) {
                frames.invalidateTranslations(in: range)
            }
        }
        try store(changed, at: entryAddress)
    }
}
