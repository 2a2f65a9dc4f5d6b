/// The figures of a memory map that people ask for: what there is, what is free, what will be.
///
/// All totals are exact numbers of 4 KiB pages. They cannot overflow: the regions of a map are disjoint, so any sum of
/// their sizes is at most the 2^52 pages of the address space.
public struct MemoryMapSummary: Hashable, Sendable {
    /// What one memory type adds up to.
    public struct TypeTotal: Hashable, Sendable {
        public var type: MemoryType

        /// The rows of the firmware's table that have the type.
        public var descriptors: Int

        /// The regions after merging.
        public var regions: Int

        public var pages: PageCount
    }

    /// The rule by which the figures after ExitBootServices were made.
    public let policy: HandoffPolicy

    /// The rows of the firmware's table.
    public let descriptorCount: Int

    /// The regions after merging.
    public let regionCount: Int

    /// The totals of the types that occur, in the order of their numbers.
    public let byType: [TypeTotal]

    /// The totals by fate under ``policy``, indexed by `MemoryFate.rawValue`.
    private let byFate: [PageCount]

    /// The pages of the types that are RAM (``MemoryType/isRAM``), whoever uses them.
    public let ram: PageCount

    /// The conventional memory that the firmware would give out now, without that of specific purpose.
    public let usableNow: PageCount

    /// The memory of specific purpose among the RAM, whatever its type.
    public let specificPurpose: PageCount

    /// The runtime services' code and data.
    public let runtimeServices: PageCount

    /// The regions of memory-mapped I/O and port space.
    public let memoryMappedIORegions: Int

    /// The longest stretch of ``usableNow``; nil where there is none.
    public let largestUsableNow: PhysicalRange?

    /// The longest stretch that is usable after ExitBootServices, over borders of type and attributes; nil where there is none.
    public let largestUsableAfterExit: PhysicalRange?

    /// Counts `map` under `policy`.
    ///
    /// - Complexity: O(*n* + *m* log *m*) for *n* regions of which *m* have no standard type; allocates arrays of 16 and *m* elements.
    public init(_ map: PhysicalMemoryMap, policy: HandoffPolicy) {
        var byType = TypeTotals()
        var byFate = [PageCount](repeating: .zero, count: MemoryFate.allCases.count)
        var (ram, usableNow, specificPurpose, runtimeServices) = (PageCount.zero, PageCount.zero, PageCount.zero, PageCount.zero)
        var memoryMappedIORegions = 0
        for (region, descriptors) in zip(map.regions, map.descriptorCounts) {
            let pages = region.pages
            byType.count(TypeTotal(type: region.type, descriptors: descriptors, regions: 1, pages: pages))
            byFate[Int(policy.fate(of: region).rawValue)].rise(by: pages)
            if region.type.isRAM {
                ram.rise(by: pages)
                if region.attributes.contains(.specificPurpose) { specificPurpose.rise(by: pages) }
            }
            if region.isUsableNow { usableNow.rise(by: pages) }
            if region.type.isRuntimeServices { runtimeServices.rise(by: pages) }
            if region.type.isMemoryMappedIO { memoryMappedIORegions += 1 }
        }
        self.policy = policy
        self.descriptorCount = map.descriptorCount
        self.regionCount = map.regions.count
        self.byType = byType.finish()
        self.byFate = byFate
        self.ram = ram
        self.usableNow = usableNow
        self.specificPurpose = specificPurpose
        self.runtimeServices = runtimeServices
        self.memoryMappedIORegions = memoryMappedIORegions
        self.largestUsableNow = map.largestRun { $0.isUsableNow }
        self.largestUsableAfterExit = map.largestRun { policy.fate(of: $0) == .usable }
    }
}

extension MemoryMapSummary {
    /// The pages that have this fate under ``policy``; the fates together are all pages of the map.
    public func pages(_ fate: MemoryFate) -> PageCount { byFate[Int(fate.rawValue)] }

    /// What the operating system can use once boot services are gone.
    public var usableAfterExit: PageCount { pages(.usable) }

    /// The RAM that runtime services and ACPI code keep.
    public var keptByFirmware: PageCount { pages(.keptByFirmware) }

    /// The RAM that holds ACPI tables and is usable once they have been read.
    public var acpiReclaimable: PageCount { pages(.acpiReclaimable) }

    /// The RAM set aside for a specific purpose, which the operating system leaves to a driver.
    public var softReserved: PageCount { pages(.softReserved) }

    /// The persistent memory, whether the operating system uses it as RAM or not.
    public var persistent: PageCount { pages(of: .persistent) }

    /// The RAM that a confidential guest has not accepted yet.
    public var unaccepted: PageCount { pages(.unaccepted) }

    /// The pages of one type; 0 where it does not occur.
    public func pages(of type: MemoryType) -> PageCount {
        let index = byType.index(of: type)
        return index < byType.count && byType[index].type == type ? byType[index].pages : .zero
    }
}

extension [MemoryMapSummary.TypeTotal] {
    /// Where `type` is, or where it would have to be inserted.
    fileprivate func index(of type: MemoryType) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle].type < type { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension PageCount {
    /// Adds the size of one more region of a map, which keeps the sum at or below the 2^52 pages of the address space.
    mutating func rise(by pages: PageCount) { self = PageCount(rawValue + pages.rawValue) }
}
