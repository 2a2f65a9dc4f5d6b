/// The course of a run of a prepared machine, as ``MachineSession`` is that of a boot: what arrives goes in, what is to be done
/// comes out.
struct PreparedSession: SerialSession {
    /// The number of text lines that are kept.
    static let keptLineLimit = 100_000

    /// How long the machine may take to power off after its last words.
    private static let powerOffPatience = Duration.seconds(5)

    private(set) var lines: [String] = []
    private(set) var ending: PreparedRun.Ending?
    private(set) var failure: MachineError?
    var emulator = EmulatorLife()
    private var splitter = SerialLineSplitter(maximumLineLength: SerialLineReader.maximumLineLength)
    let limit: Duration
    let serialLimit = MachineSession.usualSerialLimit
    let lastWords: String?
    let report: @Sendable (String) -> Void

    init(limit: Duration, lastWords: String?, report: @escaping @Sendable (String) -> Void) {
        self.limit = limit
        self.lastWords = lastWords
        self.report = report
    }

    func start() -> [MachineSession.Action] { [.arm(.limit, limit)] }

    mutating func read(_ bytes: [UInt8], at now: Duration) -> [MachineSession.Action] {
        var actions: [MachineSession.Action] = []
        for line in splitter.read(bytes) { actions += take(line) }
        return actions
    }

    mutating func stopped(reason: String) -> [MachineSession.Action] {
        switch reason {
        case "guest-shutdown": end(.poweredOff)
        case "guest-reset": end(.reset)
        default: end(.other(TerminalText.harmless(reason)))
        }
    }

    mutating func expire(_ timer: MachineSession.Timer) -> [MachineSession.Action] {
        switch timer {
        case .limit: end(.timeLimit)
        case .powerOff: end(.lastWords)
        case .screenshot, .quit: []
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

    mutating func fail(_ error: MachineError) -> [MachineSession.Action] {
        if failure == nil, ending == nil { failure = error }
        return emulator.quit()
    }

    private mutating func end(_ reason: PreparedRun.Ending) -> [MachineSession.Action] {
        if failure == nil, ending == nil { ending = reason }
        return emulator.quit()
    }
}
