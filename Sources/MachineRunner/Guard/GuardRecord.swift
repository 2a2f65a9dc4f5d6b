/// What the Guard has said so far.
struct GuardRecord: Sendable {
    private(set) var start: LoaderStart?
    private(set) var settings: GuardSettings?
    private(set) var arena: GuardArena?
    private(set) var program: GuardedProgram?
    private(set) var end: ProgramEnd?
    private(set) var services: [ServiceUse] = []
    private(set) var memory: GuardMemoryUse?
    private(set) var mapHeader: MapHeader?
    private(set) var rawMap: [UInt8] = []
    private(set) var benchmark: [GuardBenchmarkRow] = []
    private(set) var selfTest: GuardSelfTest?
    private(set) var failure: LoaderFailure?
    private(set) var isFinished = false

    /// The most rows of one kind that are taken.
    static let maximumListLength = 256

    /// Takes an event in.
    ///
    /// - Throws: `BootEventError` where the event may not come now or is out of bounds; nothing has changed then.
    mutating func record(_ event: GuardEvent) throws(BootEventError) {
        guard !isFinished, failure == nil else { throw .unexpectedOfGuard(event: event.name) }
        switch event {
        case .start(let value): try Self.put(value, into: &start, event)
        case .configuration(let value): try Self.put(value, into: &settings, event)
        case .arena(let value): try Self.put(value, into: &arena, event)
        case .program(let value): try Self.put(value, into: &program, event)
        case .end(let value): try Self.put(value, into: &end, event)
        case .service(let value): try Self.append(value, to: &services)
        case .memory(let value): try Self.put(value, into: &memory, event)
        case .map(let value):
            guard value.byteCount <= BootRecord.maximumMapByteCount else {
                throw .mapSizeRefused(byteCount: value.byteCount, limit: BootRecord.maximumMapByteCount)
            }
            try Self.put(value, into: &mapHeader, event)
        case .mapData(let chunk): try append(chunk)
        case .benchmark(let value): try Self.append(value, to: &benchmark)
        case .selfTest(let value): try Self.put(value, into: &selfTest, event)
        case .finished: isFinished = true
        case .error(let value): failure = value
        }
    }

    private mutating func append(_ chunk: MapChunk) throws(BootEventError) {
        guard let mapHeader else { throw .unexpectedOfGuard(event: "mapData") }
        let expected = UInt64(rawMap.count)
        guard chunk.offset == expected else { throw .mapChunkMisplaced(offset: chunk.offset, expected: expected) }
        guard let bytes = HexadecimalDigits.bytes(of: chunk.hex) else { throw .mapChunkNotHexadecimal(offset: chunk.offset) }
        let end = expected + UInt64(bytes.count)
        guard end <= mapHeader.byteCount else { throw .mapChunkTooLong(end: end, byteCount: mapHeader.byteCount) }
        rawMap += bytes
    }

    private static func put<Value>(_ value: Value, into place: inout Value?, _ event: GuardEvent) throws(BootEventError) {
        guard place == nil else { throw .unexpectedOfGuard(event: event.name) }
        place = value
    }

    private static func append<Value>(_ value: Value, to list: inout [Value]) throws(BootEventError) {
        guard list.count < maximumListLength else { throw .tooManyEvents(limit: maximumListLength) }
        list.append(value)
    }
}
