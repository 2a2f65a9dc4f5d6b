import MachineRunner
import MachineRunnerTestSupport
import SystemPackage
import Testing

@Suite("Runs of a machine", .serialized)
struct MachineRunTests {
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
        let error = try await machine.failure {
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
            #expect(try await machine.failure(architecture) { $0.processors = 9 } == nil)
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
            let error = try await machine.failure { $0.options = options }
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

    @Test func keepsLogAndPicture() async throws {
        let script = SerialScript()
        let machine = try FakeMachine(.boots(script))
        try machine.put("old", at: machine.folder.appending("kept.log"))
        let error = try await machine.failure {
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
        guard case .unwritable(_, "boot media", let reason) = try await machine.failure(change: { $0.keptMedia = "media-kept" })
        else {
            Issue.record("a used folder was taken")
            return
        }
        #expect(reason.contains("not empty"))
    }

    @Test func aPictureThatFailsIsAnError() async throws {
        let machine = try FakeMachine(.boots(SerialScript()), canTakePictures: false)
        let error = try await machine.failure { $0.screenshot = "kept.png" }
        #expect(error == .screenshotFailed(path: "kept.png", reason: "no screen here"))
        #expect(machine.read("kept.png") == nil)
    }

    @Test func unwritableTargetsAreToldBeforeQEMUIsStarted() async throws {
        let machine = try FakeMachine(.boots(SerialScript()))
        for path in ["no/such/folder/x.log", "."] {
            guard case .unwritable(path, "the serial log", _) = try await machine.failure(change: { $0.log = FilePath(path) })
            else {
                Issue.record("\(path) was taken")
                continue
            }
        }
        guard
            case .unreadable(_, "the initial RAM disk", _) = try await machine.failure(
                change: { $0.options.initrd = "/nowhere" })
        else {
            Issue.record("a missing file was taken")
            return
        }
        #expect(machine.read("pids") == nil)
        #expect(machine.leftovers == [])
    }
}
