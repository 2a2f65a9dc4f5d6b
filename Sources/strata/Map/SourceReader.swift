import ArgumentParser
import HostFiles
import MachineRunner
import MapAnalysis
import MapFormats
import SystemPackage

/// Reads the sources that a command was given, whatever they are.
struct SourceReader {
    let options: MapSourceOptions

    /// A binary source larger than this is refused: no memory map is.
    private static let largestBinary = 64 << 20

    /// Reads all of them, in their order; `--live` and `--boot` come last.
    ///
    /// - Parameter together: whether the sources are about one machine, so that one may say only what lies beside the others' maps.
    /// - Throws: `ExitCode` after telling what is wrong on the standard error.
    func read(together: Bool = false) async throws -> [MapSource] {
        var sources: [MapSource] = []
        for path in options.sources { sources.append(try await read(path)) }
        // One of several that says nothing would otherwise be taken for one in which all is well.
        let silent = sources.filter { $0.collection.maps.isEmpty && !(together && !$0.collection.facts.isEmpty) }
        if options.live { sources += try live() }
        if options.boot { sources.append(try await boot()) }
        for source in sources {
            for note in source.notes { Output.error.line("strata: \(TerminalText.harmless(source.name)): \(note)") }
        }
        guard silent.isEmpty, sources.contains(where: { !$0.collection.maps.isEmpty }) else {
            for source in silent.isEmpty ? sources : silent {
                Output.error.line(
                    "strata: \(TerminalText.harmless(source.name)): there is no memory map in it, or none of a kind that is known"
                )
            }
            throw ExitCode(65)
        }
        return sources
    }

    private func read(_ path: String) async throws -> MapSource {
        do {
            if path.hasSuffix(".gz") { return try parse(path, try await Gunzip.contents(of: FilePath(path))) }
            return try stream(path)
        } catch let error as MapReadError {
            throw ExitCode.telling("\(path): \(error.explanation)", status: 65)
        } catch let error as BinaryMapError {
            throw ExitCode.telling("\(path): \(error.explanation)", status: 65)
        } catch let error as ExitCode {
            throw error
        } catch {
            throw ExitCode.telling("\(error)", status: 66)
        }
    }

    private func parse(_ path: String, _ contents: [UInt8]) throws -> MapSource {
        if options.format != nil || BinaryMapReader.looksBinary(contents.span) { return try binary(path, contents) }
        var reader = MapReader()
        try reader.read(contents.span)
        return text(path, try reader.finish())
    }

    /// Reads a file in pieces; the first one tells whether it is text.
    private func stream(_ path: String) throws -> MapSource {
        var reader = MapReader()
        var bytes: [UInt8] = []
        var isBinary = options.format != nil
        var isFirst = true
        try InputFile.forEachPiece(of: FilePath(path)) { piece in
            if isFirst, !isBinary { isBinary = BinaryMapReader.looksBinary(piece) }
            isFirst = false
            guard isBinary else { return try reader.read(piece) }
            guard bytes.count + piece.count <= Self.largestBinary else {
                throw ExitCode.telling(
                    "\(path): this is no text, and longer than \(Self.largestBinary >> 20) MiB, as no binary memory map is",
                    status: 65)
            }
            for index in piece.indices { bytes.append(piece[index]) }
        }
        return isBinary ? try binary(path, bytes) : text(path, try reader.finish())
    }

    private func text(_ path: String, _ maps: MapCollection) -> MapSource {
        var notes: [String] = []
        if maps.overlongLines > 0 {
            notes.append(
                maps.overlongLines == 1
                    ? "1 line is longer than 16 KiB and was passed over"
                    : "\(maps.overlongLines) lines are longer than 16 KiB and were passed over")
        }
        return MapSource(name: path == "-" ? "standard input" : path, collection: maps, notes: notes)
    }

    private func binary(_ path: String, _ contents: [UInt8]) throws -> MapSource {
        let reader = BinaryMapReader(format: options.format, descriptorSize: options.descriptorSize)
        let result = try reader.read(contents.span)
        return MapSource(
            name: path == "-" ? "standard input" : path, collection: result.collection,
            notes: ["read as \(result.format.name)"] + result.notes)
    }

    private func live() throws -> [MapSource] {
        let reader = LiveReader { path in
            do throws(FileFailure) {
                return .contents(try InputFile.contents(of: FilePath(path)))
            } catch {
                return .unreadable(reason: error.reason)
            }
        }
        var sources: [MapSource] = []
        var reasons: [String] = []
        for place in LiveReader.Place.allCases {
            switch reader.read(place) {
            case .maps(let maps): sources.append(MapSource(name: "\(place.path)", collection: maps))
            case .nothing(let reason): reasons.append(reason)
            }
        }
        for reason in reasons { Output.error.line("strata: \(reason)") }
        guard !sources.isEmpty else { throw ExitCode.telling("this machine shows no memory map", status: 66) }
        return sources
    }

    private func boot() async throws -> MapSource {
        // Options have values only in a command that was parsed.
        var command = try BootCommand.parse([])
        command.machine = options.machine
        let report: BootReport
        do throws(MachineError) {
            report = try await Machine(try command.makeConfiguration(.current)).run { _ in }
        } catch {
            Output.error.write(FailurePrinter(error: error, style: Style(CommandLineHost.current.errorScreen)).text())
            throw ExitCode(error.exitStatus)
        }
        do throws(BinaryMapError) {
            let reader = BinaryMapReader(format: .efiDescriptors, descriptorSize: Int(report.mapHeader.descriptorSize))
            return MapSource(
                name: "\(report.architecture.rawValue) machine", collection: try reader.read(report.rawMap.span).collection)
        } catch {
            throw ExitCode.telling("the machine's map: \(error.explanation)", status: 65)
        }
    }
}

extension MapReadError {
    /// One line for people.
    var explanation: String {
        switch self {
        case .tooManyRows(let limit, let line): "more than \(limit) rows, the last one that was read is before line \(line)"
        case .tooManyLines: "more than \(UInt32.max) lines"
        }
    }
}
