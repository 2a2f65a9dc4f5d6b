import ArgumentParser
import HostFiles
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

            EXIT STATUS
              0   done
              64  wrong arguments, or --side-by-side without two maps
              65  a source holds no memory map that is known
              66  a source cannot be read
              73  a picture cannot be written
            """)

    @Argument(help: ArgumentHelp("Files to read; - is the standard input.", valueName: "source"))
    var sources: [String]

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
        guard !sources.isEmpty else { throw ValidationError("a source is missing: a file or -") }
        if sources.count(where: { $0 == "-" }) > 1 { throw ValidationError("the standard input can be read only once") }
        if svg == "-", html == "-" { throw ValidationError("--svg - and --html -: only one can have the standard output") }
        if terminal, svg == "-" || html == "-" {
            throw ValidationError("--terminal: the standard output is taken by --svg or --html")
        }
    }

    func run() async throws {
        var read: [DrawnMaps.Source] = []
        for source in sources { read.append((source, try await collection(source))) }
        if let numbers = numbers?.numbers {
            for (name, collection) in read {
                guard !numbers.contains(where: { $0 <= collection.maps.count }) else { continue }
                throw fail("\(name): --map names none of its maps, which are 1 to \(collection.maps.count)", status: 64)
            }
        }
        if sideBySide { try drawPair(of: read) } else { try draw(read) }
    }

    /// What the pictures are called.
    private var title: String { sources.joined(separator: " + ") }

    private var drawsInTerminal: Bool { terminal || svg == nil && html == nil }

    private func draw(_ read: [DrawnMaps.Source]) throws {
        if drawsInTerminal {
            let printer = MapDrawPrinter(Style(CommandLineHost.current.screen))
            Output.standard.write(printer.text(DrawnMaps(read, numbers: numbers?.numbers, limits: printer.limits)))
        }
        guard svg != nil || html != nil else { return }
        let drawn = DrawnMaps(read, numbers: numbers?.numbers)
        if let svg { try write(MapPicture(drawn).svg(), to: svg) }
        if let html { try write(MapPage(title: title, drawn).html(), to: html) }
    }

    private func drawPair(of read: [DrawnMaps.Source]) throws {
        let comparison: MapComparison
        do {
            comparison = try MapComparison(read, numbers: numbers?.numbers)
        } catch .notTwo(let chosen) {
            throw fail(
                """
                --side-by-side takes two maps, not \(chosen): name two sources, or choose with --map, as in --map 1,2
                """, status: 64)
        }
        if drawsInTerminal {
            Output.standard.write(MapDrawPrinter(Style(CommandLineHost.current.screen)).text(comparison))
        }
        if let svg { try write(ComparisonPicture(comparison).svg(), to: svg) }
        if let html { try write(MapPage(title: title, comparison).html(), to: html) }
    }

    private func collection(_ source: String) async throws -> MapCollection {
        let collection: MapCollection
        do {
            collection =
                try source.hasSuffix(".gz") ? parse(await Gunzip.contents(of: FilePath(source))) : parse(FilePath(source))
        } catch MapReadError.tooManyRows(let limit, let line) {
            throw fail("\(source):\(line): more than \(limit) rows", status: 66)
        } catch MapReadError.tooManyLines {
            throw fail("\(source): too many lines", status: 66)
        } catch {
            throw fail("\(error)", status: 66)
        }
        guard !collection.maps.isEmpty else { throw fail("\(source): holds no memory map that is known", status: 65) }
        return collection
    }

    private func parse(_ contents: [UInt8]) throws -> MapCollection {
        var reader = MapReader()
        try reader.read(contents.span)
        return try reader.finish()
    }

    private func parse(_ path: FilePath) throws -> MapCollection {
        var reader = MapReader()
        try InputFile.forEachPiece(of: path) { try reader.read($0) }
        return try reader.finish()
    }

    private func write(_ picture: String, to path: String) throws {
        guard path != "-" else { return Output.standard.write(picture) }
        do throws(FileFailure) {
            try OutputFile.replace(FilePath(path), with: picture.utf8)
        } catch {
            throw fail("\(error)", status: 73)
        }
    }

    private func fail(_ message: String, status: Int32) -> ExitCode {
        Output.error.line("strata: \(message)")
        return ExitCode(status)
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
