/// What directs a run of QEMU: a state machine that knows no process, no file and no clock.
///
/// What all runs have in common, ``handle(_:at:)`` does; what is particular to one, its requirements.
protocol SerialSession: Sendable {
    /// The run as QEMU sees it.
    var emulator: EmulatorLife { get set }

    /// The most bytes that are taken from the serial line.
    var serialLimit: Int { get }

    /// What is to be done first.
    func start() -> [MachineSession.Action]

    /// Takes in what came on the serial line; returns what is to be done.
    mutating func read(_ bytes: [UInt8], at now: Duration) -> [MachineSession.Action]

    /// The guest stopped the machine, for the reason that QEMU gives.
    mutating func stopped(reason: String) -> [MachineSession.Action]

    /// The run cannot go on.
    mutating func fail(_ error: MachineError) -> [MachineSession.Action]

    /// A time that the session set is up; never that of ``MachineSession/Timer/quit``.
    mutating func expire(_ timer: MachineSession.Timer) -> [MachineSession.Action]

    /// QEMU answered a command of the session's own.
    mutating func hear(_ answer: QMPMessage) -> [MachineSession.Action]

    /// Takes the line that the serial log breaks off in as a whole line.
    mutating func finishSerial(at now: Duration)
}

extension SerialSession {
    /// Takes in what arrived; returns what is to be done.
    mutating func handle(_ input: MachineSession.Input, at now: Duration) -> [MachineSession.Action] {
        switch input {
        case .serial(let bytes):
            emulator.serialByteCount += bytes.count
            guard emulator.serialByteCount <= serialLimit else { return fail(.serialFlood(limit: serialLimit)) }
            return read(bytes, at: now)
        case .monitor(.greeting): return emulator.greet()
        case .monitor(.shutdown(let reason)): return stopped(reason: reason)
        case .monitor(.panicked): return stopped(reason: "guest-panic")
        case .monitor(.error(QMPCommand.negotiate.id, let description)): return fail(.monitorFailed(reason: description))
        case .monitor(.result(QMPCommand.negotiate.id)): return emulator.begin()
        case .monitor(let message): return hear(message)
        case .monitorGarbage(let text):
            return fail(.monitorFailed(reason: "it said '\(TerminalText.harmless(String(text.prefix(200))))'"))
        case .timer(.quit): return emulator.phase == .over ? [] : [.kill]
        case .timer(let timer): return expire(timer)
        case .monitorClosed:
            emulator.end()
            return []
        }
    }

    mutating func hear(_ answer: QMPMessage) -> [MachineSession.Action] { [] }
}

/// How far a run of QEMU has come, and what it has said.
struct EmulatorLife: Sendable {
    enum Phase: Hashable, Sendable {
        case connecting
        case running
        case quitting
        case over
    }

    /// How long QEMU may take over what it is told.
    static let patience = Duration.seconds(5)

    private(set) var phase = Phase.connecting

    /// Whether the machine was told to begin.
    private var hasBegun = false

    /// The bytes that have come on the serial line.
    var serialByteCount = 0

    /// Whether nobody has told QEMU to end yet, and it has not ended.
    var isGoingOn: Bool { phase == .connecting || phase == .running }

    /// QEMU greets, and is told what is spoken; later greetings mean nothing.
    mutating func greet() -> [MachineSession.Action] {
        guard phase == .connecting else { return [] }
        phase = .running
        return [.send(.negotiate)]
    }

    /// QEMU tells of events from now on, and the machine may begin: what it did before nobody would hear of.
    mutating func begin() -> [MachineSession.Action] {
        guard phase == .running, !hasBegun else { return [] }
        hasBegun = true
        return [.send(.proceed)]
    }

    /// Makes QEMU end: in order where it takes commands, by force where it never greeted. Nothing where it ends already.
    mutating func quit() -> [MachineSession.Action] {
        guard isGoingOn else { return [] }
        let isListening = phase == .running
        phase = .quitting
        return isListening ? [.send(.quit), .arm(.quit, Self.patience)] : [.kill]
    }

    /// QEMU has ended.
    mutating func end() { phase = .over }
}

/// The last lines of text on a serial line, for messages.
struct LastLines: Sendable {
    /// The number of lines that errors show.
    static let count = 15

    /// The most characters of one line.
    private static let width = 400

    private var lines: [String] = []

    /// Takes a line; blank ones do not count.
    mutating func append(_ text: String) {
        guard !text.allSatisfy(\.isWhitespace) else { return }
        if lines.count == Self.count { lines.removeFirst() }
        lines.append(String(text.prefix(Self.width)))
    }

    /// The lines, the one that has not ended yet among them.
    func text(unfinished: String) -> [String] {
        (unfinished.allSatisfy(\.isWhitespace) ? lines : lines + [unfinished]).suffix(Self.count)
    }
}
