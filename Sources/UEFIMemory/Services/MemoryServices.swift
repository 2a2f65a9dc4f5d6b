public import MemoryMap

/// UEFI's memory services: AllocatePages, FreePages, AllocatePool, FreePool and GetMemoryMap over the memory of a machine.
///
/// - Ownership is exact. Pages go back as one allocation or a part of one, pool by the address that was given, once; everything else
///   is refused. No call changes anything when it fails.
/// - Every run of pages that has a use of its own is an extent in a balanced tree: calls take O(log *n*) steps for *n* extents, the
///   memory map O(*n*). Buffers of up to 3072 bytes are blocks in runs of pages, which take O(1) steps as a rule.
/// - The records of the services lie in pages of the memory that they manage, as boot services data, and go back with it. What
///   clients write into their memory is never read.
///
/// UEFI 2.10, section 7.2.
public struct MemoryServices: ~Copyable {
    /// Whether memory may be allocated.
    enum Phase {
        case open
        case locked
        case ended
    }

    /// What a part of the memory is kept for.
    struct Bin {
        var type: MemoryType
        /// The first and the last page.
        var first: UInt64
        var last: UInt64
    }

    /// The bytes from one row of a memory map to the next. More than a row has, as in other firmware: programs that count on the size
    /// of the structure are found out.
    public static let descriptorSize = 48

    /// The key of the memory map as it is: never 0, another one after every change of the map, and never one that was before.
    public internal(set) var mapKey: UInt64 = 1

    /// Asks the machine to accept memory; false where it refuses.
    ///
    /// Called while memory is allocated: it must not call the services.
    public var acceptMemory: ((PhysicalRange) -> Bool)?

    /// Called with the pages whose access is restricted, of RP, XP and RO; see ``ProtectableMemory``.
    public var protectMemory: ((MemoryAttributes, PhysicalRange) -> Void)?

    /// The pages to which allocations that stay at run time are aligned and rounded, as a power of two; 16 on AArch64.
    public let runtimeGranularity: PageCount

    /// Where the records are reached.
    let window: MemoryWindow

    var phase = Phase.open
    var tree: ExtentTree
    var records = RecordPages()
    var pools: TypePools
    var slabCache: SlabCache
    var bins: [Bin] = []

    /// Pages in allocations of pages, and the buffers of all pools.
    var livePages: UInt64 = 0
    var liveBlocks: UInt64 = 0
    var livePoolBytes: UInt64 = 0
    /// Pages of memory in use, now and at most, those that pools hold and those of records among them.
    var occupiedPages: UInt64 = 0
    var peakOccupiedPages: UInt64 = 0
    var bookkeepingPages: UInt64 = 0

    /// How many more times free pages are found; for tests, which make each search fail.
    var searchesUntilFailure: UInt64?

    /// The pages of records that the services begin with: records, pools, and the cache. One page more is the first of the pool of boot
    /// services data, which it never gives back: most buffers that come and go alone are of this type, and leave the map alone so.
    static var firstPages: UInt64 { 3 }

    /// Begins with a range of memory.
    ///
    /// - Parameters:
    ///   - memory: whole pages of RAM, all free; its last four that lie in the window are the services' first.
    ///   - attributes: what the memory is capable of.
    ///   - window: where the memory is reached.
    ///   - runtimeGranularity: the alignment of allocations that stay at run time (types 0, 5, 6 and 10), a power of two pages: 16 on
    ///     AArch64, else 1.
    /// - Throws: `.misaligned`, `.granularity` or `.tooSmall`.
    public init(
        memory: PhysicalRange, attributes: MemoryAttributes = .allCachePolicies, window: MemoryWindow,
        runtimeGranularity: PageCount = PageCount(1)
    ) throws(MemoryResourceError) {
        guard memory.isPageAligned else { throw .misaligned(memory) }
        guard runtimeGranularity.rawValue.nonzeroBitCount == 1, runtimeGranularity.rawValue <= 1 << 20 else {
            throw .granularity(runtimeGranularity)
        }
        let first = memory.start.rawValue / PageCount.pageSize
        let count = memory.pages.rawValue
        let own = memory.intersection(window.range)
        // Page 0 is nobody's.
        let lowest = max((own ?? memory).start.rawValue / PageCount.pageSize, 1)
        let end = (own ?? memory).last.rawValue / PageCount.pageSize + 1
        guard own != nil, end >= lowest + Self.firstPages + 1 else { throw .tooSmall(needed: PageCount(Self.firstPages + 1)) }
        let start = end - Self.firstPages
        // The pages lie in the window and are nobody's yet.
        unsafe records.addPage(at: window.pointer(toPage: start))
        unsafe pools = TypePools(at: window.pointer(toPage: start + 1))
        unsafe slabCache = SlabCache(at: window.pointer(toPage: start + 2))
        tree = ExtentTree(granule: runtimeGranularity.rawValue)
        self.window = window
        self.runtimeGranularity = runtimeGranularity
        insertMemory(first, count, attributes.subtracting(.runtime))
        guard let hole = tree.extent(holding: start - 1), let pool = pools.add(.bootServicesData) else {
            preconditionFailure("the first records have room")
        }
        let standing = carve(hole, start - 1, 1 + Self.firstPages, .bookkeeping, .bootServicesData)
        _ = carve(standing, start, Self.firstPages, .bookkeeping, .bootServicesData)
        turn(standing, into: .idle, .bootServicesData)
        standing.bin = Extent.standingBin
        pool.pushIdle(standing)
        bookkeepingPages = Self.firstPages
    }

    /// Notes a change of the map.
    mutating func changeMap() { mapKey += 1 }
}

extension MemoryServices {
    /// Whether memory of this type can be allocated: the types of the specification but for free, persistent and unaccepted memory,
    /// and those of makers and operating systems.
    public static func isAllocatable(_ type: MemoryType) -> Bool {
        type.isOne(of: 0b0011_1111_0111_1111) || type.rawValue >= 0x7000_0000
    }

    /// The pages to which allocations of a type are aligned and rounded.
    func granule(of type: MemoryType) -> UInt64 {
        // Reserved memory, runtime services code and data, and ACPI's.
        type.isOne(of: 0b0100_0110_0001) ? runtimeGranularity.rawValue : 1
    }

    /// Refuses allocation and release once boot services are ending.
    func checkOpen() throws(MemoryServiceError) {
        guard phase == .open else { throw .unsupported }
    }
}
