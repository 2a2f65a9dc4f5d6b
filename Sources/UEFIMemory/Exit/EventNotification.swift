/// The groups of events that the memory services themselves signal.
///
/// UEFI 2.10, section 7.1 (`CreateEventEx`); the group of failed exits is the Platform Initialization specification's.
public enum EventGroup: Hashable, Sendable {
    /// `EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES`: the last time at which boot services may be used.
    case beforeExitBootServices

    /// `EFI_EVENT_GROUP_EXIT_BOOT_SERVICES`: boot services end; memory can no longer be allocated or freed.
    case exitBootServices

    /// ExitBootServices was refused.
    case exitBootServicesFailed

    /// `EFI_EVENT_GROUP_VIRTUAL_ADDRESS_CHANGE`: pointers are to be converted now.
    case virtualAddressChange
}

/// An event that was registered; its number is never used again.
public struct EventHandle: Hashable, Sendable {
    public let rawValue: UInt64
}

/// A notification function that is to be called now.
public struct EventNotification: Hashable, Sendable {
    public let event: EventHandle
    public let group: EventGroup

    /// The level that the function runs at.
    public let priority: TaskPriority

    /// What the function was registered with: the address of a function and its context, or a number of a table, for instance.
    public let context: UInt64
}

/// Why an event was not registered or closed.
public enum EventError: Error, Hashable, Sendable {
    /// The level is none for notifications, or there is no such event.
    case invalidParameter

    /// All the room for events is used.
    case outOfResources
}
