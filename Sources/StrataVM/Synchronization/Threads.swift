import CStrataVM
import HostVirtualMemory
import MemoryMap
import VirtualMemory

/// A thread that was made with a handle, or that asked for one of its own.
final class ThreadObject: Waitable, @unchecked Sendable {
    /// The host's number for it, once it runs.
    var identifier: DWORD = 0

    var suspensions: DWORD
    var exitCode: DWORD?

    init(isSuspended: Bool) { suspensions = isSuspended ? 1 : 0 }

    override var isSignaled: Bool { exitCode != nil }
}

extension HandleTable {
    /// The pseudo-handle of the calling thread.
    static let currentThread = Int(-2)

    /// The object of the calling thread, which it has until it ends.
    static func callingThread() throws(Status) -> ThreadObject {
        if let known = unsafe strata_vm_current_thread() {
            return unsafe Unmanaged<ThreadObject>.fromOpaque(known).takeUnretainedValue()
        }
        let object = ThreadObject(isSuspended: false)
        object.identifier = GetCurrentThreadId()
        let kept = unsafe Unmanaged.passRetained(object)
        guard unsafe strata_vm_adopt_thread(kept.toOpaque()) else {
            unsafe kept.release()
            throw Status(.noMemory)
        }
        return object
    }
}

/// On the thread itself, before the program's function.
@c func strata_vm_thread_starts(_ object: UnsafeMutableRawPointer) {
    let thread = unsafe Unmanaged<ThreadObject>.fromOpaque(object).takeUnretainedValue()
    Waits.locked {
        // Whoever made it may not have come to that yet.
        thread.identifier = GetCurrentThreadId()
        _ = Waits.sleep(until: .max) { thread.suspensions == 0 }
    }
}

/// The thread ends, on the C library's stack: its reference of the object goes with it.
@c func strata_vm_thread_ended(_ object: UnsafeMutableRawPointer, _ lowest: UnsafeMutableRawPointer?, _ code: UInt32) {
    if unsafe lowest != nil { ProgramStack.free(UInt64(UInt(bitPattern: lowest))) }
    let thread = unsafe Unmanaged<ThreadObject>.fromOpaque(object).takeRetainedValue()
    Waits.locked {
        thread.exitCode = code
        Waits.announce()
    }
}

private func create(
    _ stack: ProgramStack, _ start: @escaping LPTHREAD_START_ROUTINE, _ argument: LPVOID?, isSuspended: Bool
) throws(Status) -> ThreadObject {
    let object = ThreadObject(isSuspended: isSuspended)
    let kept = unsafe Unmanaged.passRetained(object)
    let pointer = { (address: UInt64) in unsafe UnsafeMutableRawPointer(bitPattern: UInt(address)) }
    let identifier = unsafe strata_vm_start_thread(
        kept.toOpaque(), pointer(stack.base), pointer(stack.limit), pointer(stack.lowest), start, argument)
    guard identifier != 0 else {
        unsafe kept.release()
        ProgramStack.free(stack.lowest)
        throw Status(.insufficientResources)
    }
    Waits.locked { object.identifier = identifier }
    return object
}

/// A thread commits two pages at least: one to begin with, and one for its first call.
private func commit(_ asked: UInt64) -> UInt64 { asked == 0 ? max(ProgramStack.defaultCommit, 0x2000) : asked }

@c @implementation public func CreateThread(
    _ attributes: LPSECURITY_ATTRIBUTES?, _ size: SIZE_T, _ start: LPTHREAD_START_ROUTINE?, _ argument: LPVOID?, _ flags: DWORD,
    _ identifier: LPDWORD?
) -> HANDLE? {
    var handle: UInt = 0
    let isDone = win32 { () throws(Status) in
        guard let start = unsafe start, flags & ~0x1_0004 == 0 else { throw Status(.invalidParameter) }
        let asked = UInt64(UInt(bitPattern: size))
        let isReservation = flags & 0x1_0000 != 0
        let stack = try ProgramStack(
            commit: commit(isReservation ? 0 : asked), reserve: isReservation ? asked : 0, zeroBits: 0, commitAlignment: 1,
            reserveAlignment: 1)
        let thread = try unsafe create(stack, start, argument, isSuspended: flags & 0x4 != 0)
        handle = unsafe UInt(bitPattern: HandleTable.open(.thread(thread), access: 0x1F_FFFF))
        if unsafe identifier != nil { _ = unsafe Arguments.store(thread.identifier, identifier) }
    }
    return isDone != 0 ? unsafe handle.asHandle : nil
}

@c @implementation public func RtlCreateUserThread(
    _ process: HANDLE?, _ descriptor: OpaquePointer?, _ isSuspended: BOOLEAN, _ zeroBits: ULONG, _ reserve: SIZE_T,
    _ committed: SIZE_T, _ start: PRTL_THREAD_START_ROUTINE?, _ argument: UnsafeMutableRawPointer?,
    _ thread: UnsafeMutablePointer<HANDLE?>?, _ identifier: UnsafeMutablePointer<CLIENT_ID>?
) -> NTSTATUS {
    native { () throws(Status) in
        try unsafe HandleTable.process(process)
        guard let start = unsafe start else { throw Status(.invalidParameter) }
        let stack = try ProgramStack(
            commit: commit(UInt64(UInt(bitPattern: committed))), reserve: UInt64(UInt(bitPattern: reserve)),
            zeroBits: UInt64(zeroBits), commitAlignment: 1, reserveAlignment: 1)
        // The kinds differ in what they return, which is the thread's code where there is one.
        let routine = unsafe unsafeBitCast(start, to: LPTHREAD_START_ROUTINE.self)
        let made = try unsafe create(stack, routine, argument, isSuspended: isSuspended != 0)
        if unsafe thread != nil {
            let handle = unsafe UInt(bitPattern: HandleTable.open(.thread(made), access: 0x1F_FFFF))
            _ = unsafe Arguments.store(handle, raw: UnsafeMutableRawPointer(thread))
        }
        if unsafe identifier != nil {
            let words = UnsafeMutableRawPointer(identifier)
            _ = unsafe Arguments.store(UInt64(GetCurrentProcessId()), raw: words)
            _ = unsafe Arguments.store(UInt64(made.identifier), raw: words.map { unsafe $0 + 8 })
        }
    }
}

@c @implementation public func GetExitCodeThread(_ thread: HANDLE?, _ code: LPDWORD?) -> BOOL {
    win32 { () throws(Status) in
        let object = try unsafe HandleTable.thread(thread)
        let value = Waits.locked { object.exitCode ?? 259 }
        guard unsafe Arguments.store(value, code) else { throw Status(.accessViolation) }
    }
}

@c @implementation public func GetThreadId(_ thread: HANDLE?) -> DWORD {
    var identifier: DWORD = 0
    _ = win32 { () throws(Status) in
        let object = try unsafe HandleTable.thread(thread)
        identifier = Waits.locked { object.identifier }
    }
    return identifier
}

@c @implementation public func ResumeThread(_ thread: HANDLE?) -> DWORD {
    var count: DWORD = .max
    _ = win32 { () throws(Status) in
        let object = try unsafe HandleTable.thread(thread)
        count = Waits.locked {
            let before = object.suspensions
            if before > 0 { object.suspensions = before - 1 }
            Waits.announce()
            return before
        }
    }
    return count
}
