import CStrataVM

/// An event.
final class EventObject: Waitable, @unchecked Sendable {
    private let isManual: Bool

    var isSet: Bool {
        didSet { if isSet { Waits.announce() } }
    }

    init(isManual: Bool, isSet: Bool) {
        self.isManual = isManual
        self.isSet = isSet
    }

    override var isSignaled: Bool { isSet }
    override func take() { if !isManual { isSet = false } }
}

let eventNames = ObjectNames<EventObject>()

private func create(_ isManual: BOOL, _ isSet: BOOL, _ name: () throws(Status) -> [UInt16]?) -> HANDLE? {
    return unsafe win32(nil) { () throws(Status) in
        var made = (object: EventObject(isManual: isManual != 0, isSet: isSet != 0), exists: false)
        if let name = try name() {
            guard let key = objectKey(name) else { throw .objectNameInvalid }
            made = try eventNames.obtain(key) { made.object }
        }
        SetLastError(made.exists ? 183 : 0)
        return unsafe HandleTable.open(.event(made.object), access: 0x1F_0003)
    }
}

@c @implementation public func CreateEventA(
    _ attributes: LPSECURITY_ATTRIBUTES?, _ isManual: BOOL, _ isSet: BOOL, _ name: LPCSTR?
) -> HANDLE? {
    unsafe create(isManual, isSet) { () throws(Status) in try unsafe Text.name(name) }
}

@c @implementation public func CreateEventW(
    _ attributes: LPSECURITY_ATTRIBUTES?, _ isManual: BOOL, _ isSet: BOOL, _ name: LPCWSTR?
) -> HANDLE? {
    unsafe create(isManual, isSet) { () throws(Status) in try unsafe Text.name(name) }
}

private func set(_ handle: HANDLE?, _ isSet: Bool) -> BOOL {
    win32 { () throws(Status) in
        let event = try unsafe HandleTable.event(handle, access: 0x2)
        Waits.locked { event.isSet = isSet }
    }
}

@c @implementation public func SetEvent(_ event: HANDLE?) -> BOOL { unsafe set(event, true) }
@c @implementation public func ResetEvent(_ event: HANDLE?) -> BOOL { unsafe set(event, false) }
