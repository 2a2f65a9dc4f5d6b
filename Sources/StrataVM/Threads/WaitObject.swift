import CStrataVM

/// What can be waited for: an event, or a thread's end. Its state is read and changed inside the monitor only.
final class WaitObject: @unchecked Sendable {
    enum Kind {
        /// A manual one stays set until it is reset, the other lets one waiter through.
        case event(isManual: Bool)
        case thread
    }

    let kind: Kind
    private(set) var isSet: Bool

    /// Of a thread: what it ended with.
    private(set) var exitCode: UInt32 = 259
    private(set) var suspendCount: UInt32 = 0
    var identifier: UInt32 = 0

    init(_ kind: Kind, isSet: Bool = false, isSuspended: Bool = false) {
        self.kind = kind
        self.isSet = isSet
        suspendCount = isSuspended ? 1 : 0
    }

    private static func inMonitor<Result>(_ body: () -> Result) -> Result {
        strata_vm_monitor_enter()
        defer { strata_vm_monitor_leave() }
        return body()
    }

    func set() {
        Self.inMonitor {
            isSet = true
            strata_vm_monitor_wake()
        }
    }

    func reset() { Self.inMonitor { isSet = false } }

    func end(_ code: UInt32) {
        Self.inMonitor {
            isSet = true
            exitCode = code
            strata_vm_monitor_wake()
        }
    }

    /// How often the thread was suspended before.
    func resume() -> UInt32 {
        Self.inMonitor {
            let before = suspendCount
            if before > 0 { suspendCount -= 1 }
            strata_vm_monitor_wake()
            return before
        }
    }

    func waitUntilResumed() {
        Self.inMonitor { while suspendCount > 0 { _ = strata_vm_monitor_wait(.max) } }
    }

    var endCode: UInt32 { Self.inMonitor { exitCode } }

    /// Lets one waiter through; inside the monitor.
    private func take() {
        if case .event(isManual: false) = kind { isSet = false }
    }

    /// Waits until one of the objects, or all of them, are set.
    ///
    /// - Returns: the index of the first that was; 0 for all; nil when the time is over.
    static func wait(_ objects: [WaitObject], forAll: Bool, milliseconds: UInt32) -> Int? {
        let deadline: UInt64 =
            milliseconds == .max ? .max : strata_vm_monotonic_time() &+ UInt64(milliseconds) * 1_000_000
        return inMonitor {
            while true {
                if forAll {
                    if objects.allSatisfy(\.isSet) {
                        for object in objects { object.take() }
                        return 0
                    }
                } else if let index = objects.firstIndex(where: \.isSet) {
                    objects[index].take()
                    return index
                }
                guard milliseconds > 0, strata_vm_monitor_wait(deadline) || isAnySet(objects, forAll: forAll) else { return nil }
            }
        }
    }

    private static func isAnySet(_ objects: [WaitObject], forAll: Bool) -> Bool {
        forAll ? objects.allSatisfy(\.isSet) : objects.contains(where: \.isSet)
    }
}

extension HandleTable {
    /// The pseudo-handle of the calling thread.
    static let currentThread = Int(-2)

    static func waitObject(_ handle: HANDLE?) throws(Status) -> WaitObject {
        if Int(bitPattern: handle) == currentThread { return try callingThread() }
        switch try unsafe find(handle).object {
        case .waitable(let object): return object
        // Neither ends before the process does.
        case .process: return WaitObject(.event(isManual: true))
        case .file, .section: throw .objectTypeMismatch
        }
    }

    static func thread(_ handle: HANDLE?) throws(Status) -> WaitObject {
        let object = try unsafe waitObject(handle)
        guard case .thread = object.kind else { throw .objectTypeMismatch }
        return object
    }

    static func event(_ handle: HANDLE?) throws(Status) -> WaitObject {
        guard case .waitable(let object) = try unsafe find(handle).object, case .event = object.kind else {
            throw .objectTypeMismatch
        }
        return object
    }

    /// The object of the calling thread, which it has until it ends.
    static func callingThread() throws(Status) -> WaitObject {
        if let known = unsafe strata_vm_current_thread() {
            return unsafe Unmanaged<WaitObject>.fromOpaque(known).takeUnretainedValue()
        }
        let object = WaitObject(.thread)
        object.identifier = GetCurrentThreadId()
        let kept = unsafe Unmanaged.passRetained(object)
        guard unsafe strata_vm_adopt_thread(kept.toOpaque()) else {
            unsafe kept.release()
            throw Status(.noMemory)
        }
        return object
    }
}
