/// The course of a machine's run as a state machine: what arrives goes in, what is to be done comes out.
///
/// It knows no process, no file and no clock, so that every course can be tested.
struct MachineSession: Sendable {
    /// What arrives.
    enum Input: Sendable {
        case monitor(QMPMessage)

        /// QEMU said something on its monitor that is no QMP.
        case monitorGarbage(String)

        /// QEMU closed its monitor: it has ended.
        case monitorClosed

        case serial([UInt8])
        case timer(Timer)
    }

    /// What is to be done.
    enum Action: Hashable, Sendable {
        case send(QMPCommand)

        /// Give a `timer` input after the time.
        case arm(Timer, Duration)

        /// End QEMU by force.
        case kill
    }

    enum Timer: Hashable, Sendable {
        /// The user's bound on the whole run.
        case limit

        /// For the machine to power off after the last word of loader or kernel.
        case powerOff

        /// For QEMU to take the picture.
        case screenshot

        /// For QEMU to end after it was told to.
        case quit
    }

    /// Why the run is being ended.
    private enum Stop: Hashable, Sendable {
        /// The guest stopped the machine, for the reason that QEMU gives.
        case byGuest(String)

        /// Loader or kernel had said their last word, an error, and the machine ran on.
        case afterLastWord

        case failed(MachineError)
    }

    private enum Phase: Hashable, Sendable {
        case connecting
        case running
        case takingPicture
        case quitting
        case over
    }

    /// How long the machine may take to power off after `finished`, and how long more is listened to after an error.
    static let powerOffPatience = Duration.seconds(10)
    static let errorPatience = Duration.seconds(2)
    static let emulatorPatience = Duration.seconds(5)

    /// The number of serial lines that errors show.
    static let lastLineCount = 15

    /// The most bytes that are taken from the serial line.
    static let serialLimit = 64 << 20

    /// The most unusable event lines that are kept.
    static let problemLimit = 64

    private(set) var record = BootRecord()
    private(set) var problems: [SerialProblem] = []
    private(set) var lastLines: [String] = []

    /// What went wrong with the picture, nil where nothing did.
    private(set) var screenshotFailure: String?
    private(set) var isScreenshotTaken = false

    private let limit: Duration
    private let screenshotPath: String?
    private let report: @Sendable (MachineProgress) -> Void
    private var phase = Phase.connecting
    private var stop: Stop?
    private var reader = SerialLineReader()
    private var serialByteCount = 0
    private var loaderFailureWords = ""

    /// - Parameters:
    ///   - limit: The bound on the run.
    ///   - screenshotPath: Where QEMU is to put the picture, nil for none.
    init(limit: Duration, screenshotPath: String?, report: @escaping @Sendable (MachineProgress) -> Void) {
        self.limit = limit
        self.screenshotPath = screenshotPath
        self.report = report
    }

    /// Whether QEMU has ended and nothing more can come.
    var isOver: Bool { phase == .over }

    /// What is to be done first.
    func start() -> [Action] {
        report(.began(.firmware, at: .zero))
        return [.arm(.limit, limit)]
    }

    mutating func handle(_ input: Input, at now: Duration) -> [Action] {
        switch input {
        case .serial(let bytes): return read(bytes, at: now)
        case .monitor(let message): return handle(message)
        case .monitorGarbage(let text):
            return end(.failed(.monitorFailed(reason: "it said '\(TerminalText.harmless(String(text.prefix(200))))'")))
        case .timer(let timer): return expire(timer)
        case .monitorClosed:
            phase = .over
            return []
        }
    }

    /// The text of the serial line's last lines, an unfinished one included.
    var recentLines: [String] {
        let unfinished = reader.unfinishedText
        return (unfinished.allSatisfy(\.isWhitespace) ? lastLines : lastLines + [unfinished]).suffix(Self.lastLineCount)
    }

    /// The line that the serial log breaks off in, taken as a whole line.
    mutating func finishSerial(at now: Duration) {
        if let line = reader.finish() { _ = take(line, at: now) }
    }
}

// MARK: - Serial line

extension MachineSession {
    private mutating func read(_ bytes: [UInt8], at now: Duration) -> [Action] {
        serialByteCount += bytes.count
        guard serialByteCount <= Self.serialLimit else { return end(.failed(.serialFlood(limit: Self.serialLimit))) }
        var actions: [Action] = []
        for line in reader.read(bytes) { actions += take(line, at: now) }
        return actions
    }

    private mutating func take(_ line: SerialLine, at now: Duration) -> [Action] {
        let stagesBefore = record.endedStages.count
        let endingBefore = record.ending
        switch line.event {
        case nil: break
        case .success(let event):
            do throws(BootEventError) { try record.record(event, at: now) } catch { note(error, line: line.number) }
        case .failure(let error): note(error, line: line.number)
        }
        remember(line)
        report(.line(line, at: now))
        for stage in record.endedStages[stagesBefore...] {
            report(.ended(stage))
            report(.began(record.stage, at: stage.ended))
        }
        if record.ending != endingBefore {
            return [.arm(.powerOff, record.ending == .finished ? Self.powerOffPatience : Self.errorPatience)]
        }
        return lookForShell(line)
    }

    private mutating func note(_ error: BootEventError, line: Int) {
        if problems.count < Self.problemLimit { problems.append(SerialProblem(line: line, error: error)) }
    }

    private mutating func remember(_ line: SerialLine) {
        var text = line.text
        switch line.event {
        case .success(let event): text += text.isEmpty ? "[\(event.name)]" : " [\(event.name)]"
        case .failure: text += "[an event that cannot be read]"
        case nil: break
        }
        guard !text.allSatisfy(\.isWhitespace) else { return }
        if lastLines.count == Self.lastLineCount { lastLines.removeFirst() }
        lastLines.append(String(text.prefix(400)))
    }

    /// EDK II's firmware says on the serial line when it cannot start what it was given, and falls back to its shell.
    private mutating func lookForShell(_ line: SerialLine) -> [Action] {
        guard record.stage <= .loader, record.ending == nil else { return [] }
        if line.text.contains("BdsDxe: failed to") { loaderFailureWords = line.text }
        let gaveUp = ["UEFI Interactive Shell v", "No bootable option or device was found"].contains(where: line.text.contains)
        guard gaveUp else { return [] }
        return end(.failed(.loaderNotStarted(words: loaderFailureWords, lastLines: recentLines)))
    }
}

// MARK: - Monitor and timers

extension MachineSession {
    private mutating func handle(_ message: QMPMessage) -> [Action] {
        switch message {
        case .greeting:
            guard phase == .connecting else { return [] }
            phase = .running
            return [.send(.negotiate)]
        case .shutdown(let reason): return end(.byGuest(reason))
        case .panicked: return end(.byGuest("guest-panic"))
        case .result(QMPCommand.screenDumpIdentifier) where phase == .takingPicture:
            isScreenshotTaken = true
            return quit()
        case .error(QMPCommand.screenDumpIdentifier, let description) where phase == .takingPicture:
            screenshotFailure = description
            return quit()
        case .error(QMPCommand.negotiate.id, let description):
            return end(.failed(.monitorFailed(reason: description)))
        case .result, .error, .other: return []
        }
    }

    private mutating func expire(_ timer: Timer) -> [Action] {
        switch timer {
        case .limit:
            return end(.failed(.timedOut(stage: record.stage, limit: limit, lastLines: recentLines)))
        case .powerOff:
            guard record.ending == .finished else { return end(.afterLastWord) }
            return end(.failed(.stillRunning(seconds: Int(Self.powerOffPatience.components.seconds))))
        case .screenshot:
            guard phase == .takingPicture else { return [] }
            screenshotFailure = "QEMU took too long over it"
            return quit()
        case .quit:
            return phase == .over ? [] : [.kill]
        }
    }

    /// Ends the run, once: the picture, where one is wanted, then QEMU's end.
    private mutating func end(_ reason: Stop) -> [Action] {
        guard stop == nil, phase == .running || phase == .connecting else { return [] }
        stop = reason
        guard phase == .running, let screenshotPath else { return quit() }
        phase = .takingPicture
        return [.send(.screenDump(path: screenshotPath)), .arm(.screenshot, Self.emulatorPatience)]
    }

    private mutating func quit() -> [Action] {
        // A QEMU that never greeted takes no commands.
        let isListening = phase != .connecting
        phase = .quitting
        return isListening ? [.send(.quit), .arm(.quit, Self.emulatorPatience)] : [.kill]
    }
}

// MARK: - Outcome

extension MachineSession {
    /// How the run ended.
    enum Outcome: Hashable, Sendable {
        /// The kernel finished and the machine powered off.
        case finished

        case failed(MachineError)

        /// QEMU ended without having been told to.
        case emulatorEnded
    }

    /// How the run ended, once it is over. What loader or kernel said about their own end goes before all else.
    var outcome: Outcome {
        switch record.ending {
        case .loaderFailed(let failure): return .failed(.loaderFailed(failure))
        case .kernelRefused(let refusal): return .failed(.kernelRefused(refusal))
        case .kernelFault(let fault): return .failed(.kernelFault(fault))
        case .finished, nil: break
        }
        switch stop {
        case .byGuest("guest-shutdown") where record.ending == .finished:
            return problems.isEmpty ? .finished : .failed(.malformedEvents(problems))
        case .byGuest(let reason):
            return .failed(.stoppedEarly(reason: Self.words(for: reason), stage: record.stage, lastLines: recentLines))
        case .failed(let error): return .failed(error)
        case .afterLastWord, nil: return .emulatorEnded
        }
    }

    private static func words(for reason: String) -> String {
        switch reason {
        case "guest-shutdown": "it powered off before the kernel was done"
        case "guest-reset": "it reset itself, as it does after a fault that nothing handles"
        case "guest-panic": "the guest reported a panic"
        default: "QEMU says '\(TerminalText.harmless(reason))'"
        }
    }
}
