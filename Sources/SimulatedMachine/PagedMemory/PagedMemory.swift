public import KernelMemory
public import MemoryMap
public import PageReplacement

/// More memory than the machine has: pages that a policy moves between a few frames and a paging file, through real page tables.
///
/// Every access goes through the software MMU. A page is mapped read-only until its first write, whose fault marks it as dirty,
/// as on processors that do not mark it themselves; a page outside the working set is not mapped at all. Data survive every
/// eviction. A paging file that fails makes accesses throw and loses nothing: contents on their way to it are held until it
/// takes them.
public final class PagedMemory<
    Format: PageTableFormat, MMU: SoftwareMMU, Policy: PageReplacementPolicy, Device: PagingDevice
> {
    /// The addresses of the pages.
    public let range: VirtualRange

    /// What has been moved so far, and where every page is as the policy sees it.
    public internal(set) var ledger: PageLedger

    let memory: SparseMemory
    let mmu: MMU
    var tables: PageTables<Format, SparseMemory, TableFrames>
    var policy: Policy
    var pages: [PageState]
    var freeFrames: [PhysicalAddress]
    let pagingFile: PagingFile<Device>
    /// Contents that left their frame, or were snapped from it, and are not in the paging file yet.
    var held: [UInt32: [UInt8]] = [:]

    struct PageState {
        var frame: PhysicalAddress?
        /// Whether the frame holds something newer than the paging file.
        var isDirty = false
        var isMapped = false
        /// Whether the contents have not come in yet, because the paging file failed.
        var isMissing = false
    }

    /// A machine with `frames` frames for `pages` pages from `start` on, all of them zeros.
    ///
    /// - Parameters:
    ///   - format: how the page tables are written.
    ///   - policy: which page gives up its frame; made for the same numbers.
    ///   - makeMMU: the processor's MMU for tables with this root.
    /// - Throws: `tables` when there is no root, `outOfRange` when the pages do not fit the address space.
    /// - Precondition: There are frames and pages, and `start` is page-aligned.
    public init(
        pages count: Int, frames: Int, at start: VirtualAddress, format: Format, policy: Policy,
        pagingFile: PagingFile<Device>, makeMMU: (PhysicalAddress) -> MMU
    ) throws(PagedMemoryError) {
        precondition(count > 0 && frames > 0 && start.isAligned(to: PageCount.pageSize), "paging has pages and frames")
        guard let range = VirtualRange(start: start, pages: PageCount(UInt64(count))) else {
            throw .outOfRange(start, count: count)
        }
        // Each level has a table for every 512 entries below it, and an unaligned start can touch one more.
        let tableCount = 8 + 2 * (count / 512 + 2)
        let tableStart: UInt64 = 1 << 20
        let frameStart = tableStart + UInt64(tableCount) * PageCount.pageSize
        guard
            let tableRange = PhysicalRange(
                start: PhysicalAddress(tableStart), pages: PageCount(UInt64(tableCount))),
            let frameRange = PhysicalRange(start: PhysicalAddress(frameStart), pages: PageCount(UInt64(frames)))
        else { throw .outOfRange(start, count: count) }
        let memory = SparseMemory([tableRange, frameRange])
        do throws(PagingError) {
            tables = try PageTables(format: format, memory: memory, frames: TableFrames(tableRange))
        } catch {
            throw .tables(error)
        }
        self.memory = memory
        self.range = range
        self.policy = policy
        self.pagingFile = pagingFile
        mmu = makeMMU(tables.root)
        ledger = PageLedger(frames: frames, pages: count, backing: .pagingFile)
        self.pages = Array(repeating: PageState(), count: count)
        freeFrames = (0..<UInt64(frames)).reversed().map { PhysicalAddress(frameStart + $0 * PageCount.pageSize) }
    }

    /// Where a page's contents are.
    public func place(of page: PageIndex) -> PagePlace {
        let state = pages[Int(page.rawValue)]
        if let frame = state.frame, !state.isMissing {
            return .memory(frame, isOnDisk: !state.isDirty && pagingFile.holds(page))
        }
        if held[page.rawValue] != nil { return .held }
        return pagingFile.holds(page) ? .disk : .nowhere
    }
}
