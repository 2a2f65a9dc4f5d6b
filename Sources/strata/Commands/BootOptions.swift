import ArgumentParser
import MachineRunner

extension MachineArchitecture: ExpressibleByArgument {}

/// The machine that is put together.
struct MachineOptions: ParsableArguments {
    @Option(help: "The processor architecture.")
    var arch: MachineArchitecture = .x86_64

    @Option(
        help: ArgumentHelp("The size of the memory: 128M, 2G, 512MiB; without a unit, bytes.", valueName: "size"),
        transform: { text in
            do throws(MemorySize.Invalid) { return try MemorySize(text) } catch { throw ValidationError(error.description) }
        })
    var memory: MemorySize = .default

    @Option(help: "The number of processors.")
    var cpus = 1

    @Option(help: ArgumentHelp("The bound on the whole run.", valueName: "seconds"))
    var timeout = 120.0

    @Flag(
        help: """
            Needs no QEMU: runs the layers from firmware to kernel on a simulated machine, with Strata's memory services as its \
            firmware. The kernel file is verified, loaded and mapped; its own instructions do not run.
            """)
    var simulate = false

    func validate() throws {
        guard (1...1024).contains(cpus) else { throw ValidationError("--cpus takes numbers from 1 to 1024, not \(cpus)") }
        guard timeout.isFinite, timeout >= 0.1, timeout <= 86400 else {
            throw ValidationError("--timeout takes seconds from 0.1 to 86400, not \(timeout)")
        }
    }
}

/// What is shown and kept.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Saves what the kernel drew on the screen, as PNG.", valueName: "file"))
    var screenshot: String?

    @Option(help: ArgumentHelp("Keeps the raw serial log, after a failure too.", valueName: "file"))
    var log: String?

    @Flag(help: "Prints one JSON document instead of text; progress goes to the standard error.")
    var json = false

    @Flag(help: "Shows no stages, only the report.")
    var quiet = false

    @Flag(help: "Shows what comes on the serial line, too.")
    var verbose = false

    var detail: ProgressPrinter.Detail { quiet ? .nothing : verbose ? .serial : .stages }

    func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
    }
}

/// What is booted and what it is told.
struct BootFileOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of loader and kernel that 'make images' fills.", valueName: "folder"))
    var images: String?

    @Option(help: ArgumentHelp("The kernel's command line.", valueName: "text"))
    var cmdline = ""

    @Option(help: ArgumentHelp("An initial RAM disk for the kernel.", valueName: "file"))
    var initrd: String?

    @Flag(help: "Boots a kernel that does not have the hash beside it, too.")
    var allowUnverified = false

    @Option(
        help: ArgumentHelp(
            "Boots another kernel, an ELF file; its hash is read from the file of its name and '.sha256'.", valueName: "file"))
    var kernelFile: String?

    @Option(
        help: ArgumentHelp(
            "Makes a fault on purpose: map-changes:N, bad-magic, bad-version, bad-pointer. May be given several times.",
            valueName: "kind"))
    var inject: [String] = []

    @Option(help: ArgumentHelp("Builds the boot media in a folder and keeps them.", valueName: "folder"))
    var keepMedia: String?
}
