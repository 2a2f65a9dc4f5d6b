import ArgumentParser
import HostFiles
import MapAnalysis
import MapDrawing
import MapFormats
import SystemPackage

/// `strata map draw`: memory maps as pictures.
struct MapDrawCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draw",
        abstract: "Draws memory maps: in the terminal, as an SVG picture, as a page for a browser.",
        discussion: """
            Everything is drawn twice: to scale, and so that every region can be seen however small it is. A source with several \
            maps gives several pictures, one below the other. Without --svg and --html the picture goes to the terminal.
            """ + "\n\n"
                + MapSourceOptions.statuses([
                    0: "done", 64: "wrong arguments, or --side-by-side without two maps", 73: "a picture cannot be written",
                ]))

    @OptionGroup(title: "Sources") var source: MapSourceOptions

    @Option(help: ArgumentHelp("Draws an SVG picture into this file; - is the standard output.", valueName: "file"))
    var svg: String?

    @Option(
        help: ArgumentHelp(
            "Makes one page for a browser, which needs no other file; - is the standard output.", valueName: "file"))
    var html: String?

    @Flag(help: "Draws in the terminal too.")
    var terminal = false

    @Flag(help: "Draws two maps beside each other on one scale, and marks where they differ.")
    var sideBySide = false

    @Option(
        name: .customLong("map"),
        help: ArgumentHelp("Which maps of each source, by their numbers from 1 up, parted by commas.", valueName: "list"))
    var numbers: MapNumbers?

    func validate() throws {
        guard !source.isEmpty else { throw ValidationError(MapSourceOptions.missing) }
        if svg == "-", html == "-" { throw ValidationError("--svg - and --html -: only one can have the standard output") }
        if terminal, svg == "-" || html == "-" {
            throw ValidationError("--terminal: the standard output is taken by --svg or --html")
        }
    }

    func run() async throws {
        let sources = try await SourceReader(options: source).read()
        let read = sources.map { (name: $0.name, collection: $0.collection) }
        let title = sources.map(\.name).joined(separator: " + ")
        if let numbers = numbers?.numbers {
            for (name, collection) in read {
                guard !numbers.contains(where: { $0 <= collection.maps.count }) else { continue }
                throw ExitCode.telling(
                    "\(name): --map names none of its maps, which are 1 to \(collection.maps.count)", status: 64)
            }
        }
        if sideBySide { try drawPair(of: read, title) } else { try draw(read, title) }
    }

    private var drawsInTerminal: Bool { terminal || svg == nil && html == nil }

    private func draw(_ read: [DrawnMaps.Source], _ title: String) throws {
        if drawsInTerminal {
            let printer = MapDrawPrinter(Style(CommandLineHost.current.screen))
            let drawn = DrawnMaps(read, numbers: numbers?.numbers, policy: source.policy, limits: printer.limits)
            try Output.standard.deliver(printer.text(drawn).utf8)
        }
        guard svg != nil || html != nil else { return }
        let drawn = DrawnMaps(read, numbers: numbers?.numbers, policy: source.policy)
        if let svg { try write(MapPicture(drawn).svg(), to: svg) }
        if let html { try write(MapPage(title: title, drawn).html(), to: html) }
    }

    private func drawPair(of read: [DrawnMaps.Source], _ title: String) throws {
        let comparison: MapComparison
        do {
            comparison = try MapComparison(read, numbers: numbers?.numbers, policy: source.policy)
        } catch .notTwo(let chosen) {
            throw ExitCode.telling(
                """
                --side-by-side takes two maps, not \(chosen): name two sources, or choose with --map, as in --map 1,2
                """, status: 64)
        }
        if drawsInTerminal {
            try Output.standard.deliver(MapDrawPrinter(Style(CommandLineHost.current.screen)).text(comparison).utf8)
        }
        if let svg { try write(ComparisonPicture(comparison).svg(), to: svg) }
        if let html { try write(MapPage(title: title, comparison).html(), to: html) }
    }

    private func write(_ picture: String, to path: String) throws {
        guard path != "-" else { return try Output.standard.deliver(picture.utf8) }
        do throws(FileFailure) {
            try OutputFile.replace(FilePath(path), with: picture.utf8)
        } catch {
            throw ExitCode.telling("\(error)", status: 73)
        }
    }
}

/// Numbers of maps as an argument names them.
struct MapNumbers: ExpressibleByArgument {
    let numbers: [Int]

    init?(argument: String) {
        var numbers: [Int] = []
        for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let number = Int(word), number > 0 else { return nil }
            if !numbers.contains(number) { numbers.append(number) }
        }
        self.numbers = numbers
    }
}
