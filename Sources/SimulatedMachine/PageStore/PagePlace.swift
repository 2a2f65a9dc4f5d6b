public import MemoryMap

/// Where the contents of a page are.
public enum PagePlace: Hashable, Sendable {
    /// Nowhere: the page was never used, or never written and let go; it reads as zeros.
    case nowhere

    /// In a frame; on disk as well where the frame holds nothing newer.
    case memory(PhysicalAddress, isOnDisk: Bool)

    /// In the paging file only.
    case disk

    /// On the way to a paging file that failed, held until it works again.
    case held
}
