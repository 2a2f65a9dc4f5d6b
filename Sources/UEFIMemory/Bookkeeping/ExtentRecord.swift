import MemoryMap

/// What a descent in the tree and a walk along the map read of a run of pages: 64 bytes, a cache line.
///
/// In a page, these lie together; what is read less often follows half a page behind, in an ``ExtentDetails``.
struct ExtentRecord {
    /// The number of the first page, and how many there are.
    var start: UInt64 = 0
    var pages: UInt64 = 0

    /// The type that the memory map shows: for free memory conventional, or the type that it is kept for.
    var type = MemoryType.conventional
    /// The kind in the lower half, the number of the bin in the upper one; 0 for none.
    var kindAndBin: UInt8 = 0
    /// The height of the tree below and with this record.
    var height: UInt8 = 1
    /// Of a page run with blocks: the blocks' class, and how many are in use.
    var blockClass: UInt8 = 0
    var usedBlocks: UInt8 = 0

    /// The extents with lower and with higher addresses below this one in the tree.
    var left: Extent?
    var right: Extent?
    /// The extent with the next higher address.
    var next: Extent?
    /// The most pages that a free extent in the tree from here down has.
    var largestFree: UInt64 = 0
    /// What the memory is capable of.
    var attributes: MemoryAttributes = []
}

/// What else is known of a run of pages: 64 bytes.
struct ExtentDetails {
    var parent: Extent?
    var previous: Extent?
    /// As `largestFree`, of pages in whole granules of runtime allocations.
    var largestAligned: UInt64 = 0
    /// As `largestFree`, of memory that has to be accepted first.
    var largestUnaccepted: UInt64 = 0
    /// The neighbours in a list: of unused records, of idle runs, or of page runs with room for blocks.
    var listNext: Extent?
    var listPrevious: Extent?
    /// Of a page run with blocks: which are free, a bit each.
    var freeBlocks: (UInt64, UInt64) = (0, 0)
}

/// What a run of pages is.
enum ExtentKind: UInt8 {
    /// No extent: a record that is not in use.
    case none
    /// Free: anyone's, or the type's whose bin it lies in.
    case free
    /// An allocation of pages, or what is left of one.
    case pages
    /// A buffer of pool that has pages to itself.
    case block
    /// Blocks of pool of one size.
    case slab
    /// Free pages that the pool of a type holds on to.
    case idle
    /// Records of the services.
    case bookkeeping
    /// What was never theirs to give: device registers, reserved memory.
    case fixed
    /// Memory that has to be accepted before the first access.
    case unaccepted
}

/// An extent: a handle on its record.
///
/// Records are reached by address, so that an extent costs the memory of its record and nothing else. Every handle comes from
/// ``RecordPages``, and none is kept past the release of its record: the tree, the lists and the cache drop theirs first.
@safe
struct Extent: Equatable {
    let record: UnsafeMutablePointer<ExtentRecord>

    @unsafe
    init(_ record: UnsafeMutablePointer<ExtentRecord>) { unsafe self.record = record }

    /// How far behind its record the details of an extent lie.
    static var detailsOffset: Int { 2048 }

    var details: UnsafeMutablePointer<ExtentDetails> {
        // Records lie in the first half of their page.
        unsafe UnsafeMutableRawPointer(record).advanced(by: Self.detailsOffset).assumingMemoryBound(to: ExtentDetails.self)
    }

    var start: UInt64 {
        get { unsafe record.pointee.start }
        nonmutating set { unsafe record.pointee.start = newValue }
    }
    var pages: UInt64 {
        get { unsafe record.pointee.pages }
        nonmutating set { unsafe record.pointee.pages = newValue }
    }
    /// The page behind the last one.
    var end: UInt64 { unsafe record.pointee.start &+ record.pointee.pages }
    var type: MemoryType {
        get { unsafe record.pointee.type }
        nonmutating set { unsafe record.pointee.type = newValue }
    }
    var attributes: MemoryAttributes {
        get { unsafe record.pointee.attributes }
        nonmutating set { unsafe record.pointee.attributes = newValue }
    }
    var kind: ExtentKind {
        // Nothing but kinds is ever stored there; the initializer would look for the number in a table.
        get { unsafe unsafeBitCast(record.pointee.kindAndBin & 0xF, to: ExtentKind.self) }
        nonmutating set { unsafe record.pointee.kindAndBin = record.pointee.kindAndBin & 0xF0 | newValue.rawValue }
    }
    /// The number of the bin that the pages lie in, from 1 on; 0 for none.
    var bin: Int {
        get { Int(unsafe record.pointee.kindAndBin >> 4) }
        nonmutating set { unsafe record.pointee.kindAndBin = record.pointee.kindAndBin & 0xF | UInt8(newValue) << 4 }
    }
    var height: UInt8 {
        get { unsafe record.pointee.height }
        nonmutating set { unsafe record.pointee.height = newValue }
    }
    var left: Extent? {
        get { unsafe record.pointee.left }
        nonmutating set { unsafe record.pointee.left = newValue }
    }
    var right: Extent? {
        get { unsafe record.pointee.right }
        nonmutating set { unsafe record.pointee.right = newValue }
    }
    var parent: Extent? {
        get { unsafe details.pointee.parent }
        nonmutating set { unsafe details.pointee.parent = newValue }
    }
    var next: Extent? {
        get { unsafe record.pointee.next }
        nonmutating set { unsafe record.pointee.next = newValue }
    }
    var previous: Extent? {
        get { unsafe details.pointee.previous }
        nonmutating set { unsafe details.pointee.previous = newValue }
    }
    var listNext: Extent? {
        get { unsafe details.pointee.listNext }
        nonmutating set { unsafe details.pointee.listNext = newValue }
    }
    var listPrevious: Extent? {
        get { unsafe details.pointee.listPrevious }
        nonmutating set { unsafe details.pointee.listPrevious = newValue }
    }
    var largestFree: UInt64 {
        get { unsafe record.pointee.largestFree }
        nonmutating set { unsafe record.pointee.largestFree = newValue }
    }
    var largestAligned: UInt64 {
        get { unsafe details.pointee.largestAligned }
        nonmutating set { unsafe details.pointee.largestAligned = newValue }
    }
    var largestUnaccepted: UInt64 {
        get { unsafe details.pointee.largestUnaccepted }
        nonmutating set { unsafe details.pointee.largestUnaccepted = newValue }
    }
    var blockClass: BlockClass {
        get { BlockClass(index: Int(unsafe record.pointee.blockClass)) }
        nonmutating set { unsafe record.pointee.blockClass = UInt8(newValue.index) }
    }
    var usedBlocks: UInt8 {
        get { unsafe record.pointee.usedBlocks }
        nonmutating set { unsafe record.pointee.usedBlocks = newValue }
    }
    var freeBlocks: (UInt64, UInt64) {
        get { unsafe details.pointee.freeBlocks }
        nonmutating set { unsafe details.pointee.freeBlocks = newValue }
    }

    static func == (left: Extent, right: Extent) -> Bool { unsafe left.record == right.record }
}

extension Extent {
    /// The number in place of a bin's of the page that the pool of boot services data always has.
    static var standingBin: Int { 15 }

    /// Whether this is the page that the pool of boot services data always has.
    var isStanding: Bool { bin == Self.standingBin }

    /// `EFI_MEMORY_SP`, by its number: a constant of another module is a call away.
    var isForSpecificPurpose: Bool { attributes.rawValue & 0x4_0000 != 0 }

    /// Whether the pages of `other` follow, and are the same memory: nothing stands in the way of one extent for both.
    func touches(_ other: Extent) -> Bool {
        end == other.start && attributes == other.attributes && kind == other.kind && bin == other.bin
    }

    /// Whether the map shows one region for this extent and the next one.
    func looksLike(_ other: Extent) -> Bool {
        end == other.start && type == other.type && attributes == other.attributes
    }
}
