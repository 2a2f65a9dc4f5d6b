import CStrataVM

/// A thread with handles. Its state belongs to the lock of ``Waits``.
final class ThreadObject: Waitable, @unchecked Sendable {
    /// The host's number for it.
    var identifier: UInt32

    private var suspensions: UInt32
    private var exitCode: UInt32?

    init(isSuspended: Bool = false, identifier: UInt32 = 0) {
        suspensions = isSuspended ? 1 : 0
        self.identifier = identifier
    }

    override var isSignaled: Bool { exitCode != nil }

    /// What it ended with; `STILL_ACTIVE` before.
    var endCode: UInt32 { Waits.locked { exitCode ?? 259 } }

    func end(_ code: UInt32) {
        Waits.locked {
            exitCode = code
            Waits.announce()
        }
    }

    /// How often the thread was suspended before.
    func resume() -> UInt32 {
        Waits.locked {
            let before = suspensions
            if before > 0 { suspensions = before - 1 }
            Waits.announce()
            return before
        }
    }

    func waitUntilResumed() {
        Waits.locked { _ = Waits.sleep(until: .max) { suspensions == 0 } }
    }
}
