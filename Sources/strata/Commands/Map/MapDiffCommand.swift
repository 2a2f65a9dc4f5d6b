import ArgumentParser
import MachineRunner
import MapAnalysis
import MapFormats
import MemoryMap
import MemoryReport

/// `strata map diff`: how a map differs from another one.
struct MapDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compares two memory maps, by region and by total.",
        discussion: """
            Two sources are compared by their first whole maps, of one kind where both have one. One source with several maps is \
            compared with itself: its first one and its last one of the same kind, as two boots in one log are. --first and \
            --second choose others by their numbers, as 'strata map show' counts them from 1 up.
            """ + "\n\n"
                + MapSourceOptions.statuses([
                    0: "the maps are the same", 1: "they differ",
                    65: "a source holds no memory map that is known, or nothing to compare it with",
                ]))

    @OptionGroup(title: "Sources") var source: MapSourceOptions

    @Option(help: ArgumentHelp("The number of the first map, from 1 up among those of all sources.", valueName: "number"))
    var first: Int?

    @Option(help: ArgumentHelp("The number of the second map.", valueName: "number"))
    var second: Int?

    @Flag(help: "Compares types only, not attributes.")
    var typesOnly = false

    @Flag(help: "Prints one JSON object a change and a total.")
    var json = false

    func validate() throws {
        guard !source.isEmpty else { throw ValidationError(MapSourceOptions.missing) }
        guard (first == nil) == (second == nil) else { throw ValidationError("--first and --second go together") }
    }

    func run() async throws {
        let sources = try await SourceReader(options: source).read()
        guard sources.count <= 2 || first != nil else {
            throw ExitCode.telling(
                "two sources can be compared, not \(sources.count): --first and --second choose among their maps", status: 64)
        }
        let (before, after) = try choose(sources)
        let difference = MapDifference(before, after, withAttributes: !typesOnly)
        try Output.standard.deliver((json ? document(difference) : text(difference, before, after)).utf8)
        if !difference.isEmpty { throw ExitCode(1) }
    }

    private func choose(_ sources: [MapSource]) throws -> (AnalyzedMap, AnalyzedMap) {
        let all = sources.flatMap { $0.analyzed(policy: source.policy) }
        func map(_ number: Int) throws -> AnalyzedMap {
            guard (1...all.count).contains(number) else {
                throw ExitCode.telling("there is no map \(number): there are the maps 1 to \(all.count)", status: 64)
            }
            return all[number - 1]
        }
        if let first, let second { return (try map(first), try map(second)) }
        let groups = sources.map { one in one.analyzed(policy: source.policy).filter { !$0.listed.kind.isAuxiliary } }
        if groups.count == 2 {
            for one in groups[0] {
                if let other = groups[1].first(where: { $0.listed.kind == one.listed.kind && $0.listed.label == one.listed.label }
                ) {
                    return (one, other)
                }
            }
            if let one = groups[0].first, let other = groups[1].first { return (one, other) }
        } else if let group = groups.first {
            // The same map of another boot is what people mean; two maps of one boot come after that.
            for isSameLabel in [true, false] {
                for one in group {
                    let other = group.last {
                        $0.listed.kind == one.listed.kind && $0.listed.number > one.listed.number
                            && (!isSameLabel || $0.listed.label == one.listed.label)
                    }
                    if let other { return (one, other) }
                }
            }
        }
        throw ExitCode.telling("there are no two maps to compare", status: 65)
    }

    private func text(_ difference: MapDifference, _ before: AnalyzedMap, _ after: AnalyzedMap) -> String {
        let style = Style(CommandLineHost.current.screen)
        var text = "--- \(TerminalText.harmless(before.title))\n+++ \(TerminalText.harmless(after.title))\n\n"
        guard !difference.isEmpty else { return text + "The maps are the same.\n" }
        var table = TextTable([.right("Start"), .right("Last"), .right("Size"), .left("Before"), .left("After")], style)
        for change in difference.changes {
            table.add(
                [
                    HexadecimalText.text(change.range.start.rawValue), HexadecimalText.text(change.range.last.rawValue),
                    SizeText.bytes(change.range.size), name(change.before, change.after), name(change.after, change.before),
                ], change.after.map { MemoryCategory($0) } ?? .hole)
        }
        text += table.text() + "\n"
        var totals = TextTable([.left("By type"), .right("Before"), .right("After"), .right("Change"), .right("Bytes")], style)
        for total in difference.totals where total.before != total.after {
            let grown = total.after > total.before
            let change = grown ? total.after - total.before : total.before - total.after
            totals.add(
                [
                    TypeText.of(total.type), SizeText.bytes(total.before), SizeText.bytes(total.after),
                    (grown ? "+" : "-") + SizeText.bytes(change), (grown ? "+" : "-") + "\(change)",
                ], MemoryCategory(total.type))
        }
        text += totals.text() + "\n"
        for (label, one, other) in [
            ("RAM described", before.summary.ram, after.summary.ram),
            ("Usable now", before.summary.usableNow, after.summary.usableNow),
            ("Usable after exit", before.summary.usableAfterExit, after.summary.usableAfterExit),
            ("Kept by firmware", before.summary.keptByFirmware, after.summary.keptByFirmware),
        ] {
            text +=
                "  \(label.padded(to: 20))\(SizeText.bytes(one))" + (one == other ? "" : " to \(SizeText.bytes(other))") + "\n"
        }
        return text
    }

    /// A region's type, with its attributes where they are what differs.
    private func name(_ region: MemoryRegion?, _ other: MemoryRegion?) -> String {
        guard let region else { return "(not described)" }
        guard let other, other.type == region.type else { return TypeText.of(region.type) }
        return "\(TypeText.of(region.type)) \(TypeText.of(region.attributes))"
    }

    private func document(_ difference: MapDifference) -> String {
        var buffer = ByteBuffer()
        for change in difference.changes {
            buffer.writeJSONLine { line in
                line.hexadecimal("start", change.range.start)
                line.hexadecimal("last", change.range.last)
                for (key, region) in [("before" as StaticString, change.before), ("after", change.after)] {
                    guard let region else {
                        line.null(key)
                        continue
                    }
                    line.object(key) {
                        $0.number("type", UInt64(region.type.rawValue))
                        $0.string("name", region.type.name)
                        $0.hexadecimal("attributes", region.attributes.rawValue)
                    }
                }
            }
        }
        for total in difference.totals {
            buffer.writeJSONLine { line in
                line.number("total", UInt64(total.type.rawValue))
                line.string("name", total.type.name)
                line.number("beforeBytes", total.before)
                line.number("afterBytes", total.after)
            }
        }
        return buffer.text
    }
}
