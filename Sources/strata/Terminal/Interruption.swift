import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Ends a task in order when the user or the system wants the program to stop.
///
/// It is made before the task begins what would outlive the program, so that no signal can end the program alone.
final class Interruption {
    private struct Received {
        var signal: Int32?
        var handler: (@Sendable () -> Void)?
    }

    private final class State: Sendable {
        let received = Mutex(Received())
    }

    private let state = State()
    private let sources: [any DispatchSourceSignal]

    /// The signal that came, nil where none did.
    var signal: Int32? { state.received.withLock { $0.signal } }

    /// Takes SIGINT, SIGTERM and SIGHUP from now on, and lets writes to closed pipes fail instead of ending the program.
    init() {
        ignore(SIGPIPE)
        let state = state
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            ignore(number)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let handler = state.received.withLock { received in
                    received.signal = received.signal ?? number
                    return received.handler
                }
                handler?()
            }
            source.resume()
            return source
        }
    }

    /// Calls `handler` on each signal, and at once where one came already.
    func onSignal(_ handler: @escaping @Sendable () -> Void) {
        let isLate = state.received.withLock { received in
            received.handler = handler
            return received.signal != nil
        }
        if isLate { handler() }
    }
}

/// Takes a signal's default action away.
private func ignore(_ number: Int32) {
    _ = signal(number, SIG_IGN)
}
