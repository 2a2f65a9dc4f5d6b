/// Whether addresses are taken and have storage.
public enum MemoryState: UInt32, Hashable, Sendable {
    /// Storage, in memory or elsewhere: `MEM_COMMIT`.
    case committed = 0x1000

    /// Taken, without storage: `MEM_RESERVE`.
    case reserved = 0x2000

    /// Neither: `MEM_FREE`.
    case free = 0x1_0000
}

/// What the storage of a region was when it was made; after a copy on write a page's own is the paging file.
public enum RegionType: UInt32, Hashable, Sendable {
    /// None; the region is free.
    case free = 0

    /// The paging file: `MEM_PRIVATE`.
    case privateMemory = 0x2_0000

    /// A section of data: `MEM_MAPPED`.
    case mapped = 0x4_0000

    /// An executable image: `MEM_IMAGE`.
    case image = 0x100_0000
}
