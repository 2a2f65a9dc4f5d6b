import ArgumentParser
import HostFiles
import PageReplacement
import PagingSimulation
import SystemPackage

/// `strata simulate paging`: a trace of references under page-replacement policies.
struct SimulatePagingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "paging",
        abstract: "Counts the page faults of a trace, by policy and number of frames.",
        discussion: """
            A TRACE is a text with a reference a line: `l 0xADDRESS SIZE` and `s 0xADDRESS SIZE` for loads and stores, the output \
            of `valgrind --tool=lackey --trace-mem=yes`, or one block number a line. `-` reads the standard input; files packed \
            by gzip are unpacked. Several traces run as several programs on the same frames, taking turns.

            POLICIES
              working-set  ageing working set with standby and modified lists (Strata's own)
              FIFO, LRU, Clock, WSClock, 2Q, ARC, LIRS, S3-FIFO, SIEVE
              OPT          Belady's optimum, which knows the future: the lower bound
              all          every one of them

            EXIT STATUS
              0   done
              64  wrong arguments
              66  a trace cannot be read, or holds something that is no reference
              73  the picture cannot be written
            """)

    @Argument(help: ArgumentHelp("The traces to replay.", valueName: "trace"))
    var traces: [String]

    @Option(help: ArgumentHelp("Numbers of frames, parted by commas; without, a curve up to all pages.", valueName: "list"))
    var frames: FrameCounts?

    @Option(help: ArgumentHelp("Policies, parted by commas.", valueName: "list"))
    var policy = PolicyList.usual

    @Option(help: ArgumentHelp("References in one turn of a program.", valueName: "count"))
    var quantum = 1_000

    @Option(help: ArgumentHelp("Bytes of a page, a power of two.", valueName: "bytes"))
    var pageSize = 4_096

    @Option(help: "What pages come from at first use: file, paging-file; without, what the trace's format suggests.")
    var backing: Backing?

    @Option(help: ArgumentHelp("Also draws the curve into this file.", valueName: "file"))
    var svg: String?

    @Flag(help: "Prints one JSON object a line instead of the table.")
    var json = false

    enum Backing: String, ExpressibleByArgument, CaseIterable {
        case file
        case pagingFile = "paging-file"

        var value: PageBacking { self == .file ? .file : .pagingFile }
    }

    func validate() throws {
        guard pageSize > 0, pageSize & (pageSize - 1) == 0 else {
            throw ValidationError("--page-size \(pageSize): expected a power of two, such as 4096")
        }
        guard quantum > 0 else { throw ValidationError("--quantum \(quantum): expected at least 1") }
    }

    func run() async throws {
        let host = CommandLineHost.current
        var loaded: [PageTrace] = []
        for path in traces { loaded.append(try await load(path)) }
        let trace = PageTrace.interleaved(loaded, quantum: quantum)
        let counts = frames?.counts ?? PagingCurve.usualFrames(population: trace.population)
        let meter = ProgressLine(host.errorScreen)
        let total = counts.count * policy.kinds.count
        var number = 0
        let curve = PagingCurve(trace, policies: policy.kinds, frames: counts, backing: backing?.value) { kind, count in
            number += 1
            meter.show("run \(number) of \(total): \(kind.name) with \(count) frames")
        }
        meter.clear()
        let printer = PagingCurvePrinter(curve: curve, name: traces.joined(separator: " + "), style: Style(host.screen))
        Output.standard.write(json ? printer.jsonLines() : printer.table())
        if let svg { try write(curve.svg(title: printer.name), to: svg) }
    }

    private func load(_ path: String) async throws -> PageTrace {
        do {
            return try path.hasSuffix(".gz") ? parse(await Gunzip.contents(of: FilePath(path))) : parse(FilePath(path))
        } catch let error as PageTraceError {
            throw fail("\(path): \(error.explanation)", status: 66)
        } catch {
            throw fail("\(error)", status: 66)
        }
    }

    private var pageShift: UInt64 { UInt64(pageSize.trailingZeroBitCount) }

    private func parse(_ contents: [UInt8]) throws -> PageTrace {
        var reader = PageTraceReader(pageShift: pageShift)
        try reader.read(contents.span)
        return try reader.finish()
    }

    private func parse(_ path: FilePath) throws -> PageTrace {
        var reader = PageTraceReader(pageShift: pageShift)
        try InputFile.forEachPiece(of: path) { try reader.read($0) }
        return try reader.finish()
    }

    private func write(_ picture: String, to path: String) throws {
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
