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

private let eventNames = ObjectNames<EventObject>()

private func create(_ isManual: BOOL, _ isSet: BOOL, _ name: [UInt16]?) -> HANDLE? {
    var key: [UInt16]?
    if let name, !name.isEmpty {
        guard let found = objectKey(name) else {
            fail(Status.objectNameInvalid)
            return nil
        }
        key = found
    }
    if let key, let event = eventNames.find(key) {
        SetLastError(183)
        return unsafe HandleTable.open(.event(event), access: 0x1F_0003)
    }
    let event = EventObject(isManual: isManual != 0, isSet: isSet != 0)
    if let key { eventNames.set(event, key) }
    SetLastError(0)
    return unsafe HandleTable.open(.event(event), access: 0x1F_0003)
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

private func set(_ handle: HANDLE?, _ isSet: Bool) -> BOOL {
    win32 { () throws(Status) in
        let event = try unsafe HandleTable.event(handle, access: 0x2)
        Waits.locked { event.isSet = isSet }
    }
}

@c @implementation public func SetEvent(_ event: HANDLE?) -> BOOL { unsafe set(event, true) }
@c @implementation public func ResetEvent(_ event: HANDLE?) -> BOOL { unsafe set(event, false) }
