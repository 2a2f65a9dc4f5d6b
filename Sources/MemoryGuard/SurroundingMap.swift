public import MemoryMap

/// A firmware's memory map around a range of its memory that somebody else describes in its place: the arena.
///
/// The arena was allocated from the firmware, so that the firmware's map covers it, perhaps together with neighbours of the
/// same type in one region. What is left of the map lies below and above it.
public struct SurroundingMap: Sendable {
    /// The regions below the arena, from the lowest address up, disjoint and merged.
    public let below: [MemoryRegion]

    /// The regions above it.
    public let above: [MemoryRegion]

    /// No memory but the arena.
    public static var empty: SurroundingMap { SurroundingMap(below: [], above: []) }

    private init(below: [MemoryRegion], above: [MemoryRegion]) {
        self.below = below
        self.above = above
    }

    /// The regions below and above.
    public var count: Int { below.count + above.count }

    /// Cuts the arena out of a map. Allocates both lists.
    ///
    /// - Complexity: O(*n*) for *n* regions.
    public init(_ map: PhysicalMemoryMap, around arena: PhysicalRange) {
        var below: [MemoryRegion] = []
        var above: [MemoryRegion] = []
        below.reserveCapacity(map.regions.count)
        for region in map.regions {
            if region.range.start < arena.start {
                let last = min(region.range.last, PhysicalAddress(arena.start.rawValue - 1))
                Self.append(PhysicalRange(start: region.range.start, last: last), of: region, to: &below)
            }
            if region.range.last > arena.last {
                let start = max(region.range.start, PhysicalAddress(arena.last.rawValue + 1))
                Self.append(PhysicalRange(start: start, last: region.range.last), of: region, to: &above)
            }
        }
        self.below = below
        self.above = above
    }

    private static func append(_ range: PhysicalRange?, of region: MemoryRegion, to list: inout [MemoryRegion]) {
        guard let range else { return }
        list.append(MemoryRegion(range: range, type: region.type, attributes: region.attributes))
    }
}
