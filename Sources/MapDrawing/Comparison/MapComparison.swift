import MapFormats
public import MemoryMap

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
    /// Where `numbers` name none and there are two sources, the first whole map of the first source is one of them, and of the second
    /// source the first one of the same kind, or else the first whole one.
    public init(
        _ sources: [DrawnMaps.Source], numbers: [Int]? = nil, policy: HandoffPolicy? = nil,
        limits: DrawingLimits = DrawingLimits()
    ) throws(Failure) {
        var chosen = DrawnMaps.choose(sources, numbers)
        if numbers == nil, sources.count == 2, let pair = Self.firstOfEach(sources) { chosen = pair }
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

    private static func firstOfEach(_ sources: [DrawnMaps.Source]) -> [DrawnMaps.Choice]? {
        func whole(_ source: DrawnMaps.Source) -> ListedMap? {
            source.collection.maps.first { !$0.kind.isAuxiliary } ?? source.collection.maps.first
        }
        guard let first = whole(sources[0]), let second = whole(sources[1]) else { return nil }
        let alike = sources[1].collection.maps.first { $0.kind == first.kind && $0.label == first.label }
        return [
            DrawnMaps.Choice(source: sources[0], map: first), DrawnMaps.Choice(source: sources[1], map: alike ?? second),
        ]
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
            "The maps differ in \(Figures.size(bytes)), in \(Figures.count(differences.count, "stretch", plural: "stretches"))."
        ]
    }
}
