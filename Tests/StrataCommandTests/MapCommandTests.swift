import Foundation
import MachineRunnerTestSupport
import Subprocess
import Testing

/// `strata map` as users run it.
@Suite("strata map", .serialized)
struct MapCommandTests {
    private func strata(
        _ arguments: [String], input: String = "", environment: Environment = .inherit
    ) async throws -> StrataProgram.Outcome {
        try await StrataProgram.outcome(of: ["map"] + arguments, input: input, environment: environment)
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
        #expect(try await !strata(["/nonexistent/\u{1B}[31m"]).errors.contains("\u{1B}"), "names cannot steer the terminal")
        let usage = try await strata(["-", "--json", "--csv"])
        #expect(usage.output.isEmpty, "those who read lines of JSON get no other document")
        #expect(usage.errors.contains("exclude each other"))
    }

    @Test("What is far too long for a binary map is not read to its end")
    func refusesLongBytes() async throws {
        let outcome = try await strata(["/dev/zero"])
        #expect(outcome.status == 65)
        #expect(outcome.errors == "strata: /dev/zero: this is no text, and longer than 64 MiB, as no binary memory map is\n")
    }

    @Test("One source without a map among several is said")
    func refusesSilentSources() async throws {
        for command in ["show", "check", "diff"] {
            let outcome = try await strata([command, "-", "/dev/null"], input: Self.sound)
            #expect(outcome.status == 65)
            #expect(outcome.errors.contains("/dev/null: there is no memory map"))
            #expect(outcome.output.isEmpty)
        }
        // What a log says beside maps is something too, where it is about the others' machine.
        let window = "pci_bus 0000:00: root bus resource [mem 0x40000000-0x4fffffff window]\n"
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("strata-map-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("windows").path
        try window.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try await strata(["check", "--together", "-", path], input: Self.sound).status == 0)
        #expect(try await strata(["check", "-", path], input: Self.sound).status == 65)
        #expect(try await strata(["check", "--together", path]).status == 65)
    }

    @Test("Maps are counted from 1 up, by every command")
    func numbers() async throws {
        let both = Self.sound + Self.sound.replacing("BIOS-e820", with: "user")
        let shown = try await strata(["-"], input: both)
        #expect(shown.output.contains("map 1 of 2") && shown.output.contains("map 2 of 2"))
        #expect(try await strata(["-", "--json"], input: both).output.hasPrefix("{\"map\":1,"))
        let converted = try await strata(["convert", "--to", "json", "--map", "2", "-"], input: both)
        #expect(converted.output.contains("\"label\":\"user\"") && !converted.output.contains("BIOS-e820"))
        for number in ["0", "3"] {
            let outcome = try await strata(["convert", "--to", "json", "--map", number, "-"], input: both)
            #expect(outcome.status == 64)
            #expect(outcome.errors == "strata: --map \(number): there are the maps 1 to 2\n")
            #expect(try await strata(["diff", "--first", number, "--second", "1", "-"], input: both).status == 64)
        }
        #expect(try await strata(["diff", "--first", "1", "--second", "2", "-"], input: both).status == 0)
        #expect(try await strata(["diff", "--first", "1", "-"], input: both).status == 64)
    }

    @Test("The whole address space has all of its bytes")
    func wholeSpace() async throws {
        let row = "BIOS-e820: [mem 0x0000000000000000-0xffffffffffffffff] usable\n"
        for option in ["--json", "--csv"] {
            #expect(try await strata(["-", option], input: row).output.contains("18446744073709551616"))
        }
    }

    @Test(
        "A full disk is no success",
        arguments: [["show"], ["show", "--json"], ["check"], ["draw"], ["draw", "--html", "-"], ["convert", "--to", "csv"]])
    func fullDisk(arguments: [String]) async throws {
        let result = try await run(
            .path("/bin/sh"),
            arguments: Arguments(["-c", "exec \"$0\" \"$@\" >/dev/full", StrataProgram.path.string, "map"] + arguments + ["-"]),
            input: .inputWriter, output: .discarded, error: .string(limit: 1 << 16)
        ) { try await $0.standardInputWriter.offer(Self.sound) }
        #expect(result.terminationStatus == .exited(74))
        #expect(result.standardError.contains("No space left on device"))
    }

    @Test("A machine is booted, and its map taken over whole")
    func boots() async throws {
        let machine = try FakeMachine(.boots(SerialScript()))
        let values = machine.variables.reduce(into: [Environment.Key: String]()) { values, pair in
            values[Environment.Key(rawValue: pair.key) ?? "UNUSED"] = pair.value
        }
        let shown = try await strata(["--boot", "--memory", "64M"], environment: .custom(values))
        #expect(shown.status == 0)
        #expect(shown.output.contains("x86_64 machine: efi-descriptors"))
        #expect(shown.output.contains("11 rows"))
        // The descriptors are the machine's own; what follows their 40 bytes has no meaning.
        let binary = machine.folder.appending("map.bin")
        let arguments = ["convert", "--boot", "--memory", "64M", "--to", "efi-descriptors", "-o", binary.string]
        #expect(try await strata(arguments, environment: .custom(values)).status == 0)
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: binary.string))
                == Data(Descriptor.small.flatMap { $0.bytes.prefix(40) + [UInt8](repeating: 0, count: 8) }))
        #expect(machine.leftovers == [])

        let broken = try FakeMachine(.refuses("no such machine", status: 1))
        let refused = try await strata(
            ["check", "--boot"],
            environment: .custom(
                broken.variables.reduce(into: [:]) { $0[Environment.Key(rawValue: $1.key) ?? "UNUSED"] = $1.value }))
        #expect(refused.status == 70)
        #expect(refused.output.isEmpty && !refused.errors.isEmpty)
    }
}
