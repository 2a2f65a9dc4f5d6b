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
    public static let maximumMapByteCount: UInt64 = 4 << 20

    /// The most `type` and the most `region` events that are taken.
    public static let maximumListLength = 1 << 16

    public private(set) var loaderStart: LoaderStart?
    public private(set) var settings: LoaderSettings?
    public private(set) var loadedKernel: LoadedKernel?
    public private(set) var graphics: GraphicsMode?
    public private(set) var tables: FirmwareTables?
    public private(set) var exit: BootServicesExit?
    public private(set) var kernelStart: KernelStart?
    public private(set) var mapHeader: MapHeader?
    public private(set) var rawMap: [UInt8] = []
    public private(set) var summary: [String: JSONValue]?
    public private(set) var types: [TypeTotal] = []
    public private(set) var regions: [ReportedRegion] = []
    public private(set) var paging: PagingReport?
    public private(set) var runtime: RuntimeReport?
    public private(set) var display: DisplayReport?
    public private(set) var ending: Ending?

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
        switch event {
        case .loaderStart(let value):
            try Self.put(value, into: &loaderStart, event)
            begin(.loader, at: now)
        case .loaderConfiguration(let value): try Self.put(value, into: &settings, event)
        case .loaderKernel(let value): try Self.put(value, into: &loadedKernel, event)
        case .loaderGraphics(let value): try Self.put(value, into: &graphics, event)
        case .loaderTables(let value): try Self.put(value, into: &tables, event)
        case .loaderExit(let value):
            try Self.put(value, into: &exit, event)
            begin(.exitBootServices, at: now)
        case .kernelStart(let value):
            try Self.put(value, into: &kernelStart, event)
            begin(.kernel, at: now)
        case .kernelMap(let value):
            guard value.byteCount <= Self.maximumMapByteCount else {
                throw .mapSizeRefused(byteCount: value.byteCount, limit: Self.maximumMapByteCount)
            }
            try Self.put(value, into: &mapHeader, event)
            begin(.report, at: now)
        case .kernelMapData(let chunk): try append(chunk)
        case .kernelSummary(let value): try Self.put(value, into: &summary, event)
        case .kernelType(let value): try Self.append(value, to: &types)
        case .kernelRegion(let value): try Self.append(value, to: &regions)
        case .kernelPaging(let value): try Self.put(value, into: &paging, event)
        case .kernelRuntime(let value): try Self.put(value, into: &runtime, event)
        case .kernelDisplay(let value): try Self.put(value, into: &display, event)
        case .kernelFinished:
            try Self.put(.finished, into: &ending, event)
            begin(.powerOff, at: now)
        case .loaderError(let value): try Self.put(.loaderFailed(value), into: &ending, event)
        case .kernelError(let value): try Self.put(.kernelRefused(value), into: &ending, event)
        case .kernelFault(let value):
            // A fault after the last word still is a fault; of several the first tells the cause.
            if case .kernelFault = ending { throw .repeated(event: event.name) }
            ending = .kernelFault(value)
        }
    }

    private mutating func begin(_ next: BootStage, at now: Duration) {
        guard next > stage else { return }
        endedStages.append(StageTiming(stage: stage, began: stageBegan, ended: now))
        stage = next
        stageBegan = now
    }

    private mutating func append(_ chunk: MapChunk) throws(BootEventError) {
        guard let mapHeader else { throw .unexpected(event: BootEvent.kernelMapData(chunk).name, stage: stage) }
        let expected = UInt64(rawMap.count)
        guard chunk.offset == expected else { throw .mapChunkMisplaced(offset: chunk.offset, expected: expected) }
        guard let bytes = HexadecimalDigits.bytes(of: chunk.hex) else { throw .mapChunkNotHexadecimal(offset: chunk.offset) }
        let end = expected + UInt64(bytes.count)
        guard end <= mapHeader.byteCount else { throw .mapChunkTooLong(end: end, byteCount: mapHeader.byteCount) }
        rawMap += bytes
    }

    private static func put<Value>(_ value: Value, into place: inout Value?, _ event: BootEvent) throws(BootEventError) {
        guard place == nil else { throw .repeated(event: event.name) }
        place = value
    }

    private static func append<Value>(_ value: Value, to list: inout [Value]) throws(BootEventError) {
        guard list.count < maximumListLength else { throw .tooManyEvents(limit: maximumListLength) }
        list.append(value)
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
