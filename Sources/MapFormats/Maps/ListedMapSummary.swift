import MemoryMap

/// The figures of a listed map, exact in bytes.
///
/// Totals are made of the resolved map, so that no byte counts twice. RAM never includes reserved or device addresses:
/// "RAM described" is what types that lie in memory by their definition have.
public struct ListedMapSummary: Sendable {
    public struct TypeTotal: Hashable, Sendable {
        public var type: MemoryType

        /// The rows that the source lists.
        public var rows = 0

        /// The regions that they make.
        public var regions = 0

        public var bytes: UInt128 = 0
    }

    public let policy: HandoffPolicy

    /// The rows that count, without holes and parts of other rows.
    public let rowCount: Int

    /// The totals of the types that occur, in the order of their numbers.
    public let byType: [TypeTotal]

    /// The bytes of the types that are RAM.
    public let ram: UInt128

    /// Conventional memory, without that of specific purpose.
    public let usableNow: UInt128

    /// What the operating system can use after ExitBootServices, by ``policy``.
    public let usableAfterExit: UInt128

    /// Runtime services and ACPI NVS memory.
    public let keptByFirmware: UInt128

    /// Memory of specific purpose, which is left to a driver.
    public let softReserved: UInt128

    public let persistent: UInt128
    public let unaccepted: UInt128

    /// The regions of memory-mapped I/O.
    public let memoryMappedIORegions: Int

    public let largestUsableNow: PhysicalRange?
    public let largestUsableAfterExit: PhysicalRange?

    /// What no row describes between the first and the last one.
    public let holes: [PhysicalRange]

    /// The rows that share addresses with a row before them (by address).
    public let overlappingRows: Int

    /// The rows that start below the row before them in the source.
    public let outOfOrderRows: Int

    /// Counts `map`, which was resolved to `resolved`.
    ///
    /// - Complexity: O(*n* log *n*) for *n* rows.
    public init(_ map: ListedMap, resolved: ResolvedMap, policy: HandoffPolicy) {
        var totals: [MemoryType: TypeTotal] = [:]
        var (ram, now, after, kept): (UInt128, UInt128, UInt128, UInt128) = (0, 0, 0, 0)
        var (soft, persistent, unaccepted): (UInt128, UInt128, UInt128) = (0, 0, 0)
        var devices = 0
        func fate(_ region: MemoryRegion, _ row: Int) -> MemoryFate {
            policy.fate(
                of: region.type,
                attributes: map.rows[row].hasAttributes ? region.attributes : region.attributes.union(.writeBack))
        }
        for (region, row) in zip(resolved.regions, resolved.rows) {
            let size = region.range.size
            totals[region.type, default: TypeTotal(type: region.type)].regions += 1
            totals[region.type, default: TypeTotal(type: region.type)].bytes += size
            if region.type.isRAM { ram += size }
            if region.isUsableNow { now += size }
            switch fate(region, row) {
            case .usable: after += size
            case .keptByFirmware: kept += size
            case .softReserved: soft += size
            case .unaccepted: unaccepted += size
            default: break
            }
            if region.type == .persistent { persistent += size }
            if region.type.isMemoryMappedIO { devices += 1 }
        }
        let counted = map.rows.filter { $0.isCounted }
        for row in counted { totals[row.type, default: TypeTotal(type: row.type)].rows += 1 }
        self.policy = policy
        rowCount = counted.count
        byType = totals.values.sorted { $0.type < $1.type }
        (self.ram, usableNow, usableAfterExit, keptByFirmware) = (ram, now, after, kept)
        (softReserved, self.persistent, self.unaccepted, memoryMappedIORegions) = (soft, persistent, unaccepted, devices)
        largestUsableNow = resolved.largestRun { $0.isUsableNow }
        let hasAttributes = map.rows.contains { $0.hasAttributes }
        largestUsableAfterExit = resolved.largestRun {
            policy.fate(of: $0.type, attributes: hasAttributes ? $0.attributes : $0.attributes.union(.writeBack)) == .usable
        }
        holes = resolved.holes
        outOfOrderRows = zip(counted, counted.dropFirst()).count { $1.start < $0.start }
        overlappingRows = Self.overlaps(counted)
    }

    private static func overlaps(_ rows: [MapRow]) -> Int {
        let ranges = rows.compactMap(\.range).sorted { $0.start < $1.start }
        var (count, reach): (Int, PhysicalAddress?) = (0, nil)
        for range in ranges {
            if let reach, range.start <= reach { count += 1 }
            reach = max(reach ?? range.last, range.last)
        }
        return count
    }
}

extension ListedMap {
    /// The rule by which this map's operating system takes memory over, as far as the listing tells.
    public var defaultPolicy: HandoffPolicy {
        kind == .linuxEFIByAddress || kind == .linuxMemblock ? .linuxARM64 : .linuxX86
    }
}
