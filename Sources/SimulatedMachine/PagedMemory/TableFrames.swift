import KernelMemory
import MemoryMap

/// The frames that page tables are made of, apart from those that pages are in.
final class TableFrames: PageTableFrames {
    private var free: [PhysicalAddress]

    init(_ range: PhysicalRange) {
        free = stride(from: range.start.rawValue, through: range.last.rawValue, by: Int(PageCount.pageSize))
            .reversed().map { PhysicalAddress($0) }
    }

    func allocateFrame() -> PhysicalAddress? { free.popLast() }

    func freeFrame(_ frame: PhysicalAddress) { free.append(frame) }
}
