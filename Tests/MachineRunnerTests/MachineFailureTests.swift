import MachineRunner
import MachineRunnerTestSupport
import SystemPackage
import Testing

@Suite("Machines that do not boot to the end", .serialized)
struct MachineFailureTests {
    @Test(arguments: [
        ("qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory", "--memory"),
        ("qemu-system-x86_64: Address space limit 0xffffffffff < 0x41077fffffff phys-bits too low (40)", "--memory"),
        ("qemu-system-x86_64: -m 9E: Value '9E' is out of range for parameter 'size'", "--memory"),
        ("qemu-system-x86_64: Invalid SMP CPUs 10000. The max CPUs supported by machine 'pc-q35-7.2' is 288", "--cpus"),
        (
            "qemu-system-aarch64: Number of SMP CPUs requested (300) exceeds max CPUs supported by machine 'mach-virt' (8)",
            "--cpus"
        ),
    ])
    func tellsWhichOptionIsRefused(words: String, option: String) async throws {
        let machine = try FakeMachine(.refuses("qemu: warning: nothing\n" + words, status: 1))
        let error = try await machine.failure()
        guard case .optionRefused(option, _, let said, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(words.hasSuffix(said))
        #expect(error?.exitStatus == 64)
        #expect(machine.leftovers == [])
    }

    @Test func tellsOtherFailuresInQEMUsWords() async throws {
        let machine = try FakeMachine(.refuses("qemu-system-x86_64: the roof is on fire", status: 3))
        let error = try await machine.failure()
        #expect(error == .emulatorFailed(status: "exit status 3", words: "the roof is on fire", lastLines: []))
        #expect(machine.leftovers == [])
    }

    @Test func tellsWhenQEMUDiesInTheBoot() async throws {
        let machine = try FakeMachine(.dies(SerialScript().cut(before: "kernel", "start"), status: 7))
        let error = try await machine.failure()
        guard case .emulatorFailed("exit status 7", "", let lines) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(lines.last == "[loader exit]")
    }

    @Test func timesOutInTheStageThatHangs() async throws {
        let machine = try FakeMachine(.runsOn(SerialScript().cut(before: "kernel", "start").adding("half a li")))
        // A busy host may need more than the first limit to start the program and have it write.
        for seconds in [1, 10, 100] {
            let error = try await machine.failure(timeout: .seconds(seconds)) {
                $0.log = machine.folder.appending("kept.log")
                $0.screenshot = machine.folder.appending("kept.png")
            }
            guard case .timedOut(let stage, .seconds(seconds), let lines) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(error?.exitStatus == 124)
            #expect(machine.leftovers == [])
            guard stage == .exitBootServices else { continue }
            #expect(lines.last == "half a li")
            #expect(machine.read("kept.log")?.contains("half a li") == true)
            #expect(machine.read("kept.png") == "PNG\n")
            return
        }
        Issue.record("the stage was never reached")
    }

    @Test func endsAnEmulatorThatHearsNothing() async throws {
        let machine = try FakeMachine(.hangs(SerialScript().cut(before: "loader", "start")))
        let error = try await machine.failure(timeout: .milliseconds(500))
        guard case .timedOut(.firmware, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(machine.leftovers == [])
    }

    @Test func endsAnEmulatorThatNeverGreets() async throws {
        let machine = try FakeMachine(.silent)
        let error = try await machine.failure(timeout: .milliseconds(500))
        #expect(error == .timedOut(stage: .firmware, limit: .milliseconds(500), lastLines: []))
        #expect(machine.leftovers == [])
    }

    @Test func cancellationEndsAll() async throws {
        let machine = try FakeMachine(.hangs(SerialScript().cut(before: "kernel", "start")))
        let configuration = try machine.configuration()
        let task = Task {
            do throws(MachineError) {
                _ = try await Machine(configuration).run()
                return MachineError?.none
            } catch { return error }
        }
        while machine.read("pids") == nil { try await Task.sleep(for: .milliseconds(10)) }
        try await Task.sleep(for: .milliseconds(200))
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(machine.leftovers == [])
    }

    @Test func faultsAndRefusalsGoBeforeAllElse() async throws {
        let fault = try FakeMachine(.runsOn(SerialScript().cut(before: "kernel", "map").adding(SerialScript.fault)))
        guard case .kernelFault(let dump) = try await fault.failure() else {
            Issue.record("no fault")
            return
        }
        #expect(dump.exception == "page fault")
        #expect(dump.address?.rawValue == 0xDEAD000)
        #expect(dump.registers["r10"]?.rawValue == 10)

        let refusal = try FakeMachine(
            .boots(SerialScript().cut(before: "kernel", "start").adding(SerialScript.refusal), reason: "guest-reset"))
        guard case .kernelRefused(let words) = try await refusal.failure() else {
            Issue.record("no refusal")
            return
        }
        #expect(words.message == "the magic of BootInfo is wrong")
        #expect(words.code == .number(3))

        let loader = try FakeMachine(.runsOn(SerialScript().cut(before: "loader", "kernel").adding(SerialScript.loaderError)))
        guard case .loaderFailed(let failed) = try await loader.failure() else {
            Issue.record("no failure of the loader")
            return
        }
        #expect(failed.stage == "verification")
        #expect(failed.message == "the kernel's SHA-256 does not match")
    }

    @Test func aMachineThatStopsBeforeItsKernelIsDone() async throws {
        let reset = try FakeMachine(.boots(SerialScript().cut(before: "kernel", "map"), reason: "guest-reset"))
        guard case .stoppedEarly(let reason, .kernel, _) = try await reset.failure() else {
            Issue.record("no reset")
            return
        }
        #expect(reason.contains("reset"))
        let off = try FakeMachine(.boots(SerialScript().cut(before: "kernel", "finished")))
        guard case .stoppedEarly(_, .report, _) = try await off.failure() else {
            Issue.record("no power-off")
            return
        }
        let resetAtTheEnd = try FakeMachine(.boots(SerialScript(), reason: "guest-reset"))
        guard case .stoppedEarly(_, .powerOff, _) = try await resetAtTheEnd.failure() else {
            Issue.record("a reset is no power-off")
            return
        }
    }

    @Test func theShellOfTheFirmwareIsNoLoader() async throws {
        var script = SerialScript().cut(before: "loader", "start")
        script.lines = [
            "BdsDxe: failed to load Boot0001 \"UEFI Misc Device\" from PciRoot(0x0): Not Found\r",
            "\u{1B}[01;01HUEFI Interactive Shell v2.2\r",
        ]
        let machine = try FakeMachine(.runsOn(script))
        guard case .loaderNotStarted(let words, _) = try await machine.failure() else {
            Issue.record("not noticed")
            return
        }
        #expect(words.contains("Not Found"))
    }

    @Test func garbageOnTheMonitorIsAnError() async throws {
        let machine = try FakeMachine(.babbles("hello there"))
        guard case .monitorFailed = try await machine.failure() else {
            Issue.record("not noticed")
            return
        }
        #expect(machine.leftovers == [])
    }
}
