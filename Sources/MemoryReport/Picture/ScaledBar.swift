import MemoryMap

/// A memory map cut into cells for a picture: a bar in a terminal, a strip on a screen.
///
/// Address spaces are mostly empty, so the bar shows windows of it. **Where it is cut:** a stretch without RAM that is longer than
/// 1/16 of all RAM described (of all memory described where none is RAM) does not share a window with RAM: holes fall out of the picture,
/// regions such as a large reserved area get a window of their own. If that makes more than one window for each eight cells,
/// only the longest of those stretches are cut.
///
/// **Scale:** all windows have the same number of bytes a cell. Only a window without RAM that would take more than 1/16 of the cells
/// is squeezed into that many; its own ``Window/pagesPerCell`` tells. Every window has at least one cell, and the last cell of a window
/// may stand for less than the others.
public struct ScaledBar: Hashable, Sendable {
    /// A stretch of the address space and the cells that show it.
    public struct Window: Hashable, Sendable {
        /// The addresses, from the first one described to the last one.
        public let range: PhysicalRange

        /// What covers most of each cell, from the lowest address up; at least one.
        public let cells: [MemoryCategory]

        /// What one cell stands for.
        public let pagesPerCell: PageCount
    }

    /// The windows from the lowest address up; none for an empty map or where no cells were asked for.
    public let windows: [Window]

    /// What one cell stands for in every window that is not squeezed.
    public let pagesPerCell: PageCount

    /// The cells of all windows and one cell between any two of them; at most the number asked for.
    public var cellCount: Int {
        windows.reduce(max(windows.count - 1, 0)) { $0 + $1.cells.count }
    }

    /// Cuts `map` into at most `cells` cells.
    ///
    /// - Complexity: O(*n* log *n* + *c*) for *n* regions and *c* cells; allocates arrays of *n* and *c* elements.
    public init(_ map: PhysicalMemoryMap, cells: Int) {
        guard cells > 0, !map.regions.isEmpty else {
            windows = []
            pagesPerCell = .zero
            return
        }
        let stretches = Stretch.cutting(map, atMost: min(cells / 8 + 1, (cells + 1) / 2))
        let scale = BarScale(stretches, cells: cells)
        self.windows = stretches.map { scale.window($0, of: map) }
        self.pagesPerCell = PageCount(scale.pagesPerCell)
    }

    /// Cuts `map` as `bar` is cut, so that the same cell of both stands for the same addresses.
    ///
    /// Addresses that no window of `bar` shows are left out.
    ///
    /// - Complexity: O(*n* + *c*) for *n* regions and *c* cells; allocates arrays of *c* elements.
    public init(_ map: PhysicalMemoryMap, cutAs bar: ScaledBar) {
        windows = bar.windows.map { Window(map, in: $0.range, pagesPerCell: $0.pagesPerCell) }
        pagesPerCell = bar.pagesPerCell
    }
}
