#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the Guard says on the serial line, protocol version 1.
enum GuardEvent: Hashable, Sendable {
    case start(LoaderStart)
    case configuration(GuardSettings)
    case arena(GuardArena)
    case program(GuardedProgram)
    case end(ProgramEnd)
    case service(ServiceUse)
    case memory(GuardMemoryUse)
    case map(MapHeader)
    case mapData(MapChunk)
    case benchmark(GuardBenchmarkRow)
    case selfTest(GuardSelfTest)
    case finished
    case error(LoaderFailure)

    /// The event of a line's JSON, or nil where somebody else speaks.
    ///
    /// - Throws: `BootEventError` of what is wrong with an event of the Guard's.
    init?(json: some Sequence<UInt8>) throws(BootEventError) {
        let data = Data(json)
        let head = try BootEvent.head(of: data)
        guard head.source == "guard" else { return nil }
        func body<Body: Decodable>(_ type: Body.Type) throws(BootEventError) -> Body {
            try BootEvent.decode(type, of: "guard \(head.event.prefix(32))", from: data)
        }
        switch head.event {
        case "start": self = .start(try body(LoaderStart.self))
        case "configuration": self = .configuration(try body(GuardSettings.self))
        case "arena": self = .arena(try body(GuardArena.self))
        case "program": self = .program(try body(GuardedProgram.self))
        case "end": self = .end(try body(ProgramEnd.self))
        case "service": self = .service(try body(ServiceUse.self))
        case "memory": self = .memory(try body(GuardMemoryUse.self))
        case "map": self = .map(try body(MapHeader.self))
        case "mapData": self = .mapData(try body(MapChunk.self))
        case "benchmark": self = .benchmark(try body(GuardBenchmarkRow.self))
        case "selftest": self = .selfTest(try body(GuardSelfTest.self))
        case "finished": self = .finished
        case "error": self = .error(try body(LoaderFailure.self))
        default: throw .unknownEvent(source: "guard", event: String(head.event.prefix(32)))
        }
    }

    /// The name of the event in the protocol.
    var name: String {
        switch self {
        case .start: "start"
        case .configuration: "configuration"
        case .arena: "arena"
        case .program: "program"
        case .end: "end"
        case .service: "service"
        case .memory: "memory"
        case .map: "map"
        case .mapData: "mapData"
        case .benchmark: "benchmark"
        case .selfTest: "selftest"
        case .finished: "finished"
        case .error: "error"
        }
    }
}
