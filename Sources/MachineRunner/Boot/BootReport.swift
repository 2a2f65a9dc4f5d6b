import MemoryMap

/// What came of a boot that went to its end: everything that loader and kernel said, checked, and the map it is about.
///
/// Having a report tells you that the kernel finished and the machine powered off, that all parts of its report are there, and
/// that its figures are those that the host computes from the raw map that it dumped.
public struct BootReport: Sendable {
    public let architecture: MachineArchitecture

    /// The stages in order, with their times on the host's clock.
    public let stages: [StageTiming]

    /// QEMU's program and arguments.
    public let commandLine: [String]

    public let loaderStart: LoaderStart
    public let settings: LoaderSettings
    public let loadedKernel: LoadedKernel
    public let graphics: GraphicsMode
    public let tables: FirmwareTables
    public let exit: BootServicesExit
    public let kernelStart: KernelStart
    public let paging: PagingReport
    public let runtime: RuntimeReport
    public let display: DisplayReport

    /// The kernel's own summary, equal to `summary` in every member.
    public let kernelSummary: [String: JSONValue]

    /// The size of a descriptor in the raw map and the version, as the firmware gave them.
    public let mapHeader: MapHeader

    /// The memory map as the firmware wrote it.
    public let rawMap: [UInt8]

    /// The map that the host reads from the raw bytes.
    public let map: PhysicalMemoryMap

    /// The host's summary of it.
    public let summary: MemoryMapSummary

    /// From power-on to power-off on the host's clock.
    public var duration: Duration { stages.last?.ended ?? .zero }

    /// Checks a record for completeness and against the raw map.
    ///
    /// - Throws: `MachineError.inconsistentReport`.
    public init(
        record: BootRecord, stages: [StageTiming], architecture: MachineArchitecture, commandLine: [String]
    ) throws(MachineError) {
        guard let loaderStart = record.loaderStart, let settings = record.settings, let loadedKernel = record.loadedKernel,
            let graphics = record.graphics, let tables = record.tables, let exit = record.exit,
            let kernelStart = record.kernelStart, let mapHeader = record.mapHeader, let kernelSummary = record.summary,
            let paging = record.paging, let runtime = record.runtime, let display = record.display
        else { throw .inconsistentReport(ReportCheck.missingParts(of: record)) }
        let (map, summary) = try ReportCheck.readMap(record.rawMap, header: mapHeader, architecture: architecture)

        self.architecture = architecture
        self.stages = stages
        self.commandLine = commandLine
        self.loaderStart = loaderStart
        self.settings = settings
        self.loadedKernel = loadedKernel
        self.graphics = graphics
        self.tables = tables
        self.exit = exit
        self.kernelStart = kernelStart
        self.paging = paging
        self.runtime = runtime
        self.display = display
        self.kernelSummary = kernelSummary
        self.mapHeader = mapHeader
        self.rawMap = record.rawMap
        self.map = map
        self.summary = summary

        let differences = ReportCheck.differences(of: self, types: record.types, regions: record.regions)
        guard differences.isEmpty else { throw .inconsistentReport(differences) }
    }
}
