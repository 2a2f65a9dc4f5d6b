/// What the Guard has said so far.
struct GuardRecord: Sendable {
    private(set) var start: LoaderStart?
    private(set) var settings: GuardSettings?
    private(set) var arena: GuardArena?
    private(set) var program: GuardedProgram?
    private(set) var end: ProgramEnd?
    private(set) var services: [ServiceUse] = []
    private(set) var memory: GuardMemoryUse?
    private(set) var map = MapCollector()
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
        let repetition = BootEventError.unexpectedOfGuard(event: event.name)
        guard !isFinished, failure == nil else { throw repetition }
        switch event {
        case .start(let value): try start.fill(with: value, repetition: repetition)
        case .configuration(let value): try settings.fill(with: value, repetition: repetition)
        case .arena(let value): try arena.fill(with: value, repetition: repetition)
        case .program(let value): try program.fill(with: value, repetition: repetition)
        case .end(let value): try end.fill(with: value, repetition: repetition)
        case .service(let value): try services.append(value, upTo: Self.maximumListLength)
        case .memory(let value): try memory.fill(with: value, repetition: repetition)
        case .map(let value): try map.begin(value, repetition: repetition)
        case .mapData(let chunk): try map.append(chunk, prematurity: repetition)
        case .benchmark(let value): try benchmark.append(value, upTo: Self.maximumListLength)
        case .selfTest(let value): try selfTest.fill(with: value, repetition: repetition)
        case .finished: isFinished = true
        case .error(let value): failure = value
        }
    }
}
