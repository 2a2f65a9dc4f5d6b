import MapFormats
public import MemoryMap
import MemoryReport

/// Two maps on one scale, and where they differ.
public struct MapComparison: Sendable {
    /// Why there are no two maps to compare.
    public enum Failure: Error, Hashable, Sendable {
        /// So many maps were chosen, and it takes two.
        case notTwo(chosen: Int)
    }

    /// The two maps.
    public let maps: [DrawnMap]

    /// Where one map has another type than the other, or describes what the other does not, from the lowest address up.
    ///
    /// Attributes make no difference: they do not show in the picture.
    public let differences: [PhysicalRange]

    /// The addresses of both maps in whole pages, RAM where either has RAM: what their common scale is made for.
    public let pages: PhysicalMemoryMap

    /// Chooses two maps of `sources`.
    ///
    /// Where `numbers` name none, two sources give their first whole maps, of one kind and name where both have such; one source gives
    /// its first whole map that has others of its kind after it, and the last of those: two boots in one log.
    public init(
        _ sources: [DrawnMaps.Source], numbers: [Int]? = nil, policy: HandoffPolicy? = nil,
        limits: DrawingLimits = DrawingLimits()
    ) throws(Failure) {
        var chosen = DrawnMaps.choose(sources, numbers)
        if numbers == nil, let pair = Self.usualPair(sources) { chosen = [pair.0, pair.1] }
        guard chosen.count == 2 else { throw .notTwo(chosen: chosen.count) }
        let share = limits.share(ofMaps: 2)
        self.init(chosen[0].draw(policy, share), chosen[1].draw(policy, share))
    }

    /// Compares `first` with `second`.
    public init(_ first: DrawnMap, _ second: DrawnMap) {
        maps = [first, second]
        differences = RegionPairs.differences(first.regions, second.regions)
        pages = RegionPairs.union(first.pages.regions, second.pages.regions)
    }

    private static func usualPair(_ sources: [DrawnMaps.Source]) -> (DrawnMaps.Choice, DrawnMaps.Choice)? {
        let whole = sources.map { source in
            DrawnMaps.choose([source], nil).filter { !$0.map.kind.isAuxiliary }
        }
        guard let first = whole.first, whole.count <= 2 else { return nil }
        func isLike(_ one: DrawnMaps.Choice, _ other: DrawnMaps.Choice) -> Bool {
            one.map.kind == other.map.kind && one.map.label == other.map.label
        }
        if whole.count == 2 {
            for one in first {
                if let other = whole[1].first(where: { isLike(one, $0) }) { return (one, other) }
            }
            if let one = first.first, let other = whole[1].first { return (one, other) }
            return nil
        }
        for one in first {
            if let other = first.last(where: { $0.map.number > one.map.number && $0.map.kind == one.map.kind }) {
                return (one, other)
            }
        }
        return nil
    }

    /// Whether any address of `range` differs.
    ///
    /// - Complexity: O(log *n*) for *n* differences.
    public func differs(in range: PhysicalRange) -> Bool {
        var (low, high) = (0, differences.count)
        while low < high {
            let middle = low + (high - low) / 2
            if differences[middle].last < range.start { low = middle + 1 } else { high = middle }
        }
        return low < differences.count && differences[low].start <= range.last
    }

    /// The sentences below the picture.
    public var notes: [String] {
        guard !differences.isEmpty else { return ["The two maps have the same type at every address."] }
        let bytes = differences.reduce(UInt128(0)) { $0 + $1.size }
        return [
            "The maps differ in \(SizeText.bytes(bytes)), in \(Figures.count(differences.count, "stretch", plural: "stretches"))."
        ]
    }
}
