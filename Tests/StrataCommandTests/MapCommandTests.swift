import Foundation
import Subprocess
import SystemPackage
import Testing

/// `strata map` as users run it.
@Suite("strata map")
struct MapCommandTests {
    private struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    /// The program lies beside the tests.
    private var program: FilePath {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return FilePath(tests).removingLastComponent().appending("strata")
    }

    private func strata(_ arguments: [String], input: String = "") async throws -> Outcome {
        let result = try await run(
            .path(program), arguments: Arguments(["map"] + arguments), input: .string(input), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        guard case .exited(let status) = result.terminationStatus else {
            Issue.record("\(result.terminationStatus)")
            return Outcome(status: -1, output: "", errors: "")
        }
        return Outcome(status: status, output: result.standardOutput, errors: result.standardError)
    }

    private static let sound = """
        BIOS-e820: [mem 0x0000000000000000-0x000000000009ffff] usable
        BIOS-e820: [mem 0x00000000000f0000-0x00000000000fffff] reserved
        BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable

        """
    private static let broken = sound + "BIOS-e820: [mem 0x0000000000200000-0x00000000002fffff] reserved\n"

    @Test("show is what happens without another word")
    func shows() async throws {
        for arguments in [["-"], ["show", "-"]] {
            let outcome = try await strata(arguments, input: Self.sound)
            #expect(outcome.status == 0)
            for text in ["linux-e820", "Conventional", "1023.6 MiB", "(not described)", "To scale", "Usable after exit"] {
                #expect(outcome.output.contains(text), "\(text)")
            }
            #expect(!outcome.output.contains("\u{1B}"))
        }
    }

    @Test("JSON and CSV are read again", arguments: ["--json", "--csv"])
    func documents(option: String) async throws {
        let first = try await strata(["-", option], input: Self.broken)
        let second = try await strata(["check", "-"], input: first.output)
        #expect(second.status == 2)
        #expect(second.output.contains("[overlap]"))
    }

    @Test("check tells by its status what it found")
    func checks() async throws {
        #expect(try await strata(["check", "-"], input: Self.sound).status == 0)
        let broken = try await strata(["check", "-"], input: Self.broken)
        #expect(broken.status == 2)
        #expect(broken.output.contains("standard input:4: error:"))
        #expect(try await strata(["check", "-", "--ignore", "overlap,order"], input: Self.broken).status == 0)
        #expect(try await strata(["check", "-", "--ignore", "nothing"], input: Self.broken).status == 64)
        let sarif = try await strata(["check", "-", "--sarif"], input: Self.broken)
        let document = try JSONSerialization.jsonObject(with: Data(sarif.output.utf8)) as? [String: Any]
        #expect(document?["version"] as? String == "2.1.0")
        #expect(try await strata(["check", "--rules"]).output.contains("runtime-64k"))
    }

    @Test("diff tells by its status whether maps differ")
    func differs() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("strata-map-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (one, other) = (folder.appendingPathComponent("one").path, folder.appendingPathComponent("other").path)
        try Self.sound.write(toFile: one, atomically: true, encoding: .utf8)
        try Self.broken.write(toFile: other, atomically: true, encoding: .utf8)
        #expect(try await strata(["diff", one, one]).status == 0)
        let outcome = try await strata(["diff", one, other])
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("0x200000"))
        let binary = folder.appendingPathComponent("table").path
        #expect(try await strata(["convert", "--to", "e820-table", "-o", binary, one]).status == 0)
        #expect(try await strata(["diff", one, binary]).status == 0)
        #expect(try await strata(["convert", "--to", "uefi-shell", "-"], input: Self.sound).status == 0)
        let refused = try await strata(
            ["convert", "--to", "uefi-shell", "-"], input: Self.sound.replacing("9ffff", with: "9fbff"))
        #expect(refused.status == 65)
        #expect(refused.errors.contains("line 1"))
    }

    @Test("What cannot be read is said")
    func refuses() async throws {
        #expect(try await strata([]).status == 64)
        #expect(try await strata(["-", "--json", "--csv"]).status == 64)
        #expect(try await strata(["/nonexistent"]).status == 66)
        #expect(try await strata(["-"], input: "nothing here\n").status == 65)
    }
}
