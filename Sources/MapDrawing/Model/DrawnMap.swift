public import MapFormats
public import MemoryMap

/// A listed map made ready to be drawn: the regions that it comes to, the holes between them, and what is not drawn.
///
///     let collection = try reader.finish()
///     let drawn = DrawnMaps([("boot.log", collection)])
///     let picture = MapPicture(drawn).svg()
///
/// Every row of the source is either counted by the block that has its first byte, or in ``undrawn``.
public struct DrawnMap: Sendable {
    /// Rows that have no addresses of their own to draw.
    public struct Undrawn: Hashable, Sendable {
        /// Rows that describe no bytes, end below their start or reach past 2^64.
        public var defective = 0

        /// Rows that are parts of other rows, as the children in `/proc/iomem`.
        public var details = 0

        /// Rows by which the source tells of a hole.
        public var gaps = 0
    }

    /// What the map comes from, made plain for display.
    public let source: String

    /// The number of the map in its source, from 1 up, and how many maps that has.
    public let number: Int
    public let mapsInSource: Int

    public let kind: MapKind

    /// Which of the source's maps it is, made plain for display; often empty.
    public let label: String

    /// All rows of the source's listing.
    public let rowCount: Int

    public let undrawn: Undrawn

    public let summary: ListedMapSummary

    /// The regions, holes and groups from the lowest address up: each starts where the one before ends.
    public let blocks: [MapBlock]

    /// What the map comes to, nothing joined.
    let regions: [MemoryRegion]

    /// The regions as whole pages that cover every byte of them, for the scale.
    public let pages: PhysicalMemoryMap

    /// The regions that are drawn, those in groups included: neighbours of one type with different names are several.
    public let regionCount: Int

    /// Makes `map` ready, which is one of `collection`, in at most `limit` blocks (and not fewer than three).
    ///
    /// - Parameter policy: The rule by which memory is taken over; that of the system that printed the map where nil.
    /// - Complexity: O(*n* log *n*) for *n* rows; allocates arrays of *n* elements.
    public init(
        _ map: ListedMap, of collection: MapCollection, source: String, policy: HandoffPolicy? = nil,
        limit: Int = DrawingLimits().blocksPerMap
    ) {
        let resolved = ResolvedMap(map)
        var undrawn = Undrawn()
        for row in map.rows {
            if row.marks.contains(.isDetail) {
                undrawn.details += 1
            } else if row.marks.contains(.isGap) {
                undrawn.gaps += 1
            } else if row.defect != .none {
                undrawn.defective += 1
            }
        }
        let layout = BlockList(map, resolved, limit: limit)
        self.source = MarkupText.plain(source)
        number = map.number + 1
        mapsInSource = collection.maps.count
        kind = map.kind
        label = MarkupText.plain(map.label)
        rowCount = map.rows.count
        self.undrawn = undrawn
        summary = ListedMapSummary(map, resolved: resolved, policy: policy ?? map.defaultPolicy)
        blocks = layout.blocks.map { block, row in
            var block = block
            if let row {
                block.word = MarkupText.plain(collection.word(of: map.rows[row]))
                block.isWordTelling = !map.kind.isUEFI || map.rows[row].marks.contains(.unknownWord)
            }
            return block
        }
        regions = resolved.regions
        regionCount = layout.regionCount
        pages = WholePages.map(of: resolved.regions)
    }
}
