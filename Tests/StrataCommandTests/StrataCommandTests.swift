import Foundation
import MachineRunner
import MachineRunnerTestSupport
import Subprocess
import SystemPackage
import Testing

/// The `strata` program as users run it, before an emulator that follows a script.
@Suite("strata boot", .serialized)
struct StrataCommandTests {
    private func environment(_ machine: FakeMachine, _ more: [String: String]) -> Environment {
        var values: [Environment.Key: String] = [:]
        for (key, value) in machine.variables.merging(more, uniquingKeysWith: { $1 }) {
            values[Environment.Key(rawValue: key) ?? "UNUSED"] = value
        }
        return .custom(values)
    }

    private func strata(
        _ arguments: [String], on machine: FakeMachine, _ more: [String: String] = [:]
    ) async throws -> StrataProgram.Outcome {
        try await StrataProgram.outcome(of: arguments, environment: environment(machine, more), folder: machine.folder)
    }

    private func object(_ text: String) throws -> [String: JSONValue] {
        try JSONDecoder().decode([String: JSONValueWithFractions].self, from: Data(text.utf8)).mapValues(\.value)
    }

    @Test func showsStagesAndReport() async throws {
        let machine = try FakeMachine(.boots(SerialScript()))
        let outcome = try await strata(["boot", "--memory", "64M"], on: machine)
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        for text in [
            "firmware", "exit of boot services", "EDK II, UEFI 2.70", "SHA-256 verified", "11 descriptors of 48 bytes",
            "RAM described", "To scale", "Runtime services", "Conventional", "page 0 is not mapped", "GetTime SUCCESS",
            "The kernel finished",
        ] {
            #expect(outcome.output.contains(text), "\(text)")
        }
        #expect(!outcome.output.contains("\u{1B}"), "no colours and no redrawing where nobody looks")
        #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 110 })
        #expect(machine.leftovers == [])
    }

    @Test func quietAndVerbose() async throws {
        let machine = try FakeMachine(.boots(SerialScript()))
        let quiet = try await strata(["boot", "--quiet"], on: machine)
        #expect(quiet.status == 0)
        #expect(!quiet.output.contains("exit of boot services"))
        #expect(quiet.output.contains("RAM described"))
        let verbose = try await strata(["boot", "--verbose"], on: machine)
        #expect(verbose.output.contains("BdsDxe: starting Boot0001"))
        #expect(verbose.output.contains("[kernel paging]"))
        #expect(try await strata(["boot", "--quiet", "--verbose"], on: machine).status == 64)
    }

    @Test func printsOneJSONDocument() async throws {
        let machine = try FakeMachine(.boots(SerialScript()))
        let outcome = try await strata(["boot", "--json", "--log", "kept.log"], on: machine)
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("exit of boot services"))
        let document = try object(outcome.output)
        #expect(document["format"] == .string("strata-boot"))
        #expect(document["result"] == .string("finished"))
        #expect(document["exitStatus"] == .number(0))
        #expect(document["error"] == nil)
        guard case .array(let stages) = document["stages"], case .object(let summary) = document["summary"],
            case .array(let regions) = document["regions"], case .object(let map) = document["map"],
            case .object(let files) = document["files"], case .object(let kernel) = document["kernel"]
        else {
            Issue.record("\(document.keys)")
            return
        }
        #expect(stages.count == 6)
        #expect(summary["descriptors"] == .number(11))
        #expect(regions.count == 11)
        #expect(map["byteCount"] == .number(528))
        #expect(files["log"] == .string("kept.log"))
        #expect(Set(kernel.keys) == ["start", "paging", "runtime", "display"])
    }

    @Test func failuresAreJSONToo() async throws {
        let script = SerialScript().cut(before: "kernel", "map").adding(SerialScript.fault)
        let machine = try FakeMachine(.runsOn(script))
        let outcome = try await strata(["boot", "--json"], on: machine)
        #expect(outcome.status == 13)
        let document = try object(outcome.output)
        #expect(document["result"] == .string("failed"))
        #expect(document["exitStatus"] == .number(13))
        guard case .object(let error) = document["error"], case .object(let fault) = error["fault"],
            case .array(let stages) = document["stages"], case .object(let loader) = document["loader"]
        else {
            Issue.record("\(document.keys)")
            return
        }
        #expect(error["kind"] == .string("kernelFault"))
        #expect(fault["address"] == .string("0xdead000"))
        #expect(stages.count == 4)
        #expect(loader["exit"] != nil)

        for arguments in [
            ["boot", "--json", "--memory", "12X"], ["boot", "--json", "--cpus", "0"], ["boot", "--json", "--what"],
        ] {
            let outcome = try await strata(arguments, on: machine)
            #expect(outcome.status == 64)
            #expect(try object(outcome.output)["exitStatus"] == .number(64))
        }
        let missing = try await strata(["boot", "--json", "--images", "/nowhere"], on: machine)
        #expect(missing.status == 69)
        guard case .object(let images) = try object(missing.output)["error"] else {
            Issue.record("no error")
            return
        }
        #expect(images["kind"] == .string("imagesMissing"))
        #expect(machine.leftovers == [])
    }

    @Test func tellsAFaultWithItsRegisters() async throws {
        let machine = try FakeMachine(.runsOn(SerialScript().cut(before: "kernel", "map").adding(SerialScript.fault)))
        let outcome = try await strata(["boot"], on: machine)
        #expect(outcome.status == 13)
        for text in [
            "page fault", "at 0xdead000", "by the instruction at 0x400000001234", "rax 0000000000000001", "r10 000000000000000a",
        ] {
            #expect(outcome.errors.contains(text), "\(text)")
        }
    }

    @Test func everyFailureHasItsStatus() async throws {
        let script = SerialScript()
        let cases: [(FakeMachine.Behavior, Int32, String)] = [
            (.runsOn(script.cut(before: "loader", "kernel").adding(SerialScript.loaderError)), 11, "--allow-unverified"),
            (.runsOn(script.cut(before: "kernel", "start").adding(SerialScript.refusal)), 12, "the magic of BootInfo is wrong"),
            (.boots(script.cut(before: "kernel", "map"), reason: "guest-reset"), 14, "it reset itself"),
            (
                .refuses("qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory", status: 1), 64,
                "--memory"
            ),
            (.boots(script.replacing("\"ramPages\":15719", with: "\"ramPages\":1", in: "summary")), 65, "summary.ramPages"),
            (.boots(script.replacing("\"drawn\":true", with: "\"drawn\":7", in: "display")), 65, "'drawn' is not valid"),
            (.refuses("qemu: no such machine", status: 1), 70, "no such machine"),
            (.runsOn(script.cut(before: "kernel", "start")), 124, "exit of boot services"),
        ]
        for (behavior, status, text) in cases {
            let machine = try FakeMachine(behavior)
            var outcome = try await strata(["boot", "--timeout", status == 124 ? "1" : "3600"], on: machine)
            if status == 124, !outcome.errors.contains(text) {
                // A busy host may need more than a second to start the program and have it write.
                outcome = try await strata(["boot", "--timeout", "60"], on: machine)
            }
            #expect(outcome.status == status, "\(behavior): \(outcome.errors)")
            #expect(outcome.errors.contains(text), "\(outcome.errors)")
            #expect(machine.leftovers == [])
        }
    }

    @Test func tellsWhatToInstall() async throws {
        let machine = try FakeMachine(.boots(SerialScript()))
        let nothing = try await strata(["boot", "--arch", "aarch64"], on: machine, ["STRATA_QEMU": "/nowhere/qemu"])
        #expect(nothing.status == 69)
        #expect(nothing.errors.contains("apt-get install qemu-system-arm"))
        let firmware = try await strata(["boot", "--arch", "aarch64"], on: machine, ["STRATA_FIRMWARE": "/nowhere"])
        #expect(firmware.status == 69)
        #expect(firmware.errors.contains("apt-get install qemu-efi-aarch64"))
        let images = try await strata(["boot", "--arch", "aarch64"], on: machine)
        #expect(images.status == 69)
        #expect(images.errors.contains("make images"))
        #expect(images.errors.contains("BOOTAA64.EFI"))
    }

    @Test(arguments: [SIGHUP, SIGINT, SIGTERM])
    func signalsEndEverything(signal: Int32) async throws {
        let status = 128 + signal
        let machine = try FakeMachine(.hangs(SerialScript().cut(before: "kernel", "start")))
        let result = try await run(
            .path(StrataProgram.path), arguments: ["boot", "--json", "--timeout", "3600"], environment: environment(machine, [:]),
            workingDirectory: machine.folder, input: .none, output: .string(limit: 1 << 20), error: .string(limit: 1 << 20)
        ) { execution in
            while machine.read("pids") == nil { try await Task.sleep(for: .milliseconds(10)) }
            try await Task.sleep(for: .milliseconds(500))
            try execution.send(signal: Signal(rawValue: signal))
        }
        #expect(result.terminationStatus == .exited(status))
        #expect(try object(result.standardOutput)["exitStatus"] == .number(UInt64(status)))
        #expect(machine.leftovers == [])
    }

    @Test func namesItsOptions() async throws {
        let machine = try FakeMachine(.silent)
        let help = try await strata(["boot", "--help"], on: machine)
        #expect(help.status == 0)
        for option in ["--arch", "--memory", "--cpus", "--screenshot", "--json", "--log", "--timeout", "--images", "EXIT STATUS"]
        {
            #expect(help.output.contains(option))
        }
    }
}

/// A JSON value in which fractions are rounded: the times of a document are of no interest here.
private struct JSONValueWithFractions: Decodable {
    let value: JSONValue

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self), number >= 0 {
            value = .number(UInt64(number))
        } else if let array = try? container.decode([JSONValueWithFractions].self) {
            value = .array(array.map(\.value))
        } else if let object = try? container.decode([String: JSONValueWithFractions].self) {
            value = .object(object.mapValues(\.value))
        } else {
            value = try container.decode(JSONValue.self)
        }
    }
}
