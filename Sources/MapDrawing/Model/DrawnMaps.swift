public import MapFormats
public import MemoryMap

/// The maps of one or more sources, made ready to be drawn within limits.
public struct DrawnMaps: Sendable {
    /// What was read from one source, and its name.
    public typealias Source = (name: String, collection: MapCollection)

    public let maps: [DrawnMap]

    /// How many more maps there are, past the limit.
    public let left: Int

    /// Makes the maps of `sources` ready, in their order.
    ///
    /// - Parameters:
    ///   - numbers: Which maps of each source, from 1 up; all where nil. A number that a source does not have is passed over.
    ///   - policy: The rule by which memory is taken over; that of the system that printed the map where nil.
    /// - Complexity: O(*n* log *n*) for *n* rows of the maps that are drawn.
    public init(
        _ sources: [Source], numbers: [Int]? = nil, policy: HandoffPolicy? = nil, limits: DrawingLimits = DrawingLimits()
    ) {
        let chosen = Self.choose(sources, numbers)
        let drawn = chosen.prefix(limits.maps)
        let share = limits.share(ofMaps: drawn.count)
        maps = drawn.map { $0.draw(policy, share) }
        left = chosen.count - drawn.count
    }

    /// The two maps of a comparison.
    init(_ comparison: MapComparison) {
        maps = comparison.maps
        left = 0
    }

    static func choose(_ sources: [Source], _ numbers: [Int]?) -> [Choice] {
        sources.flatMap { source in
            source.collection.maps.filter { numbers?.contains($0.number + 1) ?? true }.map { Choice(source: source, map: $0) }
        }
    }

    /// A map that is to be drawn.
    struct Choice {
        var source: Source
        var map: ListedMap

        func draw(_ policy: HandoffPolicy?, _ limit: Int) -> DrawnMap {
            DrawnMap(map, of: source.collection, source: source.name, policy: policy, limit: limit)
        }
    }
}
