import CStrataVM

/// A thread that was made with a handle.
final class ThreadObject: Waitable, @unchecked Sendable {
    /// The host's number for it, once it runs.
    var identifier: DWORD?

    var suspensions: DWORD
    var exitCode: DWORD?

    init(isSuspended: Bool) { suspensions = isSuspended ? 1 : 0 }

    override var isSignaled: Bool { exitCode != nil }
}

@c @implementation public func strata_vm_thread_begins(_ object: UnsafeMutableRawPointer?, _ identifier: DWORD) {
    guard let object = unsafe object else { return }
    // The creator's reference is the thread's until it ends.
    let thread = unsafe Unmanaged<ThreadObject>.fromOpaque(object).takeUnretainedValue()
    Waits.locked {
        thread.identifier = identifier
        Waits.announce()
        _ = Waits.sleep(until: .max) { thread.suspensions == 0 }
    }
}

@c @implementation public func strata_vm_thread_ends(_ object: UnsafeMutableRawPointer?, _ code: DWORD) {
    guard let object = unsafe object else { return }
    let thread = unsafe Unmanaged<ThreadObject>.fromOpaque(object).takeRetainedValue()
    Waits.locked {
        thread.exitCode = code
        Waits.announce()
    }
}

@c @implementation public func CreateThread(
    _ attributes: LPSECURITY_ATTRIBUTES?, _ stackSize: SIZE_T, _ start: LPTHREAD_START_ROUTINE?, _ argument: LPVOID?,
    _ flags: DWORD, _ identifier: LPDWORD?
) -> HANDLE? {
    guard unsafe start != nil, flags & ~0x1_0004 == 0 else {
        fail(Status(.invalidParameter))
        return nil
    }
    let thread = ThreadObject(isSuspended: flags & 0x4 != 0)
    let object = unsafe Unmanaged.passRetained(thread)
    guard unsafe strata_vm_start_thread(Int(bitPattern: UInt(bitPattern: stackSize)), start, argument, object.toOpaque()) else {
        unsafe object.release()
        fail(8)
        return nil
    }
    let number = Waits.locked { () -> DWORD in
        _ = Waits.sleep(until: .max) { thread.identifier != nil }
        return thread.identifier ?? 0
    }
    if unsafe identifier != nil { _ = unsafe Arguments.store(number, identifier) }
    return unsafe HandleTable.open(.thread(thread), access: 0x1F_FFFF)
}

@c @implementation public func ResumeThread(_ handle: HANDLE?) -> DWORD {
    do throws(Status) {
        let thread = try unsafe HandleTable.thread(handle)
        return Waits.locked {
            let before = thread.suspensions
            if before > 0 { thread.suspensions = before - 1 }
            Waits.announce()
            return before
        }
    } catch {
        fail(error)
        return .max
    }
}

@c @implementation public func GetExitCodeThread(_ handle: HANDLE?, _ code: LPDWORD?) -> BOOL {
    win32 { () throws(Status) in
        let thread = try unsafe HandleTable.thread(handle)
        let value = Waits.locked { thread.exitCode ?? 259 }
        guard unsafe Arguments.store(value, code) else { throw Status(.accessViolation) }
    }
}

@c @implementation public func GetThreadId(_ handle: HANDLE?) -> DWORD {
    if Int(bitPattern: handle) == -2 { return GetCurrentThreadId() }
    do throws(Status) {
        let thread = try unsafe HandleTable.thread(handle)
        return Waits.locked { thread.identifier ?? 0 }
    } catch {
        fail(error)
        return 0
    }
}
