import MemoryMap

/// What the pool of one memory type has: a record of fixed size in a page of such records.
struct TypePoolRecord {
    var type = MemoryType.conventional
    /// Whether the record is in use.
    var isUsed = false
    /// Buffers in use.
    var blocks: UInt64 = 0
    /// Pages with buffers, and pages that are held for more.
    var usedPages: UInt64 = 0
    var idlePages: UInt64 = 0
    /// Which lists of idle runs have one.
    var idleLists: UInt64 = 0
    /// A run of blocks that are all free, kept for the next buffer.
    var spare: Extent?
    /// The trees of the types with numbers of their own.
    var left: TypePool?
    var right: TypePool?
}

/// The pool of one memory type: a handle on its record.
@safe
struct TypePool: Equatable {
    let record: UnsafeMutablePointer<TypePoolRecord>

    @unsafe
    init(_ record: UnsafeMutablePointer<TypePoolRecord>) { unsafe self.record = record }

    /// The lists of idle runs: by the number of their pages, in the last one of all that are longer.
    static let idleListCount = 64
    private static var fixedByteCount: Int { 80 }
    /// The bytes of a record with its lists.
    static let byteCount = fixedByteCount + (BlockClass.count + idleListCount) * 8

    var type: MemoryType { unsafe record.pointee.type }
    var isUsed: Bool {
        get { unsafe record.pointee.isUsed }
        nonmutating set { unsafe record.pointee.isUsed = newValue }
    }
    var blocks: UInt64 {
        get { unsafe record.pointee.blocks }
        nonmutating set { unsafe record.pointee.blocks = newValue }
    }
    var usedPages: UInt64 {
        get { unsafe record.pointee.usedPages }
        nonmutating set { unsafe record.pointee.usedPages = newValue }
    }
    var idlePages: UInt64 {
        get { unsafe record.pointee.idlePages }
        nonmutating set { unsafe record.pointee.idlePages = newValue }
    }
    var idleLists: UInt64 {
        get { unsafe record.pointee.idleLists }
        nonmutating set { unsafe record.pointee.idleLists = newValue }
    }
    var spare: Extent? {
        get { unsafe record.pointee.spare }
        nonmutating set { unsafe record.pointee.spare = newValue }
    }
    var left: TypePool? {
        get { unsafe record.pointee.left }
        nonmutating set { unsafe record.pointee.left = newValue }
    }
    var right: TypePool? {
        get { unsafe record.pointee.right }
        nonmutating set { unsafe record.pointee.right = newValue }
    }

    /// Begins the pool of a type.
    func start(_ type: MemoryType) {
        unsafe record.initialize(to: TypePoolRecord(type: type, isUsed: true))
        unsafe lists.initialize(repeating: nil, count: BlockClass.count + Self.idleListCount)
    }

    /// The first of the page runs that have room for a block.
    subscript(room blockClass: BlockClass) -> Extent? {
        get { unsafe lists[blockClass.index] }
        nonmutating set { unsafe lists[blockClass.index] = newValue }
    }

    /// The first of the idle runs in a list.
    subscript(idle list: Int) -> Extent? {
        get { unsafe lists[BlockClass.count + list] }
        nonmutating set { unsafe lists[BlockClass.count + list] = newValue }
    }

    private var lists: UnsafeMutablePointer<Extent?> {
        // They follow the record within its page: `byteCount` says how far.
        unsafe UnsafeMutableRawPointer(record).advanced(by: Self.fixedByteCount).assumingMemoryBound(to: Extent?.self)
    }

    static func == (left: TypePool, right: TypePool) -> Bool { unsafe left.record == right.record }
}

extension TypePool {
    /// Puts a run of blocks in front of those that have room.
    func pushRoom(_ slab: Extent) {
        let blockClass = slab.blockClass
        let head = self[room: blockClass]
        slab.listPrevious = nil
        slab.listNext = head
        head?.listPrevious = slab
        self[room: blockClass] = slab
    }

    func removeRoom(_ slab: Extent) {
        slab.listNext?.listPrevious = slab.listPrevious
        if let previous = slab.listPrevious {
            previous.listNext = slab.listNext
        } else {
            self[room: slab.blockClass] = slab.listNext
        }
    }

    private static func idleList(of pages: UInt64) -> Int { Int(min(pages, UInt64(idleListCount))) - 1 }

    /// Puts a run among the idle ones.
    func pushIdle(_ run: Extent) {
        let list = Self.idleList(of: run.pages)
        let head = self[idle: list]
        run.listPrevious = nil
        run.listNext = head
        head?.listPrevious = run
        self[idle: list] = run
        idleLists |= 1 << UInt64(list)
        idlePages += run.pages
    }

    /// Takes a run from the idle ones, before its pages change.
    func removeIdle(_ run: Extent) {
        let list = Self.idleList(of: run.pages)
        run.listNext?.listPrevious = run.listPrevious
        if let previous = run.listPrevious {
            previous.listNext = run.listNext
        } else {
            self[idle: list] = run.listNext
            if run.listNext == nil { idleLists &= ~(1 << UInt64(list)) }
        }
        idlePages -= run.pages
    }

    /// The smallest idle run with enough pages; of the longest ones, the first few are looked at.
    func idleRun(pages: UInt64) -> Extent? {
        let lists = idleLists & (~0 << UInt64(Self.idleList(of: pages)))
        guard lists != 0 else { return nil }
        let list = lists.trailingZeroBitCount
        guard list == Self.idleListCount - 1 else { return self[idle: list] }
        var run = self[idle: list]
        for _ in 0..<8 {
            guard let candidate = run else { return nil }
            if candidate.pages >= pages { return candidate }
            run = candidate.listNext
        }
        return nil
    }

    /// The largest idle run that can go, or one of the longest.
    var largestIdleRun: Extent? {
        guard idleLists != 0, let run = self[idle: 63 - idleLists.leadingZeroBitCount] else { return nil }
        // A single page, so that there is none in a list of longer runs.
        return run.isStanding ? run.listNext : run
    }

    /// Puts the handle of a record that was moved in place of the old one.
    func relink(_ old: Extent, to new: Extent) {
        if spare == old { spare = new }
        switch new.kind {
        case .idle:
            relinkNeighbours(new)
            if new.listPrevious == nil { self[idle: Self.idleList(of: new.pages)] = new }
        case .slab:
            guard new.freeBlocks != (0, 0) else { return }
            relinkNeighbours(new)
            if new.listPrevious == nil { self[room: new.blockClass] = new }
        default: return
        }
    }

    private func relinkNeighbours(_ extent: Extent) {
        extent.listNext?.listPrevious = extent
        extent.listPrevious?.listNext = extent
    }
}
