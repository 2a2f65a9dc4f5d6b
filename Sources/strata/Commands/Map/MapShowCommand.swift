import ArgumentParser
import MapAnalysis
import MapFormats
import MemoryReport

/// `strata map show`: what a machine's memory looks like.
struct MapShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows the memory maps in sources: figures, types, a table and a picture to scale.",
        discussion: MapSourceOptions.statuses([0: "done"]))

    @OptionGroup(title: "Sources") var source: MapSourceOptions

    @Flag(help: "Lists the sources' own rows in their order instead of the regions that they make.")
    var rows = false

    @Flag(help: "Prints one JSON object a line: maps, rows, figures.")
    var json = false

    @Flag(help: "Prints the rows as comma-separated values.")
    var csv = false

    func validate() throws {
        if source.isEmpty { throw ValidationError(MapSourceOptions.missing) }
        if json && csv { throw ValidationError("--json and --csv exclude each other") }
    }

    func run() async throws {
        let sources = try await SourceReader(options: source).read()
        if json || csv { return try Output.standard.deliver(document(sources).bytes) }
        let style = Style(CommandLineHost.current.screen)
        let maps = sources.flatMap { $0.analyzed(policy: source.policy) }
        for (index, map) in maps.enumerated() {
            let printer = MapPrinter(map: map, number: index + 1, count: maps.count, style: style, showsRows: rows)
            try Output.standard.deliver(((index == 0 ? "" : "\n") + printer.text()).utf8)
        }
    }

    private func document(_ sources: [MapSource]) -> ByteBuffer {
        var buffer = ByteBuffer()
        var writer = MapWriter(json ? .json : .csv)
        writer.begin(&buffer)
        var number = 1
        for source in sources {
            writer.source = source.name
            for map in source.analyzed(policy: self.source.policy) {
                // These two forms hold everything: they throw nothing.
                try? writer.write(map.listed, words: source.collection.words, number: number, to: &buffer)
                if json { buffer.writeSummary(map, number: number) }
                number += 1
            }
        }
        return buffer
    }
}
