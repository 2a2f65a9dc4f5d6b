import CStrataVM
import VirtualMemory

/// A status of the native interface as its calls return it: those of memory, and the few of objects and names.
struct Status: Error, Hashable {
    let rawValue: NTSTATUS

    init(_ status: NTStatus) { rawValue = NTSTATUS(bitPattern: status.rawValue) }
    init(_ code: UInt32) { rawValue = NTSTATUS(bitPattern: code) }

    static let success = Status(0)
    static let objectNameExists = Status(0x4000_0000)
    static let invalidInformationClass = Status(0xC000_0003)
    static let bufferTooSmall = Status(0xC000_0023)
    static let objectTypeMismatch = Status(0xC000_0024)
    static let objectNameInvalid = Status(0xC000_0033)
    static let objectNameNotFound = Status(0xC000_0034)
    static let objectNameCollision = Status(0xC000_0035)
    static let pending = Status(0x103)
    static let bufferOverflow = Status(0x8000_0005)
    static let pipeBusy = Status(0xC000_00AE)
    static let pipeDisconnected = Status(0xC000_00B0)
    static let pipeClosing = Status(0xC000_00B1)
    static let pipeConnected = Status(0xC000_00B2)
    static let pipeListening = Status(0xC000_00B3)
    static let pipeEmpty = Status(0xC000_00D9)
    static let cancelled = Status(0xC000_0120)
    static let pipeBroken = Status(0xC000_014B)
    static let notFound = Status(0xC000_0225)
    static let notSupported = Status(0xC000_00BB)
    static let noMoreEntries = Status(0x8000_001A)
    static let notTheSameDevice = Status(0xC000_00D4)

    /// The Win32 error that belongs to it.
    var error: UInt32 {
        if let known = NTStatus(rawValue: UInt32(bitPattern: rawValue)) { return Win32Error(known).rawValue }
        return Self.others[UInt32(bitPattern: rawValue)] ?? 317
    }

    private static let others: [UInt32: UInt32] = [
        0: 0, 0x4000_0000: 183, 0x4000_0002: 87, 0x8000_0002: 998, 0xC000_0001: 31, 0xC000_0002: 1, 0xC000_0003: 87,
        0xC000_0011: 38, 0xC000_0023: 122,
        0xC000_0024: 6, 0xC000_0033: 123, 0xC000_0034: 2, 0xC000_0035: 183, 0xC000_003A: 3, 0xC000_0043: 32, 0xC000_007F: 112,
        0xC000_00BB: 50, 0xC000_00F8: 87, 0xC000_00F9: 87, 0xC000_00FA: 87, 0xC000_00D4: 17, 0x8000_0005: 234,
        0x103: 997, 0xC000_00AE: 231, 0xC000_00B0: 233, 0xC000_00B1: 232, 0xC000_00B2: 535, 0xC000_00B3: 536, 0xC000_00D9: 232,
        0xC000_0120: 995, 0xC000_014B: 109, 0xC000_0225: 1168, 0x8000_0011: 170, 0xC000_0049: 87, 0xC000_004C: 87,
        0xC000_0243: 1224,
        0xC000_0056: 5, 0x8000_001A: 259,
        0xC000_0121: 5,
    ]
}

/// A call's work on its way to another stack.
private struct StackedWork {
    let body: () throws(Status) -> Void
    var status: NTSTATUS = 0
}

/// Runs a call's work on the C library's stack of a thread that has the program's as well: the call may be about its pages.
private func onHostStack(_ body: () throws(Status) -> Void) -> NTSTATUS {
    withoutActuallyEscaping(body) { body in
        var work = StackedWork(body: body)
        // The work outlives the call, which is over when this returns.
        unsafe withUnsafeMutablePointer(to: &work) { pointer in
            unsafe strata_vm_on_host_stack(
                { context in
                    guard let work = unsafe context?.assumingMemoryBound(to: StackedWork.self) else { return }
                    unsafe work.pointee.status = run(work.pointee.body)
                }, pointer)
        }
        return work.status
    }
}

/// Runs a call of the native interface.
func native(_ body: () throws(Status) -> Void) -> NTSTATUS {
    strata_vm_is_on_program_stack() ? onHostStack(body) : run(body)
}

private func run(_ body: () throws(Status) -> Void) -> NTSTATUS {
    do throws(Status) {
        try body()
        return 0
    } catch {
        return error.rawValue
    }
}

/// Runs a call of Win32 that gives a truth; the error of a failure is left for GetLastError.
func win32(_ body: () throws(Status) -> Void) -> BOOL {
    let status = native(body)
    guard status != 0 else { return 1 }
    fail(Status(UInt32(bitPattern: status)))
    return 0
}

/// Runs a call of Win32 that gives a value, or another one with the error of a failure left for GetLastError.
func win32<Value>(_ failed: Value, _ body: () throws(Status) -> Value) -> Value {
    var result = failed
    _ = win32 { () throws(Status) in result = try body() }
    return result
}

/// Leaves the error of a status for GetLastError.
func fail(_ status: Status) { strata_vm_set_error(status.error, status.rawValue) }

/// Leaves an error for GetLastError that has no status behind it.
func fail(_ error: UInt32) { SetLastError(error) }

/// Turns the core's statuses into the calls'.
func withStatus<Result>(_ body: () throws(NTStatus) -> Result) throws(Status) -> Result {
    do throws(NTStatus) { return try body() } catch { throw Status(error) }
}

@c @implementation public func RtlNtStatusToDosError(_ status: NTSTATUS) -> ULONG {
    Status(UInt32(bitPattern: status)).error
}
