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
        try await LayoutRun.run(
            options, guest, .x86_64, commandLine: cmdline, board: ecam == nil ? .pc : .q35, request: request
        ) { settings, request, image in
            settings.setupData = setupData.map { .randomSeed(guest.randomBytes(Int(clamping: min($0.count, 1 << 20)))) }
            settings.complete(&request, kernel: image)
            // What is above the bound has no place: the plan says so of the sizes that were asked for.
            request.setupDataByteCounts = setupData.map(\.count)
            // What the processor of QEMU's boards has here.
            if options.physBits == nil { request.physicalAddressBits = 40 }
        }
    }

    func request() throws -> X86LayoutRequest {
        var request: X86LayoutRequest = try options.request()
        request.payload = try options.payload(kernel: { .kernel($0) }, firmware: { .firmware(byteCount: $0) })
        request.commandLineByteCount = UInt64(cmdline.utf8.count)
        request.setupDataByteCounts = setupData.map(\.count)
        request.pciInterruptCount = pciInterrupts
        request.acpiByteCount = acpi?.count
        request.smbiosByteCount = smbios?.count
        request.ecamStart = ecam?.start
        request.ecamByteCount = ecam?.byteCount
        request.flashByteCount = try pflash.map { try options.byteCount(of: $0) } ?? 0
        request.persistentStoreByteCount = pstore?.count ?? 0
        return request
    }
}
