public import MemoryMap

/// What a query says of a whole allocation: `MEMORY_REGION_INFORMATION`.
public struct MemoryRegionInformation: Hashable, Sendable {
    /// The first address of the allocation.
    public let allocationBase: VirtualAddress

    /// What the allocation was made with.
    public let allocationProtection: PageProtection

    /// The size of the allocation in bytes.
    public let byteCount: UInt64

    /// What is charged for it, in bytes: committed private pages, or all of a view with copies on write.
    public let commitSize: UInt64

    /// What somebody else says of memory that no address space has account of.
    public init(
        allocationBase: VirtualAddress, allocationProtection: PageProtection, byteCount: UInt64, commitSize: UInt64
    ) {
        self.allocationBase = allocationBase
        self.allocationProtection = allocationProtection
        self.byteCount = byteCount
        self.commitSize = commitSize
    }
}
