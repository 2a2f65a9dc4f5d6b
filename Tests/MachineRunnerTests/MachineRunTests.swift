import MachineRunner
import MachineRunnerTestSupport
import SystemPackage
import Testing

@Suite("Runs of a machine")
struct MachineRunTests {
    private func failure(
        _ machine: FakeMachine, _ architecture: MachineArchitecture = .x86_64, timeout: Duration = .seconds(20),
        change: (inout MachineConfiguration) -> Void = { _ in }
    ) async throws -> MachineError? {
        var configuration = try machine.configuration(architecture, timeout: timeout)
        change(&configuration)
        do throws(MachineError) {
            _ = try await Machine(configuration).run()
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: MachineArchitecture.allCases)
    func boots(architecture: MachineArchitecture) async throws {
        let machine = try FakeMachine(.boots(SerialScript(architecture: architecture)), architecture: architecture)
        let report = try await Machine(try machine.configuration(architecture)).run()
        #expect(report.architecture == architecture)
        #expect(report.stages.map(\.stage) == BootStage.allCases)
        #expect(report.map.descriptorCount == Descriptor.small.count)
        #expect(report.rawMap.count == Descriptor.small.count * 48)
        #expect(report.summary.ram.rawValue == Descriptor.small.dropLast().map(\.pages).reduce(0, +))
        #expect(report.exit.attempts == 1)
        #expect(report.runtime.getTime == "2026-11-21T12:34:56")
        #expect(machine.leftovers == [])
    }

    @Test func laysTheBootVolumeOut() async throws {
        let machine = try FakeMachine(.boots(SerialScript()))
        let initrd = machine.folder.appending("some.img")
        try machine.put("disk", at: initrd)
        let error = try await failure(machine) {
            $0.options = BootOptions(
                commandLine: "report=full", initrd: initrd, allowsUnverifiedKernel: true,
                injections: ["map-changes:3", "bad-magic"])
        }
        #expect(error == nil)
        let files = machine.read("media")?.split(separator: "\n").map(String.init)
        #expect(
            files == [
                "./EFI/BOOT/BOOTX64.EFI", "./strata/boot.conf", "./strata/initrd.img", "./strata/kernel.elf",
                "./strata/kernel.elf.sha256",
            ])
        let configuration = machine.read("boot.conf") ?? ""
        for line in [
            #"kernel = \strata\kernel.elf"#, #"initrd = \strata\initrd.img"#, "cmdline = report=full", "verify = optional",
            "inject = map-changes:3", "inject = bad-magic",
        ] {
            #expect(configuration.contains(line))
        }
    }

    @Test func neverAsksForHardwareAcceleration() async throws {
        for architecture in MachineArchitecture.allCases {
            let machine = try FakeMachine(.boots(SerialScript(architecture: architecture)), architecture: architecture)
            #expect(try await failure(machine, architecture) { $0.processors = 9 } == nil)
            let arguments = (machine.read("arguments") ?? "").split(separator: "\n")
            #expect(arguments.firstRange(of: ["-accel", "tcg"]) != nil)
            #expect(arguments.firstRange(of: ["-m", "64M"]) != nil)
            #expect(arguments.firstRange(of: ["-smp", "9"]) != nil)
            #expect(!arguments.contains { $0.contains("kvm") })
        }
    }

    @Test func refusesWhatTheLoaderCannotBeTold() async throws {
        let machine = try FakeMachine(.boots(SerialScript()))
        for (options, name) in [
            (BootOptions(commandLine: "two\nlines"), "--cmdline"), (BootOptions(commandLine: " padded "), "--cmdline"),
            (BootOptions(commandLine: String(repeating: "x", count: 5000)), "--cmdline"),
            (BootOptions(injections: ["nonsense"]), "--inject"), (BootOptions(injections: ["map-changes:0"]), "--inject"),
            (BootOptions(injections: ["bad-magic\nverify = optional"]), "--inject"),
            (BootOptions(injections: ["bad-magic", "bad-magic"]), "--inject"),
        ] {
            let error = try await failure(machine) { $0.options = options }
            guard case .optionInvalid(name, _) = error else {
                Issue.record("\(options) gave \(String(describing: error))")
                continue
            }
        }
        #expect(machine.read("pids") == nil)
        #expect(machine.leftovers == [])
    }

    @Test func tellsWhatIsMissing() async throws {
        let machine = try FakeMachine(.boots(SerialScript()))
        var host = machine.host
        host.variables["STRATA_QEMU"] = nil
        host.variables["PATH"] = "/nowhere"
        #expect(throws: MachineError.emulatorMissing(name: "qemu-system-aarch64", package: "qemu-system-arm")) {
            try Emulator.locate(for: .aarch64, in: host)
        }
        host.variables["STRATA_FIRMWARE"] = "/nowhere"
        #expect(throws: MachineError.firmwareMissing(name: "AAVMF", package: "qemu-efi-aarch64", searched: ["/nowhere"])) {
            try FirmwareFiles.locate(for: .aarch64, in: host)
        }
        host.variables["STRATA_IMAGES"] = nil
        let here = machine.folder.appending(".build-images").appending("aarch64").string
        #expect(
            throws: MachineError.imagesMissing(folder: here, files: ["BOOTAA64.EFI", "kernel.elf", "kernel.elf.sha256"])
        ) { try ImageSet.locate(for: .aarch64, in: host) }
    }

    @Test func findsImagesAboveTheProgram() throws {
        let machine = try FakeMachine(.boots(SerialScript()))
        var host = machine.host
        host.variables["STRATA_IMAGES"] = nil
        host.currentDirectory = machine.temporary
        host.executableDirectory = machine.folder.appending(".build").appending("debug")
        try FilePath.rename(machine.images, to: machine.folder.appending(".build-images"))
        let images = try ImageSet.locate(for: .x86_64, in: host)
        #expect(images.loader == machine.folder.appending(".build-images").appending("x86_64").appending("BOOTX64.EFI"))
    }

    @Test(arguments: [
        ("qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory", "--memory"),
        ("qemu-system-x86_64: -m 9E: Value '9E' is out of range for parameter 'size'", "--memory"),
        ("qemu-system-x86_64: Invalid SMP CPUs 10000. The max CPUs supported by machine 'pc-q35-7.2' is 288", "--cpus"),
        (
            "qemu-system-aarch64: Number of SMP CPUs requested (300) exceeds max CPUs supported by machine 'mach-virt' (8)",
            "--cpus"
        ),
    ])
    func tellsWhichOptionIsRefused(words: String, option: String) async throws {
        let machine = try FakeMachine(.refuses("qemu: warning: nothing\n" + words, status: 1))
        let error = try await failure(machine)
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
        let error = try await failure(machine)
        #expect(error == .emulatorFailed(status: "exit status 3", words: "the roof is on fire", lastLines: []))
        #expect(machine.leftovers == [])
    }

    @Test func tellsWhenQEMUDiesInTheBoot() async throws {
        let machine = try FakeMachine(.dies(SerialScript().cut(before: "kernel", "start"), status: 7))
        let error = try await failure(machine)
        guard case .emulatorFailed("exit status 7", "", let lines) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(lines.last == "[loader exit]")
    }

    @Test func timesOutInTheStageThatHangs() async throws {
        let machine = try FakeMachine(.runsOn(SerialScript().cut(before: "kernel", "start").adding("half a li")))
        let error = try await failure(machine, timeout: .seconds(1)) {
            $0.log = machine.folder.appending("kept.log")
            $0.screenshot = machine.folder.appending("kept.png")
        }
        guard case .timedOut(.exitBootServices, .seconds(1), let lines) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(lines.last == "half a li")
        #expect(error?.exitStatus == 124)
        #expect(machine.read("kept.log")?.contains("half a li") == true)
        #expect(machine.read("kept.png") == "PNG\n")
        #expect(machine.leftovers == [])
    }

    @Test func endsAnEmulatorThatHearsNothing() async throws {
        let machine = try FakeMachine(.hangs(SerialScript().cut(before: "loader", "start")))
        let error = try await failure(machine, timeout: .milliseconds(500))
        guard case .timedOut(.firmware, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(machine.leftovers == [])
    }

    @Test func endsAnEmulatorThatNeverGreets() async throws {
        let machine = try FakeMachine(.silent)
        let error = try await failure(machine, timeout: .milliseconds(500))
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
        guard case .kernelFault(let dump) = try await failure(fault) else {
            Issue.record("no fault")
            return
        }
        #expect(dump.exception == "page fault")
        #expect(dump.address?.rawValue == 0xDEAD000)
        #expect(dump.registers["r10"]?.rawValue == 10)

        let refusal = try FakeMachine(
            .boots(SerialScript().cut(before: "kernel", "start").adding(SerialScript.refusal), reason: "guest-reset"))
        guard case .kernelRefused(let words) = try await failure(refusal) else {
            Issue.record("no refusal")
            return
        }
        #expect(words.message == "the magic of BootInfo is wrong")
        #expect(words.code == .number(3))

        let loader = try FakeMachine(.runsOn(SerialScript().cut(before: "loader", "kernel").adding(SerialScript.loaderError)))
        guard case .loaderFailed(let failed) = try await failure(loader) else {
            Issue.record("no failure of the loader")
            return
        }
        #expect(failed.stage == "verification")
        #expect(failed.message == "the kernel's SHA-256 does not match")
    }

    @Test func aMachineThatStopsBeforeItsKernelIsDone() async throws {
        let reset = try FakeMachine(.boots(SerialScript().cut(before: "kernel", "map"), reason: "guest-reset"))
        guard case .stoppedEarly(let reason, .kernel, _) = try await failure(reset) else {
            Issue.record("no reset")
            return
        }
        #expect(reason.contains("reset"))
        let off = try FakeMachine(.boots(SerialScript().cut(before: "kernel", "finished")))
        guard case .stoppedEarly(_, .report, _) = try await failure(off) else {
            Issue.record("no power-off")
            return
        }
        let resetAtTheEnd = try FakeMachine(.boots(SerialScript(), reason: "guest-reset"))
        guard case .stoppedEarly(_, .powerOff, _) = try await failure(resetAtTheEnd) else {
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
        guard case .loaderNotStarted(let words, _) = try await failure(machine) else {
            Issue.record("not noticed")
            return
        }
        #expect(words.contains("Not Found"))
    }

    @Test func garbageOnTheMonitorIsAnError() async throws {
        let machine = try FakeMachine(.babbles("hello there"))
        guard case .monitorFailed = try await failure(machine) else {
            Issue.record("not noticed")
            return
        }
        #expect(machine.leftovers == [])
    }

    @Test func keepsLogAndPicture() async throws {
        let script = SerialScript()
        let machine = try FakeMachine(.boots(script))
        try machine.put("old", at: machine.folder.appending("kept.log"))
        let error = try await failure(machine) {
            $0.log = "kept.log"
            $0.screenshot = "kept.png"
            $0.keptMedia = "media-kept"
        }
        #expect(error == nil)
        #expect(machine.read("kept.log") == script.text)
        #expect(machine.read("kept.png") == "PNG\n")
        #expect(machine.read("media-kept/strata/kernel.elf") == "content of kernel.elf")
        #expect(machine.leftovers == [])

        // What is there already is never mixed into boot media.
        guard case .unwritable(_, "boot media", let reason) = try await failure(machine, change: { $0.keptMedia = "media-kept" })
        else {
            Issue.record("a used folder was taken")
            return
        }
        #expect(reason.contains("not empty"))
    }

    @Test func aPictureThatFailsIsAnError() async throws {
        let machine = try FakeMachine(.boots(SerialScript()), canTakePictures: false)
        let error = try await failure(machine) { $0.screenshot = "kept.png" }
        #expect(error == .screenshotFailed(path: "kept.png", reason: "no screen here"))
        #expect(machine.read("kept.png") == nil)
    }

    @Test func unwritableTargetsAreToldBeforeQEMUIsStarted() async throws {
        let machine = try FakeMachine(.boots(SerialScript()))
        for path in ["no/such/folder/x.log", "."] {
            guard case .unwritable(path, "the serial log", _) = try await failure(machine, change: { $0.log = FilePath(path) })
            else {
                Issue.record("\(path) was taken")
                continue
            }
        }
        guard
            case .unreadable(_, "the initial RAM disk", _) = try await failure(
                machine, change: { $0.options.initrd = "/nowhere" })
        else {
            Issue.record("a missing file was taken")
            return
        }
        #expect(machine.read("pids") == nil)
        #expect(machine.leftovers == [])
    }
}
