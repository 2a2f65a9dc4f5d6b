/// The end of boot services: ExitBootServices as a sequence of steps.
///
/// A call begins with ``exitBootServices(key:)``; then the firmware asks ``nextStep(_:_:)`` for one step after the other and does what it
/// says, until `.finished` carries the status to return. No access to this value or to the memory services goes on while a
/// notification function runs, so that it can call any service:
///
/// 1. The first call, whatever its key: every BeforeExitBootServices notification, then the timer is stopped for good.
/// 2. Allocations are locked, and the key is compared with the map's; runtime regions must have the granularity's alignment.
/// 3. Refused: allocations are unlocked, every notification of a failed exit, `.finished(.invalidParameter)`.
/// 4. Accepted: every ExitBootServices notification. Memory stays locked: what such a function allocates or frees is refused, and
///    the map whose key was accepted is the map that the operating system gets.
/// 5. `.endBootServices`: the firmware takes its boot services and consoles out of the system table; `.finished(nil)`.
///
/// UEFI 2.10, section 7.4.6.
public struct BootServicesEnd {
    private enum Stage {
        case idle
        case begun
        case beforeExit
        case decision
        case failed
        case accepted
        case ended
    }

    /// What may be called at present.
    public private(set) var phase = BootServicesPhase.running

    /// How often ExitBootServices was called with boot services running, calls out of its own notifications not counted.
    public private(set) var attempts = 0

    private var stage = Stage.idle
    private var key: UInt64 = 0

    public init() {}

    /// Begins a call.
    ///
    /// - Throws: `.unsupported` once boot services have ended, `.invalidParameter` while another call is under way; nothing has
    ///   changed then, and no step follows.
    public mutating func exitBootServices(key: UInt64) throws(ExitBootServicesError) {
        guard phase != .ended else { throw .unsupported }
        guard stage == .idle else { throw .invalidParameter }
        self.key = key
        attempts += 1
        stage = .begun
    }

    /// What is to be done now.
    ///
    /// - Precondition: a call has begun and is not finished.
    /// - Complexity: O(*n*) for *n* registered events.
    public mutating func nextStep<Memory: ExitableMemory & ~Copyable>(
        _ events: inout EventNotifications, _ memory: inout Memory
    ) -> ExitBootServicesStep {
        while true {
            if let notification = events.next() { return .notify(notification) }
            switch stage {
            case .idle: preconditionFailure("a call of ExitBootServices has begun")
            case .begun:
                stage = phase == .running ? .beforeExit : .decision
                if phase == .running { events.signal(.beforeExitBootServices) }
            case .beforeExit:
                phase = .exitAttempted
                stage = .decision
                return .stopTimer
            case .decision:
                memory.lockAllocations()
                if key == memory.mapKey, memory.runtimeRegionsAreAligned {
                    phase = .exiting
                    stage = .accepted
                    events.signal(.exitBootServices)
                } else {
                    memory.unlockAllocations()
                    stage = .failed
                    events.signal(.exitBootServicesFailed)
                }
            case .failed:
                stage = .idle
                return .finished(.invalidParameter)
            case .accepted:
                memory.endBootServices()
                phase = .ended
                stage = .ended
                return .endBootServices
            case .ended:
                stage = .idle
                return .finished(nil)
            }
        }
    }
}

/// What a firmware does next in the course of ExitBootServices.
public enum ExitBootServicesStep: Hashable, Sendable {
    /// Call this notification function.
    case notify(EventNotification)

    /// Stop the timer: no notification is due to it any more.
    case stopTimer

    /// Take the boot services, the consoles and the pointers to both out of the system table, renew its checksum, and disable
    /// interrupts: runtime has begun.
    case endBootServices

    /// Return this error, or success.
    case finished(ExitBootServicesError?)
}

/// Why boot services go on.
public enum ExitBootServicesError: Error, Hashable, Sendable {
    /// The key is not the current map's, a runtime region is not aligned, or the call came out of a notification of another one.
    case invalidParameter

    /// Boot services have ended already.
    case unsupported
}
