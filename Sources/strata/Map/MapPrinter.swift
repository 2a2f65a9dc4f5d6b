import MachineRunner
import MapAnalysis
import MapFormats
import MemoryMap
import MemoryReport

/// A map for people: headline figures, types, attributes, holes, a picture to scale and a table.
struct MapPrinter {
    let map: AnalyzedMap

    /// Which of how many maps of all sources it is, from 1 up.
    let number: Int
    let count: Int

    let style: Style

    /// Whether the source's own rows are listed, in their order, instead of the regions that they make.
    let showsRows: Bool

    /// How many holes and kinds of attributes are listed.
    private static let most = 12

    private var summary: ListedMapSummary { map.summary }

    func text() -> String {
        var text = style.heading(TerminalText.harmless(map.title)) + "\n"
        text += style.faint("  " + origin) + "\n\n"
        text += showsRows ? rows() : regions()
        guard !map.listed.kind.isAuxiliary else { return text }
        text += "\n" + types() + "\n" + headlines()
        if let bar = picture() { text += "\n" + bar }
        return text
    }

    private var origin: String {
        let rows = map.listed.rows
        var parts = count > 1 ? ["map \(number) of \(count)"] : []
        parts.append("\(rows.count) \(rows.count == 1 ? "row" : "rows")")
        if let first = rows.first?.line, let last = rows.last?.line {
            parts.append(first == last ? "line \(first)" : "lines \(first) to \(last)")
        }
        let ends =
            switch map.listed.convention {
            case .inclusive: "ends are last bytes"
            case .exclusive: "ends are one past the last byte"
            case .length: "lengths in bytes"
            case .pages: "lengths in pages"
            }
        parts.append(ends)
        if map.listed.kind.isAuxiliary { parts.append("a list beside the machine's map") }
        return parts.joined(separator: ", ")
    }

    private func regions() -> String {
        var table = TextTable([.right("Start"), .right("Last"), .right("Size"), .left("Type"), .left("Attributes")], style)
        var end: UInt64?
        for region in map.resolved.regions {
            // A list beside a map leaves out nearly everything.
            if !map.listed.kind.isAuxiliary, let end, end < region.range.start.rawValue,
                let hole = PhysicalRange(start: PhysicalAddress(end), last: PhysicalAddress(region.range.start.rawValue - 1))
            {
                table.add([address(hole.start), address(hole.last), size(hole.size), "(not described)", ""], .hole)
            }
            end = region.range.end?.rawValue
            table.add(
                [
                    address(region.range.start), address(region.range.last), size(region.range.size), TypeText.of(region.type),
                    region.attributes.isEmpty ? "" : TypeText.of(region.attributes),
                ], MemoryCategory(region))
        }
        return table.text()
    }

    private func rows() -> String {
        var table = TextTable(
            [
                .right("Line"), .right("Start"), .right("Last"), .right("Size"), .left("Type"), .left("Word"),
                .left("Attributes"),
            ], style)
        for row in map.listed.rows {
            let bytes = row.range.map { size($0.size) } ?? "(\(row.defect.name))"
            let indent = row.marks.contains(.isDetail) ? "  " : ""
            table.add(
                [
                    "\(row.line)", address(row.start), address(row.last), bytes,
                    indent + (row.marks.contains(.isGap) ? "(gap)" : TypeText.of(row.type)),
                    TerminalText.harmless(map.source.collection.word(of: row)),
                    row.attributes.isEmpty ? "" : TypeText.of(row.attributes),
                ], row.marks.contains(.isGap) ? .hole : MemoryCategory(row.type, row.attributes))
        }
        return table.text()
    }

    private func types() -> String {
        var table = TextTable([.left("By type"), .right("Rows"), .right("Regions"), .right("Bytes"), .right("Size")], style)
        for total in summary.byType {
            table.add(
                [TypeText.of(total.type), "\(total.rows)", "\(total.regions)", "\(total.bytes)", size(total.bytes)],
                MemoryCategory(total.type))
        }
        return table.text()
    }

    private func headlines() -> String {
        var lines: [(String, String)] = [
            ("RAM described", size(summary.ram)),
            ("Usable now", size(summary.usableNow) + largest(summary.largestUsableNow)),
        ]
        lines += policies()
        lines.append(("Kept by firmware", size(summary.keptByFirmware)))
        if summary.softReserved > 0 { lines.append(("Soft reserved", size(summary.softReserved))) }
        if summary.persistent > 0 { lines.append(("Persistent", size(summary.persistent))) }
        if summary.unaccepted > 0 { lines.append(("Unaccepted", size(summary.unaccepted))) }
        lines.append(("MMIO regions", "\(summary.memoryMappedIORegions)"))
        let holes = summary.holes.reduce(UInt128(0)) { $0 + $1.size }
        lines.append(("Holes", summary.holes.isEmpty ? "none" : "\(summary.holes.count), \(size(holes))"))
        if let biggest = map.resolved.regions.filter({ !$0.type.isRAM }).max(by: { $0.range.size < $1.range.size }) {
            let place = "\(size(biggest.range.size)) of \(TypeText.of(biggest.type)) at \(address(biggest.range.start))"
            lines.append(("Largest that is no RAM", place))
        }
        for (index, one) in map.byAttributes.prefix(Self.most).enumerated() where map.listed.rows.contains(where: \.hasAttributes)
        {
            lines.append((index == 0 ? "Attributes" : "", "\(size(one.bytes))  \(TypeText.of(one.attributes))"))
        }
        if summary.overlappingRows > 0 {
            lines.append(("Overlapping rows", style.bad("\(summary.overlappingRows)") + ": see 'strata map check'"))
        }
        if summary.outOfOrderRows > 0 { lines.append(("Rows out of order", "\(summary.outOfOrderRows)")) }
        if let stated = map.listed.statedTotal { lines.append(("Total of the source", "\(stated) bytes")) }
        return lines.map { "  \($0.0.padded(to: 24))\($0.1)\n" }.joined()
    }

    /// A line for each amount that some policy makes usable.
    private func policies() -> [(String, String)] {
        var groups: [(text: String, policies: [String])] = []
        for one in map.summariesByPolicy {
            let text = size(one.usableAfterExit) + largest(one.largestUsableAfterExit)
            if let index = groups.firstIndex(where: { $0.text == text }) {
                groups[index].policies.append("\(one.policy.name)")
            } else {
                groups.append((text, ["\(one.policy.name)"]))
            }
        }
        return groups.enumerated().map { index, group in
            (index == 0 ? "Usable after exit" : "", "\(group.text) (\(group.policies.joined(separator: ", ")))")
        }
    }

    private func picture() -> String? {
        guard let pages = map.resolved.pageMap, !pages.regions.isEmpty else { return nil }
        return BarPrinter(map: pages, style: style).text()
    }

    private func largest(_ range: PhysicalRange?) -> String {
        range.map { ", largest \(size($0.size)) at \(address($0.start))" } ?? ""
    }

    private func size(_ bytes: UInt128) -> String { SizeText.bytes(bytes) }
    private func address(_ address: PhysicalAddress) -> String { HexadecimalText.text(address.rawValue) }
}
