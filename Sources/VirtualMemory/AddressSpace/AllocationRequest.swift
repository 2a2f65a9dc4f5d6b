public import MemoryMap

/// The arguments of an allocation, unchecked.
public struct AllocationRequest: Sendable {
    /// Where; nil leaves it to the system.
    public var base: VirtualAddress?

    /// The size in bytes, rounded by the call.
    public var byteCount: UInt64

    /// How many of the highest bits of a 32-bit address are to be zero, or from 32 on a mask of the bits that need not be.
    public var zeroBits: UInt64 = 0

    /// Whether to reserve, commit or reset, and how.
    public var type: AllocationType

    /// What may be done with the pages; checked for every type, also where it has no effect.
    public var protection: PageProtection

    /// Given in extended calls.
    public var requirements: AddressRequirements?

    /// Whether the call is the extended one, which knows placeholders.
    public var isExtended: Bool = false

    /// A plain call: no requirements, nothing demanded of the address bits.
    public init(base: VirtualAddress? = nil, byteCount: UInt64, type: AllocationType, protection: PageProtection) {
        self.base = base
        self.byteCount = byteCount
        self.type = type
        self.protection = protection
    }
}
