import MapFormats
import MemoryMap
public import MemoryReport

/// What a picture says of a map as a whole.
extension DrawnMap {
    /// Which map it is: "map 2 of 3", "linux-e820", "user", "24 rows, 22 regions".
    public var identity: [String] {
        var words: [String] = []
        if mapsInSource > 1 { words.append("map \(number) of \(mapsInSource)") }
        words.append("\(kind.name)")
        if !label.isEmpty { words.append(label) }
        words.append("\(Figures.count(rowCount, "row")), \(Figures.count(regionCount, "region"))")
        return words
    }

    /// The same in one line.
    var identityLine: String { identity.joined(separator: " · ") }

    /// The headline figures, each with its name; none for a list that is not the whole of a map.
    public var figures: [(name: String, value: String)] {
        guard !kind.isAuxiliary else { return [] }
        var figures = [
            ("RAM described", SizeText.bytes(summary.ram)), ("usable now", SizeText.bytes(summary.usableNow)),
            ("usable after exit (\(summary.policy.name))", SizeText.bytes(summary.usableAfterExit)),
            ("kept by firmware", SizeText.bytes(summary.keptByFirmware)),
        ]
        if let largest = summary.largestUsableAfterExit {
            figures.append(
                ("largest usable", "\(SizeText.bytes(largest.size)) at \(HexadecimalText.text(largest.start.rawValue))"))
        }
        if !summary.holes.isEmpty { figures.append(("holes", Figures.grouped(summary.holes.count))) }
        return figures
    }

    /// A category in a legend.
    public struct LegendEntry: Sendable {
        public let category: MemoryCategory

        /// The bytes that the map has of it.
        public let byteCount: UInt128

        /// The same for people.
        public var size: String { SizeText.bytes(byteCount) }
    }

    /// The categories that occur, holes last.
    public var legend: [LegendEntry] {
        var bytes = [UInt128](repeating: 0, count: MemoryCategory.allCases.count)
        for region in regions { bytes[Int(MemoryCategory(region).rawValue)] += region.range.size }
        bytes[Int(MemoryCategory.hole.rawValue)] = summary.holes.reduce(0) { $0 + $1.size }
        return MemoryCategory.allCases.map { LegendEntry(category: $0, byteCount: bytes[Int($0.rawValue)]) }
            .filter { $0.byteCount > 0 }
    }

    /// What the picture does not show as it is, a sentence each.
    public var notes: [String] {
        var notes: [String] = []
        let groups = blocks.compactMap(\.group)
        if !groups.isEmpty {
            let regions = groups.reduce(0) { $0 + $1.regions }
            let holes = groups.reduce(0) { $0 + $1.holes }
            let largest = groups.map(\.largest).max() ?? 0
            notes.append(
                """
                To keep this small, \(Figures.count(regions, "region")) and \(Figures.count(holes, "hole")), none larger than \
                \(SizeText.bytes(largest)), are drawn together with their neighbours in \(Figures.count(groups.count, "hatched block")).
                """)
        }
        let undrawn = undrawn
        if undrawn.defective > 0 {
            notes.append(
                "\(Figures.count(undrawn.defective, "row")) not drawn: without bytes, or past the end of the address space.")
        }
        if undrawn.details > 0 { notes.append("\(Figures.count(undrawn.details, "row")) not drawn: parts of other rows.") }
        if undrawn.gaps > 0 {
            notes.append("\(Figures.count(undrawn.gaps, "row")) drawn as holes: the source says that nothing is there.")
        }
        if summary.overlappingRows > 0 {
            let verb = summary.overlappingRows == 1 ? "overlaps another" : "overlap others"
            let rule = kind.isE820 ? "the highest type wins, as in Linux" : "the type that promises least wins"
            notes.append("\(Figures.count(summary.overlappingRows, "row")) \(verb): where they do, \(rule).")
        }
        if blocks.isEmpty { notes.append("The map describes no addresses.") }
        return notes
    }
}
