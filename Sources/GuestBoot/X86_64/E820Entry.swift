public import MemoryMap

/// A row of the memory map that a PC's boot loader hands to the kernel (ACPI 6.5, section 15.1).
public struct E820Entry: Hashable, Sendable {
    /// What the range may be used for; other numbers are the firmware's own.
    public enum Kind: UInt32, Hashable, Sendable {
        case usable = 1
        case reserved = 2
        case acpiReclaimable = 3
        case acpiNonVolatile = 4
        case unusable = 5
        case persistent = 7
    }

    public var range: PhysicalRange
    public var kind: Kind

    public init(_ range: PhysicalRange, _ kind: Kind) {
        self.range = range
        self.kind = kind
    }
}
