public import MemoryMap

/// UEFI's memory services on one range of memory: pages by type, pool, and the regions for a memory map.
///
/// Ownership is exact. Pages go back as one allocation or a part of one; pool goes back by the address that was given, once.
/// Everything else is refused and changes nothing. What the services need for themselves lies in the first pages of the arena,
/// as boot services data.
///
/// UEFI 2.10, section 7.2.
public struct ArenaMemory: ~Copyable {
    /// The arena, whole pages.
    public let range: PhysicalRange

    /// What the arena's memory is capable of.
    public let attributes: MemoryAttributes

    /// Changes with every change of the map, is never 0 and never comes back.
    public internal(set) var mapKey: UInt64 = 1

    /// Pages in use, those of the services' own records among them, now and at most.
    public internal(set) var livePages: UInt64 = 0
    public internal(set) var peakPages: UInt64 = 0

    /// The pages of the services' own records.
    public let bookkeepingPages: UInt64

    /// Blocks of pool in use, and the bytes that they take.
    public internal(set) var livePoolBlocks: UInt64 = 0
    public internal(set) var livePoolBytes: UInt64 = 0

    /// Extents of pages, free or not: at least as many as the map has regions; now and at most.
    public internal(set) var extentCount = 1
    public internal(set) var peakExtentCount = 1

    let records: PageRecords
    var free = FreeExtents()
    var slabs = SlabLists()

    /// The pages to which allocations of the types that an operating system maps at run time are aligned and rounded.
    let runtimeGranularity: UInt32

    /// The first page by number.
    let firstPage: UInt64

    /// The least arena, in pages.
    public static let minimum = PageCount(64)

    /// Takes over an arena.
    ///
    /// - Parameters:
    ///   - range: whole pages, from ``minimum`` to 2^24 of them; what lies beyond is left alone.
    ///   - runtimeGranularity: the alignment of runtime regions in pages, 16 on AArch64, else 1.
    /// - Returns: nil for a range that is none.
    /// - Warning: The arena must be mapped at its own addresses, writable, and used by nobody else while the value lives.
    @unsafe
    public init?(_ range: PhysicalRange, attributes: MemoryAttributes, runtimeGranularity: UInt32 = 1) {
        let count = min(range.pages.rawValue, PageRecords.limit)
        let own = PageCount(roundingUp: PageRecords.byteCount(for: count)).rawValue
        guard range.isPageAligned, range.start.rawValue > 0, count >= Self.minimum.rawValue, own < count,
            runtimeGranularity.nonzeroBitCount == 1, let range = PhysicalRange(start: range.start, pages: PageCount(count)),
            let address = unsafe UnsafeMutableRawPointer(bitPattern: UInt(range.start.rawValue))
        else { return nil }
        self.range = range
        self.attributes = attributes
        self.runtimeGranularity = runtimeGranularity
        firstPage = range.start.rawValue / PageCount.pageSize
        bookkeepingPages = own
        unsafe records = PageRecords(at: address, count: UInt32(count))
        records.put(PageRecords.Extent(pages: UInt32(own), type: .bootServicesData, kind: .bookkeeping), at: 0)
        records.put(PageRecords.Extent(pages: UInt32(count - own), type: .conventional, kind: .free), at: UInt32(own))
        free.insert(UInt32(own), records)
        livePages = own
        peakPages = own
        extentCount = 2
    }

    /// Hands every extent out in the order of addresses: pages, type and attributes of each.
    ///
    /// - Complexity: O(*n*) for *n* extents.
    public func forEachExtent(_ body: (PhysicalAddress, PageCount, MemoryType, MemoryAttributes) -> Void) {
        var page: UInt32 = 0
        while page < records.count {
            let extent = records[page]
            // The types whose regions an operating system has to map (UEFI 2.10, table 7-6).
            let isRuntime = extent.type.isRuntimeServices || extent.type == .palCode
            body(
                address(of: page), PageCount(UInt64(extent.pages)), extent.type,
                isRuntime ? attributes.union(.runtime) : attributes)
            page += extent.pages
        }
    }

    func address(of page: UInt32) -> PhysicalAddress { PhysicalAddress((firstPage + UInt64(page)) * PageCount.pageSize) }

    /// Notes a change of the map.
    mutating func changeMap() { mapKey += 1 }
}
