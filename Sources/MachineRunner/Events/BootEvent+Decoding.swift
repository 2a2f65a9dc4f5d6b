#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension BootEvent {
    /// The bytes with which every event line begins, whatever stands before them on the line.
    static let marker = Array(#"{"strata":"#.utf8)

    struct Head: Decodable {
        var strata: UInt64
        var source: String
        var event: String
    }

    struct Version: Decodable {
        var strata: UInt64
    }

    /// Decodes the JSON object of an event line.
    ///
    /// - Throws: `BootEventError` of what is wrong with it; keys that are not known are no error.
    public init(json: some Sequence<UInt8>) throws(BootEventError) {
        let data = Data(json)
        let head = try Self.head(of: data)
        let name = "\(head.source.prefix(32)) \(head.event.prefix(32))"

        func body<Body: Decodable>(_ type: Body.Type) throws(BootEventError) -> Body {
            try Self.decode(type, of: name, from: data)
        }

        switch (head.source, head.event) {
        case ("loader", "start"): self = .loaderStart(try body(LoaderStart.self))
        case ("loader", "configuration"): self = .loaderConfiguration(try body(LoaderSettings.self))
        case ("loader", "kernel"): self = .loaderKernel(try body(LoadedKernel.self))
        case ("loader", "graphics"): self = .loaderGraphics(try body(GraphicsMode.self))
        case ("loader", "tables"): self = .loaderTables(try body(FirmwareTables.self))
        case ("loader", "exit"): self = .loaderExit(try body(BootServicesExit.self))
        case ("loader", "error"): self = .loaderError(try body(LoaderFailure.self))
        case ("kernel", "start"): self = .kernelStart(try body(KernelStart.self))
        case ("kernel", "map"): self = .kernelMap(try body(MapHeader.self))
        case ("kernel", "mapData"): self = .kernelMapData(try body(MapChunk.self))
        case ("kernel", "summary"):
            var object = try body([String: JSONValue].self)
            for key in ["strata", "source", "event"] { object[key] = nil }
            self = .kernelSummary(object)
        case ("kernel", "type"): self = .kernelType(try body(TypeTotal.self))
        case ("kernel", "region"): self = .kernelRegion(try body(ReportedRegion.self))
        case ("kernel", "paging"): self = .kernelPaging(try body(PagingReport.self))
        case ("kernel", "runtime"): self = .kernelRuntime(try body(RuntimeReport.self))
        case ("kernel", "display"): self = .kernelDisplay(try body(DisplayReport.self))
        case ("kernel", "finished"): self = .kernelFinished
        case ("kernel", "error"): self = .kernelError(try body(KernelRefusal.self))
        case ("kernel", "fault"): self = .kernelFault(try body(KernelFault.self))
        default: throw .unknownEvent(source: String(head.source.prefix(32)), event: String(head.event.prefix(32)))
        }
    }

    /// The members that every event has.
    static func head(of data: Data) throws(BootEventError) -> Head {
        let version = try decode(Version.self, of: "event", from: data)
        guard version.strata == 1 else { throw .unsupportedVersion(version.strata) }
        return try decode(Head.self, of: "event", from: data)
    }

    static func decode<Body: Decodable>(
        _ type: Body.Type, of event: String, from data: Data
    ) throws(BootEventError) -> Body {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch let error as DecodingError {
            throw BootEventError(error, event: event)
        } catch {
            throw .notJSON
        }
    }
}

extension BootEventError {
    fileprivate init(_ error: DecodingError, event: String) {
        func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            (context.codingPath + (last.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            self = .missing(key: path(context, key), event: event)
        case .valueNotFound(_, let context):
            self = .invalid(key: path(context), event: event, reason: "null")
        case .typeMismatch(let type, let context):
            self = context.codingPath.isEmpty ? .notJSON : .invalid(key: path(context), event: event, reason: "no \(type)")
        case .dataCorrupted(let context):
            self =
                context.codingPath.isEmpty
                ? .notJSON : .invalid(key: path(context), event: event, reason: context.debugDescription)
        @unknown default:
            self = .notJSON
        }
    }
}
