/// What loader and kernel have said so far, checked for order and number, with the stages that follow from it.
public struct BootRecord: Sendable {
    /// How the kernel or the loader ended the boot.
    public enum Ending: Hashable, Sendable {
        case finished
        case loaderFailed(LoaderFailure)
        case kernelRefused(KernelRefusal)
        case kernelFault(KernelFault)
    }

    /// The largest raw memory map that is taken, in bytes.
    public static let maximumMapByteCount = MapCollector.maximumByteCount

    /// The most `type` and the most `region` events that are taken.
    public static let maximumListLength = 1 << 16

    public private(set) var loaderStart: LoaderStart?
    public private(set) var settings: LoaderSettings?
    public private(set) var loadedKernel: LoadedKernel?
    public private(set) var graphics: GraphicsMode?
    public private(set) var tables: FirmwareTables?
    public private(set) var exit: BootServicesExit?
    public private(set) var kernelStart: KernelStart?
    public private(set) var summary: [String: JSONValue]?
    public private(set) var types: [TypeTotal] = []
    public private(set) var regions: [ReportedRegion] = []
    public private(set) var paging: PagingReport?
    public private(set) var runtime: RuntimeReport?
    public private(set) var display: DisplayReport?
    public private(set) var ending: Ending?

    private var map = MapCollector()

    /// What the kernel announced of its raw memory map, nil as long as it did not.
    public var mapHeader: MapHeader? { map.header }

    /// What came of the raw memory map.
    public var rawMap: [UInt8] { map.bytes }

    /// The stages that have ended.
    public private(set) var endedStages: [StageTiming] = []

    /// The stage that goes on.
    public private(set) var stage = BootStage.firmware
    private var stageBegan = Duration.zero

    public init() {}

    /// All stages, the last one ended `now`.
    public func stages(until now: Duration) -> [StageTiming] {
        endedStages + [StageTiming(stage: stage, began: stageBegan, ended: now)]
    }

    /// Takes an event in.
    ///
    /// - Parameter now: The time since the machine's start.
    /// - Throws: `BootEventError` where the event may not come now or is out of bounds; nothing has changed then.
    public mutating func record(_ event: BootEvent, at now: Duration) throws(BootEventError) {
        guard event.stages.contains(stage) else { throw .unexpected(event: event.name, stage: stage) }
        let repetition = BootEventError.repeated(event: event.name)
        switch event {
        case .loaderStart(let value):
            try loaderStart.fill(with: value, repetition: repetition)
            begin(.loader, at: now)
        case .loaderConfiguration(let value): try settings.fill(with: value, repetition: repetition)
        case .loaderKernel(let value): try loadedKernel.fill(with: value, repetition: repetition)
        case .loaderGraphics(let value): try graphics.fill(with: value, repetition: repetition)
        case .loaderTables(let value): try tables.fill(with: value, repetition: repetition)
        case .loaderExit(let value):
            try exit.fill(with: value, repetition: repetition)
            begin(.exitBootServices, at: now)
        case .kernelStart(let value):
            try kernelStart.fill(with: value, repetition: repetition)
            begin(.kernel, at: now)
        case .kernelMap(let value):
            try map.begin(value, repetition: repetition)
            begin(.report, at: now)
        case .kernelMapData(let chunk): try map.append(chunk, prematurity: .unexpected(event: event.name, stage: stage))
        case .kernelSummary(let value): try summary.fill(with: value, repetition: repetition)
        case .kernelType(let value): try types.append(value, upTo: Self.maximumListLength)
        case .kernelRegion(let value): try regions.append(value, upTo: Self.maximumListLength)
        case .kernelPaging(let value): try paging.fill(with: value, repetition: repetition)
        case .kernelRuntime(let value): try runtime.fill(with: value, repetition: repetition)
        case .kernelDisplay(let value): try display.fill(with: value, repetition: repetition)
        case .kernelFinished:
            try ending.fill(with: .finished, repetition: repetition)
            begin(.powerOff, at: now)
        case .loaderError(let value): try ending.fill(with: .loaderFailed(value), repetition: repetition)
        case .kernelError(let value): try ending.fill(with: .kernelRefused(value), repetition: repetition)
        case .kernelFault(let value):
            // A fault after the last word still is a fault; of several the first tells the cause.
            if case .kernelFault = ending { throw repetition }
            ending = .kernelFault(value)
        }
    }

    private mutating func begin(_ next: BootStage, at now: Duration) {
        guard next > stage else { return }
        endedStages.append(StageTiming(stage: stage, began: stageBegan, ended: now))
        stage = next
        stageBegan = now
    }
}

extension BootEvent {
    /// The stages in which the event may come.
    fileprivate var stages: ClosedRange<BootStage> {
        switch self {
        case .loaderStart: .firmware ... .firmware
        case .loaderConfiguration, .loaderKernel, .loaderGraphics, .loaderTables, .loaderExit: .loader ... .loader
        case .loaderError: .firmware ... .exitBootServices
        case .kernelStart: .exitBootServices ... .exitBootServices
        case .kernelMap: .kernel ... .kernel
        case .kernelMapData, .kernelSummary, .kernelType, .kernelRegion: .report ... .report
        case .kernelPaging, .kernelRuntime, .kernelDisplay: .kernel ... .report
        case .kernelFinished: .report ... .report
        case .kernelError, .kernelFault: .firmware ... .powerOff
        }
    }
}
