import VirtualMemory

/// Why a heap cannot do what it was asked for.
enum HeapError: Error {
    /// There is no memory, or the heap may not have more.
    case noMemory

    /// The address is none of a block that the program has.
    case invalidBlock
}

/// A heap: segments with blocks side by side, and large blocks with regions of their own.
///
/// What it keeps of itself lies outside of the memory that it gives out, but for the headers and the links of free blocks, and nothing
/// that it reads there is used before it is found to be its own. Calls are made with the heap's lock held. Those that change nothing
/// are mutating as well: the compiler passes a value of this size by a copy where it is only looked at.
struct Heap: ~Copyable {
    /// Blocks above it have regions of their own; heaps of fixed size have none.
    static let largestSize: UInt = 0xF_F000

    /// What no request can be larger than.
    static let largestRequest: UInt = 0x7FFF_0000_0000

    /// Room before the first block of a segment, and before the bytes of a large one.
    static let prefix: UInt = 0x40

    /// Room before the first block of all, where Windows keeps what it knows of a heap: heaps of fixed size hold as much as there.
    static let handlePrefix: UInt = 0x800

    static let segmentCapacity = 48

    let flags: UInt32
    let key = HeapKey()
    let isGrowable: Bool
    let protection: PageProtection

    var segments = InlineArray<48, HeapSegment>(repeating: .none)
    /// How many of the segments were ever used.
    var segmentCount = 0
    /// The segment that an address was last found in.
    var recent = 0

    var bins = HeapBins()
    var cache = HeapCache()
    var largeBlocks: [HeapLargeBlock] = []

    /// Bytes of segments that are committed.
    var committed: UInt = 0

    /// Whether something of the heap's own was found to be written over.
    var isCorrupt = false

    /// What HeapQueryInformation tells of the heap's ways: 2 once blocks are kept for requests of their size, and 0 before.
    var compatibility: UInt32 = 0

    /// Whether it tells so: not of heaps without a lock, or of fixed size.
    var tellsOfKeeping: Bool { isGrowable && flags & 1 == 0 }

    /// - Parameters:
    ///   - flags: those of HeapCreate.
    ///   - segment: the first one, committed as far as it says.
    init(flags: UInt32, isGrowable: Bool, protection: PageProtection, segment: HeapSegment) {
        self.flags = flags
        self.isGrowable = isGrowable
        self.protection = protection
        segments[0] = segment
        segmentCount = 1
        committed = segment.committedEnd - segment.base
        let size = segment.committedEnd - segment.first
        insert(HeapBlock(address: segment.first, size: size, previousSize: 0, state: .free), in: 0)
    }

    /// The memory of the heap, the first segment's last.
    mutating func releaseMemory() {
        for block in largeBlocks { HeapMemory.release(block.base) }
        largeBlocks = []
        for index in (0..<segmentCount).reversed() where segments[index].isOwn { HeapMemory.release(segments[index].base) }
    }

    // MARK: Segments

    /// The segment that a header at an address lies in.
    @inline(__always)
    mutating func segment(of address: UInt) -> Int? {
        if segments[recent].canHold(address) { return recent }
        for index in 0..<segmentCount where segments[index].canHold(address) {
            recent = index
            return index
        }
        return nil
    }

    /// Tells the block at an address, or the segment that ends there, how large the block before it is.
    mutating func tellNext(_ address: UInt, _ size: UInt, in segment: Int) {
        guard address < segments[segment].committedEnd else {
            segments[segment].lastSize = size
            return
        }
        guard var next = key.read(address) else {
            isCorrupt = true
            return
        }
        next.previousSize = size
        key.write(next)
    }
}
