/// The services that the Guard replaces.
enum Service: Int, CaseIterable {
    case allocatePages, freePages, allocatePool, freePool, getMemoryMap, exitBootServices

    /// The name in the specification.
    var name: StaticString {
        switch self {
        case .allocatePages: "AllocatePages"
        case .freePages: "FreePages"
        case .allocatePool: "AllocatePool"
        case .freePool: "FreePool"
        case .getMemoryMap: "GetMemoryMap"
        case .exitBootServices: "ExitBootServices"
        }
    }
}

/// What was asked of each service.
struct ServiceCounts {
    struct Count {
        var calls: UInt64 = 0

        /// Calls that were answered with an error; a GetMemoryMap that asks for the size is one.
        var failures: UInt64 = 0

        /// Calls that the firmware answered, because they were about memory of its own.
        var forwarded: UInt64 = 0

        /// The bytes that were asked for with success.
        var bytes: UInt64 = 0
    }

    private var counts = [6 of Count](repeating: Count())

    subscript(service: Service) -> Count {
        get { counts[service.rawValue] }
        set { counts[service.rawValue] = newValue }
    }

    /// Takes a call in that was answered.
    mutating func note(_ service: Service, failed: Bool, forwarded: Bool = false, bytes: UInt64 = 0) {
        counts[service.rawValue].calls &+= 1
        if failed { counts[service.rawValue].failures &+= 1 }
        if forwarded { counts[service.rawValue].forwarded &+= 1 }
        if !failed { counts[service.rawValue].bytes &+= bytes }
    }
}
