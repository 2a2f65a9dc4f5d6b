import Subprocess
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A QEMU process under the direction of a session.
struct MachineProcess {
    let executable: FilePath
    let arguments: [String]
    let serial: SerialLogFile

    /// The run of a QEMU that has ended.
    struct Ended<Session: SerialSession>: Sendable {
        var session: Session

        /// QEMU's exit status in words.
        var status: String

        /// What QEMU wrote on its standard error.
        var words: String
        var duration: Duration
    }

    /// How often the serial log is looked at.
    private static let pollInterval = Duration.milliseconds(20)

    /// The most that is kept of QEMU's standard error, in bytes.
    private static let wordLimit = 64 << 10

    /// Makes a command that is written to a QEMU that has just died an error, where it would end the whole program otherwise.
    private static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    private enum Arrival: Sendable {
        case input(MachineSession.Input)
        case words([UInt8])
        case tick
    }

    /// Starts QEMU, follows it to its end, and keeps the serial log however that comes.
    ///
    /// - Parameter log: where the log goes; nil where nobody wants it.
    /// - Throws: `MachineError.cancelled`, `.emulatorFailed` where QEMU cannot be started, or `.unwritable`.
    func run<Session: SerialSession>(
        _ session: Session, keepingLogAs log: FilePath?, in host: HostEnvironment
    ) async throws(MachineError) -> Ended<Session> {
        let ended: Ended<Session>
        do throws(MachineError) {
            ended = try await run(session)
        } catch {
            try serial.keep(as: log, in: host)
            throw error
        }
        try serial.keep(as: log, in: host)
        return ended
    }

    /// Starts QEMU and follows it to its end.
    ///
    /// - Throws: `MachineError.cancelled`, or `.emulatorFailed` where QEMU cannot be started.
    private func run<Session: SerialSession>(_ session: Session) async throws(MachineError) -> Ended<Session> {
        Self.ignoreBrokenPipes
        var options = PlatformOptions()
        // A session of its own: the terminal's interrupt reaches this program alone, which then ends QEMU in order, and
        // helpers that a wrapper started end together with it.
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(500))
        ]
        do {
            let result = try await Subprocess.run(
                .path(executable), arguments: Arguments(arguments), platformOptions: options, input: .inputWriter,
                output: .sequence, error: .sequence
            ) { execution in
                await follow(execution, session)
            }
            try Task.checkCancellation()
            var ended = result.closureResult
            ended.status = Self.words(for: result.terminationStatus)
            return ended
        } catch is CancellationError {
            throw .cancelled
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw .emulatorFailed(status: "it could not be started", words: "\(error)", lastLines: [])
        }
    }

    private func follow<Session: SerialSession>(
        _ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>, _ session: Session
    ) async -> Ended<Session> {
        let clock = ContinuousClock()
        let start = clock.now
        var session = session
        var words: [UInt8] = []
        let (arrivals, sender) = AsyncStream.makeStream(of: Arrival.self)

        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await Self.listen(to: execution.standardOutput, sender) }
            tasks.addTask { await Self.collect(execution.standardError, sender) }
            tasks.addTask {
                while !Task.isCancelled {
                    sender.yield(.tick)
                    try? await Task.sleep(for: Self.pollInterval)
                }
            }
            var pending = session.start()
            var patience = ListeningClock()
            var next = arrivals.makeAsyncIterator()
            var openStreams = 2
            while true {
                for action in pending {
                    switch action {
                    case .send(let command):
                        _ = try? await execution.standardInputWriter.write(command.encoded())
                    case .arm(let timer, let duration): patience.arm(timer, for: duration)
                    case .kill:
                        try? execution.send(signal: .kill, toProcessGroup: true)
                    }
                }
                pending = []
                guard openStreams > 0, let arrival = await next.next() else { break }
                // Serial text first: what the guest said before an event of the monitor is to be known when it is judged.
                let now = clock.now - start
                pending += hear(&session, at: now)
                switch arrival {
                case .tick:
                    for timer in patience.listened(until: now) { pending += session.handle(.timer(timer), at: now) }
                case .words(let more):
                    if more.isEmpty { openStreams -= 1 }
                    words += more.prefix(Self.wordLimit - words.count)
                case .input(let input):
                    if case .monitorClosed = input { openStreams -= 1 }
                    pending += session.handle(input, at: now)
                }
            }
            if Task.isCancelled { try? execution.send(signal: .kill, toProcessGroup: true) }
            tasks.cancelAll()
        }
        let duration = clock.now - start
        _ = hear(&session, at: duration)
        session.finishSerial(at: duration)
        return Ended(session: session, status: "", words: String(decoding: words, as: UTF8.self), duration: duration)
    }

    /// Gives the session what has come on the serial line, however much that is, but without end for a guest that writes
    /// faster than it is heard.
    private func hear(_ session: inout some SerialSession, at now: Duration) -> [MachineSession.Action] {
        var actions: [MachineSession.Action] = []
        var heard = 0
        while heard <= MachineSession.usualSerialLimit {
            let bytes = serial.read()
            guard !bytes.isEmpty else { break }
            heard += bytes.count
            actions += session.handle(.serial(bytes), at: now)
        }
        return actions
    }

    private static func listen(to output: SubprocessOutputSequence, _ sender: AsyncStream<Arrival>.Continuation) async {
        do {
            for try await line in output.strings() {
                if let message = QMPMessage(line: line) {
                    sender.yield(.input(.monitor(message)))
                } else if !line.allSatisfy(\.isWhitespace) {
                    sender.yield(.input(.monitorGarbage(line)))
                }
            }
        } catch {
            // An output that cannot be read any more is as good as closed.
        }
        sender.yield(.input(.monitorClosed))
    }

    private static func collect(_ errors: SubprocessOutputSequence, _ sender: AsyncStream<Arrival>.Continuation) async {
        do {
            for try await buffer in errors { sender.yield(.words(buffer.bytes.array)) }
        } catch {
            // As above.
        }
        sender.yield(.words([]))
    }

    private static func words(for status: TerminationStatus) -> String {
        switch status {
        case .exited(let code): "exit status \(code)"
        case .signaled(let signal): "signal \(signal)"
        }
    }
}

extension RawSpan {
    fileprivate var array: [UInt8] {
        var array: [UInt8] = []
        array.reserveCapacity(byteCount)
        // Inside the bounds, and any byte is a valid UInt8.
        for offset in byteOffsets { array.append(unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)) }
        return array
    }
}
