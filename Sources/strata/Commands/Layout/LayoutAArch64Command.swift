import ArgumentParser
import GuestImage
import GuestLayout
import MemoryMap

/// `strata layout aarch64`.
struct LayoutAArch64Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aarch64",
        abstract: "Lays out an AArch64 guest.",
        discussion: LayoutCommand.statuses)

    @OptionGroup var options: LayoutOptions

    @Option(name: [.customLong("fdt-position")], help: "Where the device tree goes: start, after-payload, end.")
    var position: AArch64LayoutRequest.DeviceTreePosition?

    @Option(name: [.customLong("fdt-size")], help: ArgumentHelp("The room for the device tree, at most 2M.", valueName: "size"))
    var treeSize: ByteAmount?

    @Option(help: ArgumentHelp("The interrupt controller: 2 or 3.", valueName: "version"))
    var gic = 3

    @Option(help: ArgumentHelp("The cpufreq device's registers: 1 or 2.", valueName: "version"))
    var cpufreq: Int?

    @Option(help: ArgumentHelp("A bounce buffer of static memory, in multiples of 64K.", valueName: "size"))
    var swiotlb: ByteAmount?

    @Option(name: [.customLong("pci-cam")], help: ArgumentHelp("Start of the PCI configuration space.", valueName: "address"))
    var pciConfiguration: ByteAmount?

    @Option(help: ArgumentHelp("The kernel's command line.", valueName: "text"))
    var cmdline = ""

    @OptionGroup var guest: LayoutGuestOptions

    func validate() throws {
        guard gic == 2 || gic == 3 else { throw ValidationError("--gic \(gic): expected 2 or 3") }
        if let cpufreq, cpufreq != 1, cpufreq != 2 { throw ValidationError("--cpufreq \(cpufreq): expected 1 or 2") }
    }

    func run() async throws {
        try await LayoutRun.run(options, guest, .aarch64, commandLine: cmdline, board: .virt, request: request) {
            settings, request, image in
            settings.interruptControllerVersion = gic
            settings.complete(&request, kernel: image)
        }
    }

    func request() throws -> AArch64LayoutRequest {
        var request: AArch64LayoutRequest = try options.request()
        request.payload = try options.payload(kernel: { .kernel($0) }, firmware: { .bootloader(byteCount: $0) })
        request.deviceTreePosition = position
        if let treeSize { request.deviceTreeByteCount = treeSize.count }
        request.interruptController = gic == 2 ? .gicV2 : .gicV3
        request.cpuFrequency = cpufreq.map { $0 == 1 ? .version1 : .version2 }
        request.pciConfigurationStart = pciConfiguration.map { PhysicalAddress($0.count) }
        request.staticBounceBufferByteCount = swiotlb?.count ?? 0
        return request
    }
}

extension AArch64LayoutRequest.DeviceTreePosition: NamedArgument {}
