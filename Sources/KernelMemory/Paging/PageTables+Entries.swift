import MemoryMap

/// A table on the way down from the root, with what the way said.
struct TablePosition {
    let address: PhysicalAddress
    let level: PageTableLevel

    /// Where the entry lies that points here; the root's own address at the root.
    let entryAddress: PhysicalAddress

    /// What the entries on the way take away.
    let restrictions: TableRestrictions

    /// The tables of levels 0 to 2 on the way; where it is shorter, the last of it again.
    private let way: (PhysicalAddress, PhysicalAddress, PhysicalAddress)

    init(root: PhysicalAddress) {
        address = root
        level = .level0
        entryAddress = root
        restrictions = []
        way = (root, root, root)
    }

    private init(
        address: PhysicalAddress, level: PageTableLevel, entryAddress: PhysicalAddress, restrictions: TableRestrictions,
        way: (PhysicalAddress, PhysicalAddress, PhysicalAddress)
    ) {
        self.address = address
        self.level = level
        self.entryAddress = entryAddress
        self.restrictions = restrictions
        self.way = way
    }

    /// The position of the table `child` that the entry at `entryAddress` points to.
    func descending(
        to child: PhysicalAddress, through entryAddress: PhysicalAddress, restrictions added: TableRestrictions
    ) throws(PagingError) -> TablePosition {
        guard let next = level.next else { throw .corruptEntry(entryAddress, .reservedBits) }
        // A table on its own way would be walked with 512 ways in each of its rounds.
        guard child != way.0, child != way.1, child != way.2 else { throw .corruptEntry(entryAddress, .loop) }
        var way = way
        switch next {
        case .level0, .level3: break
        case .level1: way = (way.0, child, child)
        case .level2: way.2 = child
        }
        return TablePosition(
            address: child, level: next, entryAddress: entryAddress, restrictions: restrictions.union(added), way: way)
    }

    /// Where the entry for `virtualAddress` lies; tables are aligned, so the sum stays inside the frame.
    func entryAddress(for virtualAddress: UInt64) -> PhysicalAddress {
        entryAddress(at: level.index(of: virtualAddress))
    }

    func entryAddress(at index: UInt64) -> PhysicalAddress { PhysicalAddress(address.rawValue | index << 3) }
}

/// The part of a range that goes through one entry: both addresses included.
struct EntrySpan {
    let start: UInt64
    let last: UInt64

    /// The part of `first...rangeLast` that goes through the same entry of a table of `level` as `first` does.
    init(from first: UInt64, to rangeLast: UInt64, at level: PageTableLevel) {
        start = first
        last = min(first | (level.entrySpan - 1), rangeLast)
    }

    /// Whether the part is all that the entry spans.
    func fillsEntry(at level: PageTableLevel) -> Bool { last - start == level.entrySpan - 1 }
}

extension PageTables where Memory: ~Copyable, Frames: ~Copyable {
    var rootPosition: TablePosition { TablePosition(root: root) }

    /// The entry at `address` in the table of `position`.
    func load(_ address: PhysicalAddress, of position: TablePosition) throws(PagingError) -> UInt64 {
        do throws(PhysicalMemoryError) {
            return try memory.load(at: address)
        } catch {
            throw position.level == .level0
                ? .unusableRoot(root) : .corruptEntry(position.entryAddress, .absentTable)
        }
    }

    func store(_ entry: UInt64, at address: PhysicalAddress) throws(PagingError) {
        do throws(PhysicalMemoryError) {
            try memory.store(entry, at: address)
        } catch {
            throw .memory(error)
        }
    }

    /// Whether `range` consists of whole pages that the tables can translate.
    func check(_ range: VirtualRange) throws(PagingError) {
        guard range.start.isAligned(to: PageCount.pageSize) else { throw .misalignedRange(range.start) }
        guard range.last.rawValue & (PageCount.pageSize - 1) == PageCount.pageSize - 1 else {
            throw .misalignedRange(range.last)
        }
        guard Format.canTranslate(range.start) else { throw .untranslatable(range.start) }
        if range.start <= Format.lowerLast && range.last > Format.lowerLast {
            throw .untranslatable(VirtualAddress(Format.lowerLast.rawValue + 1))
        }
    }

    func checkPermissions(
        _ attributes: PageAttributes, at address: VirtualAddress, allowingWriteExecute: Bool
    ) throws(PagingError) {
        guard allowsWritableExecutable || allowingWriteExecute || !attributes.permissions.isWritableAndExecutable else {
            throw .writableAndExecutable(address)
        }
    }

    /// Whether a leaf with `attributes` keeps its permissions below the tables on the way to it.
    func checkRestrictions(of position: TablePosition, for attributes: PageAttributes) throws(PagingError) {
        guard !position.restrictions.isEmpty else { return }
        let leaf = format.leafEntry(to: PhysicalAddress(0), size: .size4KiB, attributes: attributes)
        let free = format.attributes(ofLeaf: leaf, at: .level3, under: []).permissions
        let bound = format.attributes(ofLeaf: leaf, at: .level3, under: position.restrictions).permissions
        guard free == bound else { throw .restrictedByTable(position.entryAddress) }
    }

    /// Whether the processor reaches all of the physical memory that `range` would be mapped to.
    func checkTarget(_ target: PhysicalAddress, for range: VirtualRange) throws(PagingError) {
        guard target.isAligned(to: PageCount.pageSize) else { throw .misalignedTarget(target) }
        guard let last = target.advanced(by: range.last.rawValue - range.start.rawValue), format.reaches(last) else {
            throw .physicalAddressTooWide(target)
        }
    }
}
