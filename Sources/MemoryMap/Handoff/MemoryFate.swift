/// What becomes of a region once boot services are gone.
public enum MemoryFate: UInt8, Hashable, Sendable, CaseIterable {
    /// Ordinary RAM for the operating system.
    case usable

    /// ACPI tables in RAM: ordinary RAM once they have been read.
    case acpiReclaimable

    /// RAM that runtime services and the firmware's ACPI code keep.
    case keptByFirmware

    /// RAM that carries the specific-purpose attribute: a driver may take it, the general allocator does not.
    case softReserved

    /// Persistent memory, left to its driver.
    case persistent

    /// A confidential guest's RAM before the guest has accepted it.
    case unaccepted

    /// Device registers and port space.
    case memoryMappedIO

    /// Not to be touched: reserved address space, unknown types, and RAM that the operating system's rule refuses.
    case reserved

    /// Memory with errors.
    case unusable

    public var name: StaticString {
        switch self {
        case .usable: "usable"
        case .acpiReclaimable: "ACPI reclaimable"
        case .keptByFirmware: "kept by firmware"
        case .softReserved: "soft reserved"
        case .persistent: "persistent"
        case .unaccepted: "unaccepted"
        case .memoryMappedIO: "memory-mapped I/O"
        case .reserved: "reserved"
        case .unusable: "unusable"
        }
    }
}
