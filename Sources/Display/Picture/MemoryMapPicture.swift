import MemoryMap
import MemoryReport

/// A picture of a machine's memory: heading, headline figures, a bar to scale with its crowded parts magnified, a legend and
/// a table by type.
///
/// The bar is `ScaledBar` with one cell a pixel. Below it, each strip shows a part of the one above at a larger scale; in a
/// strip every region is at least one pixel wide, and of several in one pixel the highest is seen. The layout follows the size
/// of the surface (see `PictureLayout` for what is left out when it is small); below 320 x 200 only a line of text is drawn.
///
/// Equal input draws equal pixels. Drawing allocates arrays of the order of the surface's width, of the map's regions and of
/// the types that occur, and nothing that outlives it.
public struct MemoryMapPicture: Sendable {
    /// What the heading says of the machine.
    public struct Heading: Sendable {
        /// The processor architecture, "x86-64" for instance.
        public var architecture: StaticString

        /// Who made the firmware, and what else to say of it: printable ASCII, of which the first 40 bytes are shown.
        public var firmware: [UInt8]

        /// The SHA-256 of the kernel's file, of which the first eight bytes are shown; empty where none is known.
        public var kernelHash: [UInt8]

        /// Whether the kernel's file had the hash that was expected of it.
        public var isKernelVerified: Bool

        public init(architecture: StaticString, firmware: [UInt8] = [], kernelHash: [UInt8] = [], isKernelVerified: Bool = false)
        {
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
        guard let frame = PictureFrame(width: surface.width, height: surface.height) else {
            surface.drawText("Strata", x: 0, y: 0, style: TextStyle(color: PictureTheme.text))
            return
        }
        let bar = BarGeometry(map, width: frame.span, breakWidth: 14 * frame.unit)
        let ranges = Magnification.chain(in: map, showing: bar.pages, limit: 3)
        let fates = fates
        let contents = PictureLayout.Contents(
            windows: bar.windows.count, strips: ranges.count,
            legend: categories(bar, ranges[...]).map { $0.label.utf8CodeUnitCount }, types: summary.byType.count,
            fates: fates.count)
        let layout = PictureLayout(frame, contents: contents)
        let strips = ranges.prefix(layout.strips.count)

        drawHeader(on: &surface, layout)
        drawFigures(on: &surface, layout)
        drawBar(on: &surface, layout, bar)
        drawStrips(on: &surface, layout, ranges: strips, bar: bar)
        drawLegend(on: &surface, layout, categories: categories(bar, strips))
        drawTable(on: &surface, layout)
        drawFates(on: &surface, layout, fates: fates)
    }

    /// The categories that occur, in the order of `MemoryCategory`; holes where the bar or a strip shows one.
    func categories(_ bar: BarGeometry, _ strips: ArraySlice<PhysicalRange>) -> [MemoryCategory] {
        var occurring = [Bool](repeating: false, count: MemoryCategory.allCases.count)
        for region in map.regions { occurring[Int(MemoryCategory(region).rawValue)] = true }
        let hasHoles = bar.windows.contains { !map.covers($0.window.range) } || strips.contains { !map.covers($0) }
        occurring[Int(MemoryCategory.hole.rawValue)] = hasHoles
        return MemoryCategory.allCases.filter { occurring[Int($0.rawValue)] }
    }

    /// The fates that memory of this map meets, in the order of `MemoryFate`.
    var fates: [MemoryFate] { MemoryFate.allCases.filter { summary.pages($0) > .zero } }
}
