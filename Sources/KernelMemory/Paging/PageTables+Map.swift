import MemoryMap

extension PageTables where Memory: ~Copyable, Frames: ~Copyable {
    /// Maps `range` to as many bytes of physical memory from `target` on, with the largest leaves that alignment, the processor
    /// and tables already there allow.
    ///
    /// - Parameter allowingWriteExecute: whether the pages may be both writable and executable this time.
    /// - Throws: `misalignedRange`, `untranslatable`, `misalignedTarget`, `physicalAddressTooWide`, `writableAndExecutable`,
    ///   `alreadyMapped` with the first address in use, `restrictedByTable`, `outOfFrames`, `unusableFrame`, `corruptEntry`.
    /// - Complexity: O(*l* + *t*) where *l* is the number of leaves made and *t* the number of tables on the way.
    public mutating func map(
        _ range: VirtualRange, to target: PhysicalAddress, attributes: PageAttributes, allowingWriteExecute: Bool = false
    ) throws(PagingError) {
        try check(range)
        try checkTarget(target, for: range)
        try checkPermissions(attributes, at: range.start, allowingWriteExecute: allowingWriteExecute)
        let mapping = Mapping(start: range.start.rawValue, target: target.rawValue, attributes: attributes)
        let needed = try framesToMap(mapping, from: range.start.rawValue, to: range.last.rawValue, in: rootPosition)
        var chain = try reserve(needed)
        try writeLeaves(
            mapping, from: range.start.rawValue, to: range.last.rawValue, in: root, at: .level0, isNew: false, frames: &chain)
        try release(&chain)
    }

    /// The number of new tables that the mapping takes in the table of `position`, once nothing is found to be in its way.
    private func framesToMap(
        _ mapping: Mapping, from start: UInt64, to last: UInt64, in position: TablePosition
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
                try checkRestrictions(of: position, for: mapping.attributes)
                if leafSize(of: mapping, for: span, at: level) == nil {
                    needed += 1 + framesToMapAnew(mapping, from: span.start, to: span.last, below: level)
                }
            case .leaf:
                throw .alreadyMapped(VirtualAddress(cursor))
            case .table(let table, let restrictions):
                let child = try position.descending(to: table, through: entryAddress, restrictions: restrictions)
                needed += try framesToMap(mapping, from: span.start, to: span.last, in: child)
            case .reserved:
                throw .corruptEntry(entryAddress, .reservedBits)
            }
            if span.last == last { return needed }
            cursor = span.last + 1
        }
    }

    /// The number of tables below a new, empty one of the level after `upper`.
    private func framesToMapAnew(
        _ mapping: Mapping, from start: UInt64, to last: UInt64, below upper: PageTableLevel
    ) -> UInt64 {
        guard let level = upper.next, level != .level3 else { return 0 }
        var needed: UInt64 = 0
        var cursor = start
        while true {
            let span = EntrySpan(from: cursor, to: last, at: level)
            if leafSize(of: mapping, for: span, at: level) == nil {
                needed += 1 + framesToMapAnew(mapping, from: span.start, to: span.last, below: level)
            }
            if span.last == last { return needed }
            cursor = span.last + 1
        }
    }

    /// Writes the leaves into a table that `framesToMap` has looked at, or into a new one.
    ///
    /// New tables are filled before an entry points to them, so that a processor never walks one that is half made.
    private func writeLeaves(
        _ mapping: Mapping, from start: UInt64, to last: UInt64, in table: PhysicalAddress, at level: PageTableLevel,
        isNew: Bool, frames chain: inout FrameChain
    ) throws(PagingError) {
        var cursor = start
        while true {
            let span = EntrySpan(from: cursor, to: last, at: level)
            let entryAddress = PhysicalAddress(table.rawValue | level.index(of: cursor) << 3)
            let entry = isNew ? 0 : try loadChecked(entryAddress)
            if case .table(let child, _) = format.classify(entry, at: level), let next = level.next {
                try writeLeaves(
                    mapping, from: span.start, to: span.last, in: child, at: next, isNew: false, frames: &chain)
            } else if let size = leafSize(of: mapping, for: span, at: level) {
                let target = mapping.target(of: span.start)
                try store(format.leafEntry(to: target, size: size, attributes: mapping.attributes), at: entryAddress)
            } else if let next = level.next {
                let child = try take(from: &chain)
                try writeLeaves(
                    mapping, from: span.start, to: span.last, in: child, at: next, isNew: true, frames: &chain)
                try store(format.tableEntry(to: child), at: entryAddress)
            }
            if span.last == last { return }
            cursor = span.last + 1
        }
    }

    /// The size of the leaf that maps `span` as a whole, or nil where it takes a table.
    private func leafSize(of mapping: Mapping, for span: EntrySpan, at level: PageTableLevel) -> PageSize? {
        guard let size = level.leafSize, format.supports(size), span.fillsEntry(at: level),
            mapping.target(of: span.start).isAligned(to: size.byteCount)
        else { return nil }
        return size
    }

    /// An entry that the plan has read before.
    func loadChecked(_ address: PhysicalAddress) throws(PagingError) -> UInt64 {
        do throws(PhysicalMemoryError) {
            return try memory.load(at: address)
        } catch {
            throw .memory(error)
        }
    }
}

/// What a call of `map` asks for.
private struct Mapping {
    let start: UInt64
    let target: UInt64
    let attributes: PageAttributes

    /// Where `address` is mapped to; `checkTarget` has seen that the last sum fits.
    func target(of address: UInt64) -> PhysicalAddress { PhysicalAddress(target + (address - start)) }
}
