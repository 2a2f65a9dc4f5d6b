/// What loader and kernel say on the serial line, protocol version 1.
public enum BootEvent: Hashable, Sendable {
    case loaderStart(LoaderStart)
    case loaderConfiguration(LoaderSettings)
    case loaderKernel(LoadedKernel)
    case loaderGraphics(GraphicsMode)
    case loaderTables(FirmwareTables)
    case loaderExit(BootServicesExit)
    case loaderError(LoaderFailure)
    case kernelStart(KernelStart)
    case kernelMap(MapHeader)
    case kernelMapData(MapChunk)
    case kernelSummary([String: JSONValue])
    case kernelType(TypeTotal)
    case kernelRegion(ReportedRegion)
    case kernelPaging(PagingReport)
    case kernelRuntime(RuntimeReport)
    case kernelDisplay(DisplayReport)
    case kernelFinished
    case kernelError(KernelRefusal)
    case kernelFault(KernelFault)

    /// Who speaks.
    public enum Source: String, Codable, Hashable, Sendable {
        case loader
        case kernel
    }

    /// The name of an event: its source and its `event` key.
    public struct Name: Hashable, Sendable, CustomStringConvertible {
        public let source: Source
        public let event: String

        public var description: String { "\(source.rawValue) \(event)" }
    }

    public var name: Name {
        switch self {
        case .loaderStart: Name(source: .loader, event: "start")
        case .loaderConfiguration: Name(source: .loader, event: "configuration")
        case .loaderKernel: Name(source: .loader, event: "kernel")
        case .loaderGraphics: Name(source: .loader, event: "graphics")
        case .loaderTables: Name(source: .loader, event: "tables")
        case .loaderExit: Name(source: .loader, event: "exit")
        case .loaderError: Name(source: .loader, event: "error")
        case .kernelStart: Name(source: .kernel, event: "start")
        case .kernelMap: Name(source: .kernel, event: "map")
        case .kernelMapData: Name(source: .kernel, event: "mapData")
        case .kernelSummary: Name(source: .kernel, event: "summary")
        case .kernelType: Name(source: .kernel, event: "type")
        case .kernelRegion: Name(source: .kernel, event: "region")
        case .kernelPaging: Name(source: .kernel, event: "paging")
        case .kernelRuntime: Name(source: .kernel, event: "runtime")
        case .kernelDisplay: Name(source: .kernel, event: "display")
        case .kernelFinished: Name(source: .kernel, event: "finished")
        case .kernelError: Name(source: .kernel, event: "error")
        case .kernelFault: Name(source: .kernel, event: "fault")
        }
    }
}
