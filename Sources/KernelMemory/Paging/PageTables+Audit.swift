import MemoryMap

/// What page tables map as a whole.
public struct PageTableAudit: Hashable, Sendable {
    public var leaves4KiB: UInt64 = 0
    public var leaves2MiB: UInt64 = 0
    public var leaves1GiB: UInt64 = 0

    /// The number of frames that hold tables, the root included.
    public var tables: UInt64 = 1

    /// The number of leaves, of any size, whose memory may be both written and executed.
    public var writableAndExecutable: UInt64 = 0

    /// Whether virtual address 0 is mapped.
    public var isPageZeroMapped = false

    @inlinable
    public init() {}

    /// The number of 4 KiB pages that are mapped.
    public var mappedPages: PageCount { PageCount(leaves4KiB + leaves2MiB << 9 + leaves1GiB << 18) }
}

extension PageTables where Memory: ~Copyable, Frames: ~Copyable {
    /// Counts all that the tables hold.
    ///
    /// - Throws: `corruptEntry`, `unusableRoot`.
    /// - Complexity: O(*t*) where *t* is the number of tables.
    public func audit() throws(PagingError) -> PageTableAudit {
        var audit = PageTableAudit()
        try walk(from: 0, to: .max) { (entry) throws(PagingError) in
            switch entry {
            case .table:
                audit.tables += 1
            case .leaf(let leaf):
                switch leaf.size {
                case .size4KiB: audit.leaves4KiB += 1
                case .size2MiB: audit.leaves2MiB += 1
                case .size1GiB: audit.leaves1GiB += 1
                }
                if leaf.attributes.permissions.isWritableAndExecutable { audit.writableAndExecutable += 1 }
                if leaf.range.start == VirtualAddress(0) { audit.isPageZeroMapped = true }
            }
        }
        return audit
    }
}
