/// How far the end of boot services has come.
///
/// UEFI 2.10, section 7.4.6 (`ExitBootServices`).
public enum BootServicesPhase: Hashable, Sendable {
    /// ExitBootServices was not called yet, or its first call still notifies of what is to come: everything may be called.
    case running

    /// The first call of ExitBootServices got past its first notifications, and none was accepted: only memory services and
    /// ExitBootServices itself may still be called.
    case exitAttempted

    /// A call has accepted the map's key: the map stays as it is, and nothing is allocated or freed.
    case exiting

    /// Boot services are gone.
    case ended
}

/// The boot services by what is allowed of them when.
public enum BootServiceClass: Hashable, Sendable {
    /// AllocatePages, FreePages, AllocatePool, FreePool.
    case allocation

    /// GetMemoryMap.
    case memoryMap

    /// ExitBootServices.
    case exit

    /// All others.
    case other
}

extension BootServicesPhase {
    /// Whether a service of this class may be called.
    public func permits(_ service: BootServiceClass) -> Bool {
        switch (self, service) {
        case (.running, _): true
        case (.exitAttempted, .other): false
        case (.exitAttempted, _): true
        case (.exiting, .memoryMap): true
        case (.exiting, _): false
        case (.ended, _): false
        }
    }
}
