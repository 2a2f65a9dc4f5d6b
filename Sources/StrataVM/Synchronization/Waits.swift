import CStrataVM

/// What can be waited for. Its state belongs to the lock of ``Waits``; this very class is never signaled.
class Waitable: @unchecked Sendable {
    var isSignaled: Bool { false }

    /// Whether nobody announces its changes, so that who waits for it has to look now and then.
    var isPolled: Bool { false }

    /// What a wait that it satisfied takes away.
    func take() {}
}

/// The lock and the sleep of everything that threads wait for. While it is held the program's memory may be touched, through
/// ``Arguments`` as ever.
enum Waits {
    static func locked<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        strata_vm_waits_enter()
        defer { strata_vm_waits_leave() }
        return try body()
    }

    /// When a wait of some milliseconds ends; never for `INFINITE`.
    static func deadline(_ milliseconds: DWORD) -> UInt64 {
        milliseconds == .max ? .max : strata_vm_waits_now() &+ UInt64(milliseconds) * 1_000_000
    }

    /// How long who has to look for himself sleeps, in nanoseconds.
    private static let interval: UInt64 = 250_000_000

    /// Sleeps until a condition holds, with the lock held once: false where the deadline passes before.
    static func sleep(until deadline: UInt64, isPolling: Bool = false, _ isDone: () -> Bool) -> Bool {
        while !isDone() {
            if deadline != .max && strata_vm_waits_now() >= deadline { return false }
            _ = strata_vm_waits_sleep(isPolling ? min(deadline, strata_vm_waits_now() + interval) : deadline)
        }
        return true
    }

    /// Lets every waiting thread look again, after a change.
    static func announce() { strata_vm_waits_announce() }
}

private func wait(_ handles: [UInt], all: Bool, _ milliseconds: DWORD) -> DWORD {
    do throws(Status) {
        var objects: [Waitable] = []
        for handle in handles { objects.append(try unsafe HandleTable.waitable(handle.asHandle)) }
        let deadline = Waits.deadline(milliseconds)
        let found = Waits.locked { () -> Int? in
            var found: Int?
            let isDone = Waits.sleep(until: deadline, isPolling: objects.contains(where: \.isPolled)) {
                if all { return objects.allSatisfy(\.isSignaled) }
                found = objects.firstIndex { $0.isSignaled }
                return found != nil
            }
            guard isDone else { return nil }
            for (index, object) in objects.enumerated() where all || index == found { object.take() }
            return found ?? 0
        }
        return found.map { DWORD($0) } ?? 258
    } catch {
        fail(error)
        return .max
    }
}

@c @implementation public func WaitForSingleObject(_ object: HANDLE?, _ milliseconds: DWORD) -> DWORD {
    wait([UInt(bitPattern: object)], all: false, milliseconds)
}

@c @implementation public func WaitForSingleObjectEx(_ object: HANDLE?, _ milliseconds: DWORD, _ alertable: BOOL) -> DWORD {
    wait([UInt(bitPattern: object)], all: false, milliseconds)
}

@c @implementation public func WaitForMultipleObjects(
    _ count: DWORD, _ objects: UnsafePointer<HANDLE?>?, _ all: BOOL, _ milliseconds: DWORD
) -> DWORD {
    guard 1...64 ~= count else {
        fail(Status(.invalidParameter))
        return .max
    }
    var handles: [UInt] = []
    for index in 0..<Int(count) {
        let place = unsafe objects.map { unsafe UnsafeRawPointer($0 + index).assumingMemoryBound(to: UInt.self) }
        guard let handle = unsafe Arguments.load(place, default: 0) else {
            fail(Status(.accessViolation))
            return .max
        }
        handles.append(handle)
    }
    if all != 0, Set(handles).count < handles.count {
        fail(Status(.invalidParameter))
        return .max
    }
    return wait(handles, all: all != 0, milliseconds)
}

@c @implementation public func WaitForMultipleObjectsEx(
    _ count: DWORD, _ objects: UnsafePointer<HANDLE?>?, _ all: BOOL, _ milliseconds: DWORD, _ alertable: BOOL
) -> DWORD {
    unsafe WaitForMultipleObjects(count, objects, all, milliseconds)
}
