/// The course of a run of a prepared machine, as ``MachineSession`` is that of a boot: what arrives goes in, what is to be done
/// comes out.
struct PreparedSession: SerialSession {
    private enum Phase {
        case connecting
        case running
        case quitting
        case over
    }

    /// The number of text lines that are kept.
    static let keptLineLimit = 100_000

    /// How long the machine may take to power off after its last words.
    private static let powerOffPatience = Duration.seconds(5)

    private(set) var lines: [String] = []
    private(set) var ending: PreparedRun.Ending?
    private(set) var failure: MachineError?
    private var phase = Phase.connecting
    private var splitter = SerialLineSplitter(maximumLineLength: SerialLineReader.maximumLineLength)
    private var serialByteCount = 0
    let limit: Duration
    let lastWords: String?
    let report: @Sendable (String) -> Void

    init(limit: Duration, lastWords: String?, report: @escaping @Sendable (String) -> Void) {
        self.limit = limit
        self.lastWords = lastWords
        self.report = report
    }

    func start() -> [MachineSession.Action] { [.arm(.limit, limit)] }

    mutating func handle(_ input: MachineSession.Input, at now: Duration) -> [MachineSession.Action] {
        switch input {
        case .serial(let bytes):
            serialByteCount += bytes.count
            guard serialByteCount <= MachineSession.usualSerialLimit else {
                return fail(.serialFlood(limit: MachineSession.usualSerialLimit))
            }
            var actions: [MachineSession.Action] = []
            for line in splitter.read(bytes) { actions += take(line) }
            return actions
        case .monitor(.greeting):
            guard phase == .connecting else { return [] }
            phase = .running
            return [.send(.negotiate)]
        case .monitor(.shutdown("guest-shutdown")): return end(.poweredOff)
        case .monitor(.shutdown("guest-reset")): return end(.reset)
        case .monitor(.shutdown(let reason)): return end(.other(TerminalText.harmless(reason)))
        case .monitor(.panicked): return end(.other("guest-panic"))
        case .monitor(.error(QMPCommand.negotiate.id, let description)): return fail(.monitorFailed(reason: description))
        case .monitor: return []
        case .monitorGarbage(let text):
            return fail(.monitorFailed(reason: "it said '\(TerminalText.harmless(String(text.prefix(200))))'"))
        case .timer(.limit): return end(.timeLimit)
        case .timer(.powerOff): return end(.lastWords)
        case .timer(.quit): return phase == .over ? [] : [.kill]
        case .timer(.screenshot): return []
        case .monitorClosed:
            phase = .over
            return []
        }
    }

    mutating func finishSerial(at now: Duration) {
        if let line = splitter.finish() { _ = take(line) }
    }

    private mutating func take(_ line: SerialLineSplitter.Line) -> [MachineSession.Action] {
        if lines.count < Self.keptLineLimit { lines.append(line.text) }
        report(line.text)
        guard let lastWords, line.text.contains(lastWords) else { return [] }
        return [.arm(.powerOff, Self.powerOffPatience)]
    }

    private mutating func fail(_ error: MachineError) -> [MachineSession.Action] {
        if failure == nil, ending == nil { failure = error }
        return quit()
    }

    private mutating func end(_ reason: PreparedRun.Ending) -> [MachineSession.Action] {
        if failure == nil, ending == nil { ending = reason }
        return quit()
    }

    private mutating func quit() -> [MachineSession.Action] {
        guard phase == .running || phase == .connecting else { return [] }
        // A QEMU that never greeted takes no commands.
        let isListening = phase == .running
        phase = .quitting
        return isListening ? [.send(.quit), .arm(.quit, MachineSession.emulatorPatience)] : [.kill]
    }
}
