public import MemoryMap

/// The RAM of a machine that pages: one stretch for page tables, one for the pages' frames.
public struct PagingMachine {
    /// All of its RAM.
    public let memory: SparseMemory

    /// The frames that page tables are made in.
    public let tables: PhysicalRange

    /// The frames of pages, in the order of their addresses.
    public let frames: [PhysicalAddress]

    /// - Precondition: The counts are positive, and together far below 2^52.
    public init(tables tableCount: Int, frames frameCount: Int) {
        let start = PhysicalAddress(1 << 20)
        guard let tables = PhysicalRange(start: start, pages: PageCount(UInt64(tableCount))), let end = tables.end,
            let pages = PhysicalRange(start: end, pages: PageCount(UInt64(frameCount)))
        else { preconditionFailure("a machine has fewer pages than there are addresses") }
        memory = SparseMemory([tables, pages])
        self.tables = tables
        frames = (0..<UInt64(frameCount)).map { PhysicalAddress(end.rawValue + $0 * PageCount.pageSize) }
    }
}
