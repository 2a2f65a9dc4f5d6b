import CStrataVM

/// A call that was given a structure to tell its end in.
struct Overlapped {
    let address: UInt

    /// The event that is set at the end.
    let event: EventObject?

    /// - Returns: nil for no structure.
    init?(_ structure: LPOVERLAPPED?) {
        guard let structure = unsafe structure else { return nil }
        address = UInt(bitPattern: structure)
        let words = unsafe UnsafeRawPointer(structure).assumingMemoryBound(to: UInt.self)
        // The lowest bit keeps an end out of a queue of ends, of which there are none.
        let handle = unsafe Arguments.load(words + 3, default: 0) ?? 0
        event = handle & ~1 == 0 ? nil : try? unsafe HandleTable.event((handle & ~1).asHandle)
    }

    private var words: UnsafeMutablePointer<UInt>? { unsafe UnsafeMutablePointer(bitPattern: address) }

    /// Says that the call goes on.
    func begin() throws(Status) {
        guard unsafe Arguments.store(UInt(0x103), words), unsafe Arguments.store(0, words.map { unsafe $0 + 1 }) else {
            throw Status(.accessViolation)
        }
        event?.isSet = false
    }

    /// Says how the call ended; with the lock of ``Waits`` held.
    func end(_ status: Status, _ count: Int) {
        _ = unsafe Arguments.store(UInt(count), words.map { unsafe $0 + 1 })
        _ = unsafe Arguments.store(UInt(UInt32(bitPattern: status.rawValue)), words)
        event?.isSet = true
        Waits.announce()
    }

    /// The status and the count that the structure has now.
    var result: (status: Status, count: UInt)? {
        guard let status = unsafe Arguments.load(words, default: 0),
            let count = unsafe Arguments.load(words.map { unsafe $0 + 1 }, default: 0)
        else { return nil }
        return (Status(UInt32(truncatingIfNeeded: status)), count)
    }
}

private func result(
    _ file: HANDLE?, _ structure: LPOVERLAPPED?, _ count: LPDWORD?, _ milliseconds: DWORD, _ unfinished: DWORD
) -> BOOL {
    guard let overlapped = unsafe Overlapped(structure) else {
        fail(Status(.accessViolation))
        return 0
    }
    let deadline = Waits.deadline(milliseconds)
    let isDone = Waits.locked {
        Waits.sleep(until: deadline) { overlapped.result?.status != .pending }
    }
    guard let result = overlapped.result, isDone, unsafe Arguments.store(DWORD(truncatingIfNeeded: result.count), count) else {
        fail(isDone ? Status(.accessViolation).error : unfinished)
        return 0
    }
    guard result.status.rawValue >= 0 else {
        fail(result.status)
        return 0
    }
    return 1
}

@c @implementation public func GetOverlappedResult(
    _ file: HANDLE?, _ overlapped: LPOVERLAPPED?, _ count: LPDWORD?, _ wait: BOOL
) -> BOOL {
    unsafe result(file, overlapped, count, wait != 0 ? .max : 0, 996)
}

@c @implementation public func GetOverlappedResultEx(
    _ file: HANDLE?, _ overlapped: LPOVERLAPPED?, _ count: LPDWORD?, _ milliseconds: DWORD, _ alertable: BOOL
) -> BOOL {
    unsafe result(file, overlapped, count, milliseconds, milliseconds == 0 ? 996 : 258)
}
