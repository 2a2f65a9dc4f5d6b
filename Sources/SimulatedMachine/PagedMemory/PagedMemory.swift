public import KernelMemory
public import MemoryMap
public import PageReplacement

/// More memory than the machine has: pages that a policy moves between a few frames and a paging file, through real page tables.
///
/// Every access goes through the software MMU. A page is mapped read-only until its first write, and a page outside the working
/// set is not mapped at all. Data survive every eviction, and failures of the paging file; see ``PageStore``.
public final class PagedMemory<
    Format: PageTableFormat, MMU: SoftwareMMU, Policy: PageReplacementPolicy, Device: PagingDevice
> {
    /// The addresses of the pages.
    public let range: VirtualRange

    let memory: SparseMemory
    let mmu: MMU
    let store: PageStore<Policy, Device>
    private var tables: PageTables<Format, SparseMemory, TableFrames>
    private var mapped: [Bool]

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
        let machine = PagingMachine(tables: 8 + 2 * (count / 512 + 2), frames: frames)
        do throws(PagingError) {
            tables = try PageTables(format: format, memory: machine.memory, frames: TableFrames(machine.tables))
        } catch {
            throw .tables(error)
        }
        self.range = range
        memory = machine.memory
        mmu = makeMMU(tables.root)
        mapped = Array(repeating: false, count: count)
        store = PageStore(
            pages: count, frames: machine.frames, in: machine.memory, policy: policy, pagingFile: pagingFile)
    }

    /// What has been moved so far, and where every page is as the policy sees it.
    public var ledger: PageLedger { store.ledger }

    /// Where a page's contents are.
    public func place(of page: PageIndex) -> PagePlace { store.place(of: page) }

    /// Has the page in its frame and mapped, writable if it is to be written.
    func reach(_ page: PageIndex, _ access: PageAccess) throws(PagedMemoryError) {
        let residence = try store.reach(page, access) { (page) throws(PagedMemoryError) in try unmap(page) }
        guard !mapped[Int(page.rawValue)] else { return }
        do throws(PagingError) {
            try tables.map(
                addresses(of: page), to: residence.frame, attributes: residence.isWritable ? .readWrite : .readOnly)
        } catch {
            throw .tables(error)
        }
        mapped[Int(page.rawValue)] = true
    }

    private func unmap(_ page: PageIndex) throws(PagedMemoryError) {
        guard mapped[Int(page.rawValue)] else { return }
        do throws(PagingError) { try tables.unmap(addresses(of: page)) } catch { throw .tables(error) }
        mapped[Int(page.rawValue)] = false
    }

    private func addresses(of page: PageIndex) -> VirtualRange {
        let start = range.start.rawValue + UInt64(page.rawValue) * PageCount.pageSize
        // The page lies in `range`, which has an end.
        guard let page = VirtualRange(start: VirtualAddress(start), pages: PageCount(1)) else {
            preconditionFailure("a page of the range has an end")
        }
        return page
    }
}
