import CStrataVM
import Synchronization

/// The names of events, which last as long as a handle of theirs.
private struct EventNames {
    private final class Entry {
        weak var object: WaitObject?
        init(_ object: WaitObject) { self.object = object }
    }

    private var entries: [[UInt16]: Entry] = [:]

    static let shared = Mutex(EventNames())

    /// - Returns: the event of the name, and whether it was there before.
    mutating func event(_ name: [UInt16], or made: WaitObject) -> (object: WaitObject, exists: Bool) {
        if let known = entries[name]?.object { return (known, true) }
        entries = entries.filter { $0.value.object != nil }
        entries[name] = Entry(made)
        return (made, false)
    }
}

private func create(_ isManual: BOOL, _ isSet: BOOL, _ name: [UInt16]?) -> HANDLE? {
    var object = WaitObject(.event(isManual: isManual != 0), isSet: isSet != 0)
    var exists = false
    if let name {
        let made = object
        (object, exists) = EventNames.shared.withLock { $0.event(name, or: made) }
    }
    SetLastError(exists ? 183 : 0)
    return unsafe HandleTable.open(.waitable(object), access: 0x1F_0003)
}

@c @implementation public func CreateEventA(
    _ attributes: LPSECURITY_ATTRIBUTES?, _ isManual: BOOL, _ isSet: BOOL, _ name: LPCSTR?
) -> HANDLE? {
    unsafe create(isManual, isSet, Text.utf16(name))
}

@c @implementation public func CreateEventW(
    _ attributes: LPSECURITY_ATTRIBUTES?, _ isManual: BOOL, _ isSet: BOOL, _ name: LPCWSTR?
) -> HANDLE? {
    unsafe create(isManual, isSet, Text.utf16(name))
}

@c @implementation public func SetEvent(_ event: HANDLE?) -> BOOL {
    win32 { () throws(Status) in try unsafe HandleTable.event(event).set() }
}

@c @implementation public func ResetEvent(_ event: HANDLE?) -> BOOL {
    win32 { () throws(Status) in try unsafe HandleTable.event(event).reset() }
}

private func wait(_ handles: [UInt], _ isForAll: BOOL, _ milliseconds: DWORD) -> DWORD {
    var index: Int?
    let isDone = win32 { () throws(Status) in
        var objects: [WaitObject] = []
        for handle in handles { objects.append(try unsafe HandleTable.waitObject(handle.asHandle)) }
        index = WaitObject.wait(objects, forAll: isForAll != 0, milliseconds: milliseconds)
    }
    guard isDone != 0 else { return .max }
    return index.map { DWORD($0) } ?? 258
}

@c @implementation public func WaitForSingleObject(_ object: HANDLE?, _ milliseconds: DWORD) -> DWORD {
    wait([UInt(bitPattern: object)], 0, milliseconds)
}

@c @implementation public func WaitForSingleObjectEx(_ object: HANDLE?, _ milliseconds: DWORD, _ isAlertable: BOOL) -> DWORD {
    wait([UInt(bitPattern: object)], 0, milliseconds)
}

@c @implementation public func WaitForMultipleObjects(
    _ count: DWORD, _ objects: UnsafePointer<HANDLE?>?, _ isForAll: BOOL, _ milliseconds: DWORD
) -> DWORD {
    var handles: [UInt] = []
    guard 1...64 ~= count else {
        fail(87)
        return .max
    }
    for index in 0..<Int(count) {
        let place = unsafe UnsafeRawPointer(objects).map { unsafe ($0 + index * 8).assumingMemoryBound(to: UInt.self) }
        guard let handle = unsafe Arguments.load(place, default: 0) else {
            fail(998)
            return .max
        }
        handles.append(handle)
    }
    return wait(handles, isForAll, milliseconds)
}
