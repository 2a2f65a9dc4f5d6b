public import MemoryMap

/// What a query says of an address: `MEMORY_BASIC_INFORMATION`.
public struct MemoryBasicInformation: Hashable, Sendable {
    /// The page of the address; alike pages before it do not count.
    public let base: VirtualAddress

    /// The first address of the allocation, or nil for free addresses.
    public let allocationBase: VirtualAddress?

    /// What the allocation was made with; empty for free addresses.
    public let allocationProtection: PageProtection

    /// The size of the alike pages from ``base`` on, in bytes.
    public let byteCount: UInt64

    /// Free, reserved or committed, all of the alike pages.
    public let state: MemoryState

    /// Empty for reserved pages; ``PageProtection/noAccess`` for free addresses.
    public let protection: PageProtection

    /// What is behind the allocation; ``RegionType/free`` for free addresses.
    public let type: RegionType

    /// What somebody else says of memory that no address space has account of.
    public init(
        base: VirtualAddress, allocationBase: VirtualAddress?, allocationProtection: PageProtection, byteCount: UInt64,
        state: MemoryState, protection: PageProtection, type: RegionType
    ) {
        self.base = base
        self.allocationBase = allocationBase
        self.allocationProtection = allocationProtection
        self.byteCount = byteCount
        self.state = state
        self.protection = protection
        self.type = type
    }
}
