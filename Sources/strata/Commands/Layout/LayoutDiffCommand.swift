import ArgumentParser
import HostFiles
import MemoryReport
import SystemPackage

/// `strata layout diff`: what differs between two layouts.
struct LayoutDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compares two layouts that `strata layout … --json` wrote.",
        discussion: """
            EXIT STATUS
              0   no difference
              1   differences, one a line: - only in A, + only in B, ~ in both but elsewhere
              64  wrong arguments
              66  a file cannot be read, or is no layout
            """)

    @Argument(help: "The first layout.")
    var a: String

    @Argument(help: "The second layout.")
    var b: String

    func run() async throws {
        do {
            let differences = LayoutDifferences(try load(a), try load(b))
            Output.standard.write(differences.text(Style(CommandLineHost.current.screen)))
            if !differences.isEmpty { throw ExitCode(1) }
        } catch let failure as LayoutFailure {
            Output.error.line("strata: \(failure.message)")
            throw ExitCode(failure.status)
        }
    }

    private func load(_ path: String) throws(LayoutFailure) -> LayoutDocument {
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try InputFile.contents(of: FilePath(path))
        } catch {
            throw LayoutFailure(message: "\(error)", status: 66)
        }
        return try LayoutDocument(json: bytes, name: path)
    }
}

/// What two layouts do not have in common.
struct LayoutDifferences {
    enum Sign: String {
        case removed = "-"
        case added = "+"
        case changed = "~"
    }

    private(set) var lines: [(sign: Sign, text: String)] = []

    var isEmpty: Bool { lines.isEmpty }

    init(_ a: LayoutDocument, _ b: LayoutDocument) {
        compare("architecture", a.architecture ?? "", b.architecture ?? "")
        compare("profile", a.profile ?? "", b.profile ?? "")
        compare("memory", "\(a.memoryBytes ?? 0)", "\(b.memoryBytes ?? 0)")
        compare("physical address bits", "\(a.physicalAddressBits ?? 0)", "\(b.physicalAddressBits ?? 0)")
        compare("", a.addressSpace, b.addressSpace)
        compare("", a.contents, b.contents)
        compare("window of ", a.windows, b.windows)
        compare("e820", a.e820, b.e820)
        compare("uncached", a.uncached, b.uncached)
        compare("entry", a.entry?.programCounter ?? "none", b.entry?.programCounter ?? "none")
    }

    private mutating func compare(_ name: String, _ a: String, _ b: String) {
        if a != b { lines.append((.changed, "\(name): \(a) -> \(b)")) }
    }

    private mutating func compare(_ prefix: String, _ a: [LayoutDocument.Range], _ b: [LayoutDocument.Range]) {
        func name(_ range: LayoutDocument.Range) -> String {
            prefix + range.owner + (range.number > 0 ? " \(range.number)" : "")
        }
        func place(_ range: LayoutDocument.Range) -> String { "[\(range.start), \(range.last)]" }
        for range in a {
            guard let other = b.first(where: { $0.owner == range.owner && $0.number == range.number }) else {
                lines.append((.removed, "\(name(range)) \(place(range))"))
                continue
            }
            if other != range { lines.append((.changed, "\(name(range)) \(place(range)) -> \(place(other))")) }
        }
        for range in b where !a.contains(where: { $0.owner == range.owner && $0.number == range.number }) {
            lines.append((.added, "\(name(range)) \(place(range))"))
        }
    }

    private mutating func compare(_ name: String, _ a: [LayoutDocument.Stretch], _ b: [LayoutDocument.Stretch]) {
        func text(_ row: LayoutDocument.Stretch) -> String {
            "\(name) \(row.start) +\(SizeText.bytes(row.bytes))" + (row.type.map { " type \($0)" } ?? "")
        }
        for row in a where !b.contains(row) { lines.append((.removed, text(row))) }
        for row in b where !a.contains(row) { lines.append((.added, text(row))) }
    }

    func text(_ style: Style) -> String {
        guard !isEmpty else { return "The layouts are the same.\n" }
        return lines.map { line in
            let text = "\(line.sign.rawValue) \(line.text)"
            switch line.sign {
            case .removed: return style.bad(text) + "\n"
            case .added: return style.good(text) + "\n"
            case .changed: return text + "\n"
            }
        }.joined()
    }
}
