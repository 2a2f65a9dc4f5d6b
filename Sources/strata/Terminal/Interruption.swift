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
final class Interruption {
    private final class Received: Sendable {
        let signal = Mutex<Int32?>(nil)
    }

    private let received = Received()
    private let sources: [any DispatchSourceSignal]

    /// The signal that came, nil where none did.
    var signal: Int32? { received.signal.withLock { $0 } }

    /// Calls `handler` on SIGINT, SIGTERM and SIGHUP, and lets writes to closed pipes fail instead of ending the program.
    init(_ handler: @escaping @Sendable () -> Void) {
        ignore(SIGPIPE)
        let received = received
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            ignore(number)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                received.signal.withLock { $0 = $0 ?? number }
                handler()
            }
            source.resume()
            return source
        }
    }
}

/// Takes a signal's default action away.
private func ignore(_ number: Int32) {
    _ = signal(number, SIG_IGN)
}
