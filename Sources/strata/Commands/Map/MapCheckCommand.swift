import ArgumentParser
import MachineRunner
import MapAnalysis
import MemoryReport

/// `strata map check`: what is wrong with a machine's memory map.
struct MapCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks the memory maps in sources against the rules of specifications and kernels.",
        discussion: """
            Each finding names its rule, the source and the line, and says why it matters. Several boots in one source are \
            checked each on its own and compared; with --together all sources are one machine, and one is checked against the \
            other.
            """ + "\n\n"
                + MapSourceOptions.statuses([0: "nothing but notes", 1: "warnings", 2: "errors"]))

    @OptionGroup(title: "Sources") var source: MapSourceOptions

    @Flag(help: "Takes all sources as one boot of one machine.")
    var together = false

    @Option(help: ArgumentHelp("Rules that are not applied, parted by commas.", valueName: "rules"))
    var ignore: String?

    @Flag(help: "Lists the rules and what they rest on.")
    var rules = false

    @Flag(help: "Shows no notes.")
    var quiet = false

    @Flag(help: "Prints one JSON object a finding.")
    var json = false

    @Flag(help: "Prints one SARIF 2.1.0 document.")
    var sarif = false

    private var ignored: [String] { ignore?.split(separator: ",").map(String.init) ?? [] }

    mutating func validate() throws {
        guard rules || !source.isEmpty else { throw ValidationError(MapSourceOptions.missing) }
        if json && sarif { throw ValidationError("--json and --sarif exclude each other") }
        let known = MapChecker.rules.map { "\($0.id)" }
        if let unknown = ignored.first(where: { !known.contains($0) }) {
            throw ValidationError("--ignore \(unknown): there is no such rule; --rules lists them")
        }
    }

    func run() async throws {
        if rules { return listRules() }
        let sources = try await SourceReader(options: source).read(together: together)
        var checker = MapChecker()
        // What this machine shows of itself is about one machine.
        checker.isOneMachine = together || source.live && source.sources.isEmpty && !source.boot
        checker.excluded = Set(ignored)
        let all = checker.check(sources, policy: source.policy)
        let findings = quiet ? all.filter { $0.severity > .note } : all
        var buffer = ByteBuffer()
        if sarif {
            buffer.writeSARIF(findings, version: "0.1.0")
        } else if json {
            for finding in findings { buffer.write(finding) }
        } else {
            buffer.bytes = Array(text(findings, of: all, sources).utf8)
        }
        try Output.standard.deliver(buffer.bytes)
        switch all.map(\.severity).max() {
        case .error: throw ExitCode(2)
        case .warning: throw ExitCode(1)
        case .note, nil: return
        }
    }

    private func listRules() {
        var buffer = ByteBuffer()
        buffer.writeRules()
        guard !json else { return Output.standard.write(buffer.text) }
        let style = Style(CommandLineHost.current.screen)
        for (number, rule) in MapChecker.rules.enumerated() {
            Output.standard.line(
                "\(number + 1)".padded(left: 3) + "  " + style.heading("\(rule.id)")
                    + "  \(rule.severity.name)\n     \(rule.title)\n     "
                    + style.faint("\(rule.reason)"))
        }
    }

    private func text(_ findings: [Finding], of all: [Finding], _ sources: [MapSource]) -> String {
        let style = Style(CommandLineHost.current.screen)
        var text = ""
        for finding in findings {
            let place = finding.places.first.map { "\(TerminalText.harmless($0.source)):\($0.line): " } ?? ""
            let severity =
                switch finding.severity {
                case .error: style.bad("error:")
                case .warning: style.heading("warning:")
                case .note: style.faint("note:")
                }
            text += "\(place)\(severity) \(TerminalText.harmless(finding.message)) [\(finding.rule)]\n"
            for other in finding.places.dropFirst() {
                let range =
                    other.range.map { " \(HexadecimalText.text($0.start.rawValue))-\(HexadecimalText.text($0.last.rawValue))" }
                    ?? ""
                text += style.faint("    \(TerminalText.harmless(other.source)):\(other.line):\(range)") + "\n"
            }
        }
        let maps = sources.reduce(0) { $0 + $1.collection.maps.count }
        let rows = sources.reduce(0) { $0 + $1.collection.rowCount }
        let counts = Severity.allCases.reversed().map { severity in
            let count = all.count { $0.severity == severity }
            return "\(count) \(severity.name)\(count == 1 ? "" : "s")"
        }
        return text + (text.isEmpty ? "" : "\n")
            + "\(counts.joined(separator: ", ")) in \(rows) \(rows == 1 ? "row" : "rows") of \(maps) \(maps == 1 ? "map" : "maps")\n"
    }
}
