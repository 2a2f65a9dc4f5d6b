import MapFormats
public import MemoryMap

/// How a map differs from another one, by address and by total.
public struct MapDifference: Sendable {
    /// A stretch that the two maps describe differently: as long as both keep their type and attributes.
    public struct Change: Sendable {
        public var range: PhysicalRange

        /// What the first map has there; nil for nothing.
        public var before: MemoryRegion?

        /// What the second map has there; nil for nothing.
        public var after: MemoryRegion?

        /// The rows of the listed maps that say so.
        public var beforeRow: Int?
        public var afterRow: Int?
    }

    /// The sizes of a type in both maps.
    public struct Total: Hashable, Sendable {
        public var type: MemoryType
        public var before: UInt128
        public var after: UInt128
    }

    /// The stretches that differ, from the lowest address up.
    public let changes: [Change]

    /// The types that either map has, by their numbers.
    public let totals: [Total]

    /// Whether the maps are the same.
    public var isEmpty: Bool { changes.isEmpty }

    /// Compares two maps.
    ///
    /// - Parameter withAttributes: whether regions of one type with other attributes differ; never where a source has none.
    /// - Complexity: O(*n*) for *n* regions in both.
    public init(_ before: AnalyzedMap, _ after: AnalyzedMap, withAttributes: Bool = true) {
        let hasBoth = before.listed.rows.contains(where: \.hasAttributes) && after.listed.rows.contains(where: \.hasAttributes)
        var walk = Walk(before: before, after: after, withAttributes: withAttributes && hasBoth)
        changes = walk.run()
        var sizes: [MemoryType: (UInt128, UInt128)] = [:]
        for total in before.summary.byType { sizes[total.type, default: (0, 0)].0 = total.bytes }
        for total in after.summary.byType { sizes[total.type, default: (0, 0)].1 = total.bytes }
        totals = sizes.map { Total(type: $0.key, before: $0.value.0, after: $0.value.1) }.sorted { $0.type < $1.type }
    }
}

/// Goes through the regions of both maps at once.
private struct Walk {
    let before: AnalyzedMap
    let after: AnalyzedMap
    let withAttributes: Bool
    private var changes: [MapDifference.Change] = []

    init(before: AnalyzedMap, after: AnalyzedMap, withAttributes: Bool) {
        (self.before, self.after, self.withAttributes) = (before, after, withAttributes)
    }

    mutating func run() -> [MapDifference.Change] {
        let (left, right) = (before.resolved.regions, after.resolved.regions)
        var (i, j) = (0, 0)
        var cursor: UInt64 = 0
        while i < left.count || j < right.count {
            while i < left.count, left[i].range.last.rawValue < cursor { i += 1 }
            while j < right.count, right[j].range.last.rawValue < cursor { j += 1 }
            let one = i < left.count ? left[i] : nil
            let other = j < right.count ? right[j] : nil
            guard let start = [one, other].compactMap({ $0.map { max($0.range.start.rawValue, cursor) } }).min() else { break }
            let hasOne = one.map { $0.range.start.rawValue <= start } ?? false
            let hasOther = other.map { $0.range.start.rawValue <= start } ?? false
            // Up to where either of them ends, or the one that comes later begins.
            var last = UInt64.max
            for (region, isHere) in [(one, hasOne), (other, hasOther)] {
                guard let region else { continue }
                last = min(last, isHere ? region.range.last.rawValue : region.range.start.rawValue - 1)
            }
            add(start, last, hasOne ? (one, i) : nil, hasOther ? (other, j) : nil)
            guard last < .max else { break }
            cursor = last + 1
        }
        return changes
    }

    private mutating func add(_ start: UInt64, _ last: UInt64, _ one: (MemoryRegion?, Int)?, _ other: (MemoryRegion?, Int)?) {
        guard let range = PhysicalRange(start: PhysicalAddress(start), last: PhysicalAddress(last)) else { return }
        let (left, right) = (one?.0, other?.0)
        if let left, let right, left.type == right.type, !withAttributes || left.attributes == right.attributes { return }
        changes.append(
            MapDifference.Change(
                range: range, before: left, after: right, beforeRow: one.map { before.resolved.rows[$0.1] },
                afterRow: other.map { after.resolved.rows[$0.1] }))
    }
}
