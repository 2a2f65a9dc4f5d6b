import CStrataVM

/// Tells when the host has little memory, or much.
final class MemoryNotification: Waitable, @unchecked Sendable {
    private let isOfHigh: Bool

    init(isOfHigh: Bool) { self.isOfHigh = isOfHigh }

    /// What counts as little: 32 MB of each 4 GB, 64 MB at most. Three times that is much.
    static func isSignaled(isOfHigh: Bool, available: UInt64, total: UInt64) -> Bool {
        let low = min(total / 128, 64 << 20)
        return isOfHigh ? available >= 3 * low : available <= low
    }

    override var isSignaled: Bool {
        let memory = HostMemoryFigures()
        return Self.isSignaled(isOfHigh: isOfHigh, available: memory.available, total: memory.total)
    }

    override var isPolled: Bool { true }
}

@c @implementation public func CreateMemoryResourceNotification(_ type: MEMORY_RESOURCE_NOTIFICATION_TYPE) -> HANDLE? {
    unsafe win32(nil) { () throws(Status) in
        guard type.rawValue <= HighMemoryResourceNotification.rawValue else { throw Status(.invalidParameter) }
        let notification = MemoryNotification(isOfHigh: type == HighMemoryResourceNotification)
        // Query, synchronize and the standard rights.
        return unsafe HandleTable.open(.notification(notification), access: 0x1F_0003)
    }
}

@c @implementation public func QueryMemoryResourceNotification(_ notification: HANDLE?, _ isSignaled: PBOOL?) -> BOOL {
    win32 { () throws(Status) in
        let value: BOOL = try unsafe HandleTable.notification(notification).isSignaled ? 1 : 0
        guard unsafe Arguments.store(value, isSignaled) else { throw Status(.accessViolation) }
    }
}

@c @implementation public func GetMemoryErrorHandlingCapabilities(_ capabilities: PULONG?) -> BOOL {
    win32 { () throws(Status) in
        guard unsafe Arguments.store(0, capabilities) else { throw Status(.accessViolation) }
    }
}
