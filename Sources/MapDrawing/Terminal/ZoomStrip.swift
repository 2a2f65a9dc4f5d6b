#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif
import MapFormats
import MemoryMap

/// A map as a strip of cells in which every block has at least one: large ones get more, by the logarithm of their size.
///
/// The counterpart for terminals of a picture's column of every region.
public struct ZoomStrip: Sendable {
    /// A block's cells.
    public struct Segment: Hashable, Sendable {
        /// The index of the block in ``DrawnMap/blocks``.
        public let block: Int

        /// At least one.
        public let cells: Int
    }

    /// A segment for each block, from the lowest address up.
    public let segments: [Segment]

    /// Shares `cells` cells out; a map with more blocks than that takes one for each.
    public init(_ map: DrawnMap, cells: Int) {
        let weights = map.blocks.map { block in
            // Holes are there to be seen, not to take room.
            block.isHole ? 0 : log2(Double(block.range.size) / Double(PageCount.pageSize) + 1)
        }
        let whole = weights.reduce(0, +)
        let spare = Double(max(cells - weights.count, 0))
        segments = weights.enumerated().map { index, weight in
            Segment(block: index, cells: 1 + (whole > 0 ? Int(spare * weight / whole) : 0))
        }
    }
}
