public import KernelMemory
public import MemoryMap

/// The frames that page tables are made of, apart from those that pages are in.
public final class TableFrames: PageTableFrames {
    private var free: [PhysicalAddress]

    /// The frames of a range of whole pages, from the lowest up.
    public init(_ range: PhysicalRange) {
        free = stride(from: range.start.rawValue, through: range.last.rawValue, by: Int(PageCount.pageSize))
            .reversed().map { PhysicalAddress($0) }
    }

    public func allocateFrame() -> PhysicalAddress? { free.popLast() }

    public func freeFrame(_ frame: PhysicalAddress) { free.append(frame) }
}
