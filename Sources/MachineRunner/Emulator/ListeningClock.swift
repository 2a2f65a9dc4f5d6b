/// Tells when a session's times are up, by a clock that runs only while the emulator is listened to.
///
/// What an emulator has said may lie unread for seconds where the host is busy or was asleep. A time that was up by then would
/// blame the emulator for it, so no gap between two moments of listening counts for more than ``longestStep``.
struct ListeningClock {
    /// The most that passes at once: a few of the moments at which the serial log is looked at.
    static let longestStep = Duration.milliseconds(100)

    private var armed: [(timer: MachineSession.Timer, due: Duration)] = []
    private var passed = Duration.zero
    private var last = Duration.zero

    /// Sets a time from now on.
    mutating func arm(_ timer: MachineSession.Timer, for duration: Duration) {
        armed.append((timer, passed + duration))
    }

    /// The emulator was listened to until now, a time since the run began; returns the times that are up, the earliest first.
    mutating func listened(until now: Duration) -> [MachineSession.Timer] {
        passed += min(max(now - last, .zero), Self.longestStep)
        last = max(now, last)
        let split = armed.partition { $0.due <= passed }
        defer { armed.removeSubrange(split...) }
        return armed[split...].sorted { $0.due < $1.due }.map(\.timer)
    }
}
