extension BootServicesExitError.Reason {
    /// The reason in a sentence for people, without its values.
    public var message: StaticString {
        switch self {
        case .mapRefused: "GetMemoryMap failed"
        case .badDescriptorSize: "the firmware's descriptor size is below 40, no multiple of 8, or absurd"
        case .badMapSize: "the firmware's memory map is empty, cut, or larger than its buffer"
        case .mapTooLarge: "the firmware's memory map is absurdly large"
        case .mapKeepsGrowing: "the memory map outgrew its buffers each time that they were enlarged"
        case .outOfMemory: "there is no memory for a copy of the memory map"
        case .badAllocation: "the firmware allocated memory at an address that it cannot have"
        case .notFreed: "the firmware did not free an old copy of the memory map"
        case .keyNeverAccepted: "the memory map changed before each call of ExitBootServices"
        case .exitRefused: "ExitBootServices failed, not for a stale map key"
        }
    }

    /// The status that the firmware returned, or nil where it was not a status that was wrong.
    public var status: UInt64? {
        switch self {
        case .mapRefused(let status), .outOfMemory(_, let status), .notFreed(_, let status), .keyNeverAccepted(let status),
            .exitRefused(let status):
            status
        case .badDescriptorSize, .badMapSize, .mapTooLarge, .mapKeepsGrowing, .badAllocation: nil
        }
    }
}
