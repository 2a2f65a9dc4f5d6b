import ArgumentParser
import GuestBoot
import GuestImage
import GuestLayout
import HostFiles
import MachineRunner
import MemoryMap
import SystemPackage

/// What `strata layout` does with a plan besides showing it.
struct LayoutGuestOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Writes the guest's RAM, ready to start, into this sparse file.", valueName: "file"))
    var emit: String?

    @Option(help: ArgumentHelp("With --emit on x86_64: writes the ROM that enters the kernel.", valueName: "file"))
    var rom: String?

    @Flag(help: "Starts the kernel on the layout in QEMU, without firmware, and compares what it reports with the plan.")
    var boot = false

    @Option(help: "QEMU's board: pc, q35 (with an enhanced configuration space), microvm; virt for aarch64.")
    var board: GuestBoard.Model?

    @Option(help: ArgumentHelp("With --boot: the bound on the whole run.", valueName: "seconds"))
    var timeout = 120

    @Option(help: ArgumentHelp("With --boot: keeps the guest's serial log.", valueName: "file"))
    var log: String?

    @Option(help: ArgumentHelp("The seed of the random numbers that the guest is given.", valueName: "number"))
    var seed: UInt64 = 1

    /// Whether there is a guest to be made.
    var isWanted: Bool { emit != nil || boot }

    func validate() throws {
        guard timeout > 0 else { throw ValidationError("--timeout \(timeout): expected at least one second") }
        guard rom == nil || emit != nil else { throw ValidationError("--rom goes with --emit") }
    }

    /// `count` bytes that depend on the seed alone.
    func randomBytes(_ count: Int) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }
}

extension GuestBoard.Model: ExpressibleByArgument {}

/// What goes into the guest: the files that the options name.
struct LayoutGuestFiles {
    let kernel: [UInt8]
    let image: KernelImage
    var settings = LayoutTrial.Settings()

    /// - Throws: A `LayoutFailure`, or a `ValidationError` where the options name no kernel, or sizes in place of files.
    init(
        _ options: LayoutOptions, _ guest: LayoutGuestOptions, _ architecture: MachineArchitecture, commandLine: String
    ) throws {
        guard let path = options.kernel else {
            throw ValidationError("--emit and --boot need a kernel: give --kernel with its file")
        }
        guard options.bios == nil else { throw ValidationError("--bios: --emit and --boot start a kernel, without firmware") }
        kernel = try Self.contents(path)
        image = try LayoutFiles.kernel(FilePath(path))
        if let initrd = options.initrd {
            guard !initrd.hasPrefix("=") else {
                throw ValidationError("--initrd \(initrd): a guest needs a file, not a size")
            }
            settings.initrd = try Self.contents(initrd)
        }
        settings.commandLine = commandLine
        settings.processors = Int(clamping: options.cpus)
        settings.randomSeed = guest.randomBytes(64)
        guard guest.boot else { return }
        settings.initrd = ProbeInitrd.bytes(for: architecture, after: settings.initrd)
        // The address of the kernel is to be the planned one, a panic is to end the run, and the report is to be heard. How soon an
        // emulated timer ticks is a matter of how busy the host is.
        let particular = architecture == .x86_64 ? "console=ttyS0 no_timer_check" : "console=ttyAMA0"
        settings.commandLine = "panic=-1 \(particular) nokaslr" + (commandLine.isEmpty ? "" : " " + commandLine)
    }

    private static func contents(_ path: String) throws -> [UInt8] {
        do throws(FileFailure) {
            return try InputFile.contents(of: FilePath(path))
        } catch {
            throw LayoutFailure(message: "\(error)", status: 66)
        }
    }
}
