/// What the exit of boot services needs from the memory services.
public protocol ExitableMemory: ~Copyable {
    /// The key of the memory map as it is.
    var mapKey: UInt64 { get }

    /// Whether every region that the operating system maps for the runtime services starts and ends at the granularity of runtime
    /// allocations (64 KiB on AArch64).
    var runtimeRegionsAreAligned: Bool { get }

    /// From here on allocating and freeing is refused, and the map does not change.
    mutating func lockAllocations()

    /// Allows allocating and freeing again.
    mutating func unlockAllocations()

    /// Ends the services: every call is unsupported from here on.
    mutating func endBootServices()
}
