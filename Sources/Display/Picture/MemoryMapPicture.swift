import MemoryMap
import MemoryReport

/// A picture of a machine's memory: heading, headline figures, a bar to scale with its crowded parts magnified, a legend and
/// a table by type.
///
/// The bar is ``ScaledBar`` with one cell a pixel. Below it, each strip shows a part of the one above at a larger scale; in a
/// strip every region is at least one pixel wide, so that none is too small to be seen. The layout follows the size of the
/// surface (see ``PictureLayout`` for what is left out when it is small); below 320 x 200 only the heading's text is drawn.
///
/// Equal input draws equal pixels. Drawing allocates arrays of the order of the surface's width, of the map's regions and of
/// the types that occur, and nothing that outlives it.
public struct MemoryMapPicture: Sendable {
    /// What the heading says of the machine.
    public struct Heading: Sendable {
        /// The processor architecture, "x86-64" for instance.
        public var architecture: StaticString

        /// Who made the firmware, and what else to say of it; printable ASCII, of which the first 40 bytes are shown. May be empty.
        public var firmware: [UInt8]

        /// The SHA-256 of the kernel's file, of which the first eight bytes are shown; empty where none is known.
        public var kernelHash: [UInt8]

        /// Whether the kernel's file had the hash that was expected of it.
        public var isKernelVerified: Bool

        public init(
            architecture: StaticString, firmware: [UInt8] = [], kernelHash: [UInt8] = [],
            isKernelVerified: Bool = false
        ) {
            self.architecture = architecture
            self.firmware = firmware
            self.kernelHash = kernelHash
            self.isKernelVerified = isKernelVerified
        }
    }

    public let heading: Heading
    public let map: PhysicalMemoryMap
    public let summary: MemoryMapSummary

    public init(heading: Heading, map: PhysicalMemoryMap, summary: MemoryMapSummary) {
        self.heading = heading
        self.map = map
        self.summary = summary
    }

    /// Draws the picture over the whole surface.
    ///
    /// - Complexity: O(pixels + *n* log *n*) for *n* regions.
    public func draw<Surface: PixelSurface & ~Copyable>(on surface: inout Surface) {
        surface.fill(surface.bounds, with: PictureTheme.background)
        let categories = categories
        let fates = fates
        // The strips depend on the width of the bar only through the pages that it shows, so any width will do here.
        let shown = BarGeometry(map, width: max(surface.width, 1), breakWidth: 1).pages
        let ranges = Magnification.chain(in: map, showing: shown, limit: 3)
        let contents = PictureLayout.Contents(
            legend: categories.map { $0.label.utf8CodeUnitCount }, types: summary.byType.count,
            fates: fates.count,
            strips: ranges.count)
        guard
            let layout = PictureLayout(width: surface.width, height: surface.height, contents: contents)
        else {
            surface.drawText("Strata", x: 0, y: 0, style: TextStyle(color: PictureTheme.text))
            return
        }
        drawHeader(on: &surface, layout)
        drawFigures(on: &surface, layout)
        let bar = drawBar(on: &surface, layout)
        drawStrips(on: &surface, layout, ranges: ranges, bar: bar)
        drawLegend(on: &surface, layout, categories: categories)
        drawTable(on: &surface, layout)
        drawFates(on: &surface, layout, fates: fates)
    }

    /// The categories that occur, in the order of `MemoryCategory`; holes where a window of the bar shows one.
    var categories: [MemoryCategory] {
        var occurring = [Bool](repeating: false, count: MemoryCategory.allCases.count)
        for total in summary.byType { occurring[Int(MemoryCategory(total.type).rawValue)] = true }
        occurring[Int(MemoryCategory.hole.rawValue)] = hasHoles
        return MemoryCategory.allCases.filter { occurring[Int($0.rawValue)] }
    }

    /// Whether a window of the bar has addresses that no region describes.
    private var hasHoles: Bool {
        ScaledBar(map, cells: 64).windows.contains { !map.covers($0.range) }
    }

    /// The fates that memory of this map meets, in the order of `MemoryFate`.
    var fates: [MemoryFate] { MemoryFate.allCases.filter { summary.pages($0) > .zero } }
}
