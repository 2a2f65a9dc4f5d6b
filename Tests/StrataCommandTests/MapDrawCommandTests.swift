import Foundation
import SystemPackage
import Testing

/// `strata map draw` as users run it.
@Suite("strata map draw", .serialized)
struct MapDrawCommandTests {
    private static let listing = """
        BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
        BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable
        BIOS-e820: [mem 0x0000000040000000-0x0000000040ffffff] reserved

        """

    /// Runs the command in a folder that has the listing as `map.log`, and again with less memory as `other.log`.
    private func draw<Result>(
        _ arguments: [String], input: String = "", _ body: (Int32, String, String, URL) throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("map-draw-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.listing.write(to: folder.appendingPathComponent("map.log"), atomically: true, encoding: .utf8)
        try Self.listing.replacingOccurrences(of: "3fffffff", with: "2fffffff")
            .write(to: folder.appendingPathComponent("other.log"), atomically: true, encoding: .utf8)
        try "nothing of the kind\n".write(to: folder.appendingPathComponent("text.log"), atomically: true, encoding: .utf8)
        let outcome = try await StrataProgram.outcome(
            of: ["map", "draw"] + arguments, input: input, folder: FilePath(folder.path))
        return try body(outcome.status, outcome.output, outcome.errors, folder)
    }

    @Test func drawsInTheTerminal() async throws {
        try await draw(["map.log"]) { status, output, errors, _ in
            #expect(status == 0 && errors == "")
            for text in ["map.log", "RAM described 1023.6 MiB", "To scale", "Every region", "Usable", "Not described 385 KiB"] {
                #expect(output.contains(text), "\(text)")
            }
            #expect(!output.contains("\u{1B}"), "no colours where nobody looks")
        }
    }

    @Test func writesPictureAndPage() async throws {
        try await draw(["-", "--svg", "map.svg", "--html", "map.html"], input: Self.listing) { status, output, errors, folder in
            #expect(status == 0 && errors == "" && output == "")
            let svg = try String(contentsOf: folder.appendingPathComponent("map.svg"), encoding: .utf8)
            let html = try String(contentsOf: folder.appendingPathComponent("map.html"), encoding: .utf8)
            #expect(svg.hasPrefix("<svg xmlns") && svg.hasSuffix("</svg>\n"))
            #expect(html.hasPrefix("<!doctype html>") && html.contains("0x40ffffff"))
            // Nothing is left of the names under which they were written.
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files.count == 5)
        }
    }

    @Test func drawsSideBySide() async throws {
        try await draw(["map.log", "other.log", "--side-by-side", "--svg", "-"]) { status, output, errors, _ in
            #expect(status == 0 && errors == "")
            #expect(output.contains("The maps differ in 256 MiB, in 1 stretch."))
        }
        try await draw(["map.log", "other.log", "--side-by-side"]) { status, output, _, _ in
            #expect(status == 0)
            #expect(output.contains("The maps differ in 256 MiB, in 1 stretch."))
        }
    }

    private static let mistakes: [(arguments: [String], status: Int32)] = [
        (["map.log", "--map", "0"], 64), (["map.log", "--map", "2"], 64), (["map.log", "--side-by-side"], 64),
        (["map.log", "--svg", "-", "--html", "-"], 64), (["map.log", "--svg", "-", "--terminal"], 64), ([], 64),
        (["text.log"], 65), (["missing.log"], 66), (["map.log", "--svg", "missing/map.svg"], 73),
    ]

    @Test(arguments: mistakes.indices)
    func tellsWhatIsWrong(index: Int) async throws {
        let mistake = Self.mistakes[index]
        try await draw(mistake.arguments) { status, output, errors, folder in
            #expect(status == mistake.status)
            #expect(output == "" && errors != "")
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files.count == 3)
        }
    }
}
