import ArgumentParser
import GuestImage
import GuestLayout
import MemoryMap

/// `strata layout x86_64`.
struct LayoutX86Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "x86_64",
        abstract: "Lays out an x86-64 guest.",
        discussion: LayoutCommand.statuses)

    @OptionGroup var options: LayoutOptions

    @Option(help: ArgumentHelp("The kernel's command line.", valueName: "text"))
    var cmdline = ""

    @Option(
        name: [.customLong("setup-data")],
        help: ArgumentHelp("The data of a setup_data entry; may be repeated.", valueName: "size"))
    var setupData: [ByteAmount] = []

    @Option(help: ArgumentHelp("Start and, after a comma, size of the enhanced configuration space.", valueName: "address"))
    var ecam: WindowArgument?

    @Option(help: ArgumentHelp("Flash memory below the firmware: a file, or =SIZE.", valueName: "file"))
    var pflash: String?

    @Option(help: ArgumentHelp("A persistent store above RAM.", valueName: "size"))
    var pstore: ByteAmount?

    @Option(help: ArgumentHelp("All ACPI tables; without, 64 KiB are kept.", valueName: "size"))
    var acpi: ByteAmount?

    @Option(help: ArgumentHelp("All SMBIOS tables; without, 64 KiB are kept.", valueName: "size"))
    var smbios: ByteAmount?

    @Option(name: [.customLong("pci-interrupts")], help: ArgumentHelp("Interrupts of PCI devices.", valueName: "count"))
    var pciInterrupts: UInt64 = 0

    @OptionGroup var guest: LayoutGuestOptions

    func run() async throws {
        guard guest.isWanted else {
            return try await LayoutRun.run(options) { try LayoutPlan(checking: try request(), options.strictness) }
        }
        do {
            var files = try LayoutGuestFiles(options, guest, .x86_64, commandLine: cmdline)
            files.settings.setupData = setupData.map { .randomSeed(guest.randomBytes(Int(clamping: min($0.count, 1 << 20)))) }
            var request = try request()
            files.settings.complete(&request, kernel: files.image)
            // What the processor of QEMU's boards has here.
            if options.physBits == nil { request.physicalAddressBits = 40 }
            let model = guest.board ?? (ecam == nil ? .pc : .q35)
            try await LayoutRun.run(options) {
                try LayoutPlan(checking: request, options.strictness)
            } start: { plan in
                try await LayoutGuestRun(plan: plan, files: files, options: guest, model: model).run()
            }
        } catch let failure as LayoutFailure {
            Output.error.line("strata: \(failure.message)")
            throw ExitCode(failure.status)
        }
    }

    func request() throws -> X86LayoutRequest {
        var request = X86LayoutRequest(memoryByteCount: options.memory.count)
        request.profile = options.profile
        if let bios = options.bios {
            guard options.kernel == nil else { throw ValidationError("--bios and --kernel: one of them starts the guest") }
            request.payload = .firmware(byteCount: try options.byteCount(of: bios))
        } else {
            request.payload = .kernel(try options.kernelImage())
        }
        request.initialRAMDiskByteCount = try options.initrd.map { try options.byteCount(of: $0) }
        request.commandLineByteCount = UInt64(cmdline.utf8.count)
        request.setupDataByteCounts = setupData.map(\.count)
        request.virtualProcessorCount = options.cpus
        request.pciInterruptCount = pciInterrupts
        request.acpiByteCount = acpi?.count
        request.smbiosByteCount = smbios?.count
        request.isProtected = options.isProtected
        request.pciMemoryStart = options.pciMem?.start
        request.pciMemoryByteCount = options.pciMem?.byteCount
        request.ecamStart = ecam?.start
        request.ecamByteCount = ecam?.byteCount
        request.flashByteCount = try pflash.map { try options.byteCount(of: $0) } ?? 0
        request.persistentStoreByteCount = pstore?.count ?? 0
        if let bits = options.physBits { request.physicalAddressBits = bits }
        request.mappedFiles = try options.ranges()
        return request
    }
}
