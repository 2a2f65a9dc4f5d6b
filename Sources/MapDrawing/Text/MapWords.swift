import MapFormats
import MemoryMap
import MemoryReport

/// What a picture says of a map as a whole.
struct MapWords {
    let map: DrawnMap

    init(_ map: DrawnMap) { self.map = map }

    /// Which map it is: "map 2 of 3 · linux-e820 · user · 24 rows, 22 regions".
    var identity: String {
        var words: [String] = []
        if map.mapsInSource > 1 { words.append("map \(map.number) of \(map.mapsInSource)") }
        words.append("\(map.kind.name)")
        if !map.label.isEmpty { words.append(map.label) }
        words.append("\(Figures.count(map.rowCount, "row")), \(Figures.count(map.regionCount, "region"))")
        return words.joined(separator: " · ")
    }

    /// The headline figures, each with its name; none for a list that is not the whole of a map.
    var figures: [(name: String, value: String)] {
        guard !map.kind.isAuxiliary else { return [] }
        let summary = map.summary
        var figures = [
            ("RAM described", Figures.size(summary.ram)), ("usable now", Figures.size(summary.usableNow)),
            ("usable after exit (\(summary.policy.name))", Figures.size(summary.usableAfterExit)),
            ("kept by firmware", Figures.size(summary.keptByFirmware)),
        ]
        if let largest = summary.largestUsableAfterExit {
            figures.append(("largest usable", "\(Figures.size(largest.size)) at \(Figures.address(largest.start))"))
        }
        if !summary.holes.isEmpty { figures.append(("holes", Figures.grouped(summary.holes.count))) }
        return figures
    }

    /// The categories that occur with what they have, holes last.
    var legend: [(category: MemoryCategory, bytes: UInt128)] {
        var bytes = [UInt128](repeating: 0, count: MemoryCategory.allCases.count)
        for total in map.summary.byType { bytes[Int(MemoryCategory(total.type).rawValue)] += total.bytes }
        bytes[Int(MemoryCategory.hole.rawValue)] = map.summary.holes.reduce(0) { $0 + $1.size }
        return MemoryCategory.allCases.map { ($0, bytes[Int($0.rawValue)]) }.filter { $0.1 > 0 }
    }

    /// What the picture does not show as it is, a sentence each.
    var notes: [String] {
        var notes: [String] = []
        let groups = map.blocks.compactMap(\.group)
        if !groups.isEmpty {
            let regions = groups.reduce(0) { $0 + $1.regions }
            let holes = groups.reduce(0) { $0 + $1.holes }
            let largest = map.blocks.filter { $0.group == nil }.map(\.range.size).min() ?? 0
            notes.append(
                """
                To keep this small, \(Figures.count(regions, "region")) and \(Figures.count(holes, "hole")), none larger than \
                \(Figures.size(largest)), are drawn together with their neighbours in \(Figures.count(groups.count, "hatched block")).
                """)
        }
        let undrawn = map.undrawn
        if undrawn.defective > 0 {
            notes.append(
                "\(Figures.count(undrawn.defective, "row")) not drawn: without bytes, or past the end of the address space.")
        }
        if undrawn.details > 0 { notes.append("\(Figures.count(undrawn.details, "row")) not drawn: parts of other rows.") }
        if undrawn.gaps > 0 {
            notes.append("\(Figures.count(undrawn.gaps, "row")) drawn as holes: the source says that nothing is there.")
        }
        if map.summary.overlappingRows > 0 {
            let verb = map.summary.overlappingRows == 1 ? "overlaps another" : "overlap others"
            let rule = map.kind.isE820 ? "the highest type wins, as in Linux" : "the type that promises least wins"
            notes.append("\(Figures.count(map.summary.overlappingRows, "row")) \(verb): where they do, \(rule).")
        }
        if map.blocks.isEmpty { notes.append("The map describes no addresses.") }
        return notes
    }
}
