/// The course of a run under the Guard, as ``MachineSession`` is that of a boot: what arrives goes in, what is to be done comes out.
struct GuardSession: SerialSession {
    /// Why the run is over.
    enum Stop: Hashable, Sendable {
        /// The guest stopped the machine, for the reason that QEMU gives.
        case byGuest(String)

        /// The Guard had reported, and nobody waits for what the machine does afterwards.
        case afterReport

        /// The time was up.
        case timeLimit

        /// The firmware went on without the Guard.
        case notStarted

        case failed(MachineError)
    }

    /// How long the firmware may take to say more after the Guard gave up.
    private static let failurePatience = Duration.seconds(2)

    /// The number of text lines that the report keeps.
    static let keptLineLimit = 100_000

    private(set) var record = GuardRecord()
    private(set) var problems: [SerialProblem] = []
    private(set) var stop: Stop?

    /// The text that came on the serial line between the program's start and its end, and after that.
    private(set) var programLines: [String] = []
    private var lastLines = LastLines()
    private var words = ""
    var emulator = EmulatorLife()
    private var splitter = SerialLineSplitter(maximumLineLength: SerialLineReader.maximumLineLength)
    let limit: Duration

    /// The text on the serial line at which the machine is stopped, once the Guard has reported.
    let lastWords: String?
    let serialLimit: Int
    let report: @Sendable (GuardProgress) -> Void

    init(
        limit: Duration, lastWords: String? = nil, serialLimit: Int = MachineSession.usualSerialLimit,
        report: @escaping @Sendable (GuardProgress) -> Void
    ) {
        self.limit = limit
        self.lastWords = lastWords
        self.serialLimit = serialLimit
        self.report = report
    }

    func start() -> [MachineSession.Action] { [.arm(.limit, limit)] }

    mutating func read(_ bytes: [UInt8], at now: Duration) -> [MachineSession.Action] {
        var actions: [MachineSession.Action] = []
        for line in splitter.read(bytes) { actions += take(line, at: now) }
        if let lastWords, record.isFinished, splitter.unfinishedText.contains(lastWords) { actions += end(.afterReport) }
        return actions
    }

    mutating func stopped(reason: String) -> [MachineSession.Action] { end(.byGuest(reason)) }

    mutating func fail(_ error: MachineError) -> [MachineSession.Action] { end(.failed(error)) }

    mutating func expire(_ timer: MachineSession.Timer) -> [MachineSession.Action] {
        switch timer {
        case .limit: end(.timeLimit)
        case .powerOff: end(.afterReport)
        case .screenshot, .quit: []
        }
    }

    mutating func finishSerial(at now: Duration) {
        if let line = splitter.finish() { _ = take(line, at: now) }
    }

    /// The text of the serial line's last lines, an unfinished one included.
    var recentLines: [String] { lastLines.text(unfinished: splitter.unfinishedText) }

    private mutating func take(_ line: SerialLineSplitter.Line, at now: Duration) -> [MachineSession.Action] {
        var actions: [MachineSession.Action] = []
        if let json = line.json {
            do throws(BootEventError) {
                guard !line.isTruncated else { throw .lineTooLong(limit: SerialLineReader.maximumLineLength) }
                if let event = try GuardEvent(json: json) {
                    try record.record(event)
                    switch event {
                    case .error: actions.append(.arm(.powerOff, Self.failurePatience))
                    default: break
                    }
                }
            } catch {
                if problems.count < MachineSession.problemLimit {
                    problems.append(SerialProblem(line: line.number, error: error))
                }
            }
        }
        guard !line.text.allSatisfy(\.isWhitespace) else { return actions }
        lastLines.append(line.text)
        if record.start == nil, line.text.contains("BdsDxe: failed to") { words = line.text }
        if record.start == nil, line.text.contains("UEFI Interactive Shell v") || line.text.contains("No bootable option") {
            return actions + end(.notStarted)
        }
        if let lastWords, record.isFinished, line.text.contains(lastWords) { actions += end(.afterReport) }
        if record.program != nil, programLines.count < Self.keptLineLimit { programLines.append(line.text) }
        report(.line(line.text, isProgram: record.program != nil, at: now))
        return actions
    }

    private mutating func end(_ reason: Stop) -> [MachineSession.Action] {
        guard stop == nil, emulator.isGoingOn else { return [] }
        stop = reason
        return emulator.quit()
    }

    /// Why there is no report, nil where there is one.
    var failure: MachineError? {
        if case .failed(let error) = stop { return error }
        if let failure = record.failure { return .guardFailed(failure) }
        if !problems.isEmpty { return .malformedEvents(problems) }
        if record.isFinished { return nil }
        switch stop {
        case .notStarted: return .loaderNotStarted(words: words, lastLines: recentLines)
        case .byGuest(let reason): return .programStopped(reason: Self.words(for: reason), lastLines: recentLines)
        case .timeLimit: return .programTimedOut(limit: limit, lastLines: recentLines)
        case .failed, .afterReport, nil: return nil
        }
    }

    private static func words(for reason: String) -> String {
        switch reason {
        case "guest-shutdown": "it powered off"
        case "guest-reset": "it reset itself, as it does after a fault that nothing handles"
        case "guest-panic": "the guest reported a panic"
        default: "QEMU says '\(TerminalText.harmless(reason))'"
        }
    }
}

/// What a machine under the Guard is heard to do.
public enum GuardProgress: Sendable {
    /// QEMU is being started.
    case launching(commandLine: [String])

    /// A line of text came on the serial line; `isProgram` where the program had been loaded.
    case line(String, isProgram: Bool, at: Duration)
}
