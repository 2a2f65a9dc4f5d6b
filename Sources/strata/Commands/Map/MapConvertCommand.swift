import ArgumentParser
import HostFiles
import MachineRunner
import MapAnalysis
import MapFormats
import MemoryReport
import SystemPackage

extension MapOutputFormat: NamedArgument {}

/// `strata map convert`: a map in another form.
struct MapConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Writes a memory map in another form, if that form can hold it.",
        discussion: """
            The text forms are those that kernels and firmware print and that programs read; json and csv are Strata's own and \
            keep everything. Of several maps the first whole one is written, unless --map names another; json and csv hold all.
            """ + "\n\n"
                + MapSourceOptions.statuses([
                    0: "done", 65: "a source holds no memory map that is known, or the form cannot hold it",
                    73: "the file cannot be written",
                ]))

    @OptionGroup(title: "Sources") var source: MapSourceOptions

    @Option(name: .customLong("to"), help: ArgumentHelp("The form.", valueName: "form"))
    var target: MapOutputFormat

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("The file to write instead of the standard output.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("The number of the map, as 'strata map show' counts them from 1 up.", valueName: "number"))
    var map: Int?

    @Option(help: ArgumentHelp("The distance of descriptors in efi-descriptors.", valueName: "bytes"))
    var outputDescriptorSize = 48

    func validate() throws {
        guard !source.isEmpty else { throw ValidationError(MapSourceOptions.missing) }
    }

    func run() async throws {
        let sources = try await SourceReader(options: source).read()
        let all = sources.flatMap { $0.analyzed(policy: source.policy) }
        var chosen = all
        if let map {
            guard (1...all.count).contains(map) else {
                throw ExitCode.telling("--map \(map): there are the maps 1 to \(all.count)", status: 64)
            }
            chosen = [all[map - 1]]
        } else if target != .json, target != .csv, let first = all.first(where: { !$0.listed.kind.isAuxiliary }) ?? all.first {
            chosen = [first]
            if all.count > 1 {
                Output.error.line("strata: of \(all.count) maps this one is written: \(TerminalText.harmless(first.title))")
            }
        }
        let buffer = try write(chosen)
        guard let output else { return try Output.standard.deliver(buffer.bytes) }
        do throws(FileFailure) {
            try OutputFile.replace(FilePath(output), with: buffer.bytes)
        } catch {
            throw ExitCode.telling("\(error)", status: 73)
        }
    }

    private func write(_ maps: [AnalyzedMap]) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        var writer = MapWriter(target)
        writer.descriptorSize = outputDescriptorSize
        writer.begin(&buffer)
        for (index, map) in maps.enumerated() {
            writer.source = map.source.name
            do throws(MapWriteError) {
                try writer.write(map.listed, words: map.source.collection.words, number: index + 1, to: &buffer)
            } catch {
                throw ExitCode.telling(
                    "\(map.source.name): cannot be written as \(target.name): \(error.explanation)", status: 65)
            }
        }
        return buffer
    }
}
