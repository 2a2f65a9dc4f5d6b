/// What a run of references came to.
public struct PagingCounts: Equatable, Sendable {
    /// All references.
    public var references: UInt64 = 0
    /// References to pages in the working set.
    public var hits: UInt64 = 0
    /// References to pages that had left the working set but were still in RAM, on the standby or the modified list.
    public var softFaults: UInt64 = 0
    /// References to pages that were not in RAM: `zeroFills` + `reads`.
    public var faults: UInt64 = 0
    /// Faults on pages with nothing on disk, which get a page of zeros.
    public var zeroFills: UInt64 = 0
    /// Faults on pages that were read from disk.
    public var reads: UInt64 = 0
    /// Pages written to disk, on eviction or ahead of it.
    public var writeBacks: UInt64 = 0

    /// Nothing yet.
    public init() {}
}
