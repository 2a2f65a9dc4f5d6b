import MemoryMap
import Synchronization

/// The bookkeeping of one address space: allocations, the runs of equal pages in them, and sets of pages.
///
/// It checks and remembers; nothing here reaches memory. A change is made in two steps: a plan, which fails or promises, and its
/// application, which cannot fail. Between the two the backend does its part.
struct Regions: ~Copyable {
    /// Never read. A structure with a value that cannot leave its place is handed over by its address; the compiler copies the
    /// others as a whole, a kilobyte, for every call that only reads.
    private let pinned = Atomic<Bool>(false)

    let platform: Platform
    let partitions: PartitionTable
    let account: CommitAccount
    var tree: RunTree<PageRun>
    var allocations = Records<Allocation>()
    private var unusedAllocation = UInt32.max
    var views: [View?] = []
    private var unusedViews: [UInt32] = []

    /// Pages that may not leave memory.
    var locked = PageSet()

    /// Pages of write-watched memory that were written.
    var written = PageSet()

    /// Those of them whose writes a change of protection took note of: decommitment does not forget them.
    var latched = PageSet()

    /// Pages of views that have a private copy.
    var copied = PageSet()

    /// Pages that were touched since they got their storage.
    var touched = PageSet()

    /// Frames under physical memory, by page.
    var frames = FrameMap()

    init(platform: Platform, isLargeAddressAware: Bool, ledger: CommitLedger) {
        self.platform = platform
        account = CommitAccount(ledger)
        partitions = PartitionTable(platform: platform, isLargeAddressAware: isLargeAddressAware)
        tree = RunTree(granularity: Platform.allocationGranularity)
    }

    var ledger: CommitLedger { account.ledger }

    // MARK: Sizes

    var lowest: UInt64 { partitions.user.start.rawValue }
    var highest: UInt64 { partitions.user.last.rawValue }
    var pageMask: UInt64 { platform.pageSize - 1 }
    var granuleMask: UInt64 { Platform.allocationGranularity - 1 }

    /// The pages that a range of bytes touches.
    ///
    /// - Returns: nil where it is not in user mode as a whole.
    func pages(_ start: UInt64, _ byteCount: UInt64) -> Range<UInt64>? {
        let (end, overflow) = start.addingReportingOverflow(byteCount)
        guard !overflow, byteCount > 0, end - 1 <= highest else { return nil }
        return (start & ~pageMask)..<((end + pageMask) & ~pageMask)
    }

    // MARK: Allocations

    /// The index of the allocation that an address belongs to.
    func allocation(at address: UInt64) -> Int? {
        guard let cursor = tree.run(at: address) else { return nil }
        return Int(tree.value(cursor).allocation)
    }

    /// Adds an allocation whose pages are all alike.
    @discardableResult
    mutating func add(_ allocation: Allocation, pages protection: PageProtection) -> UInt32 {
        let index = makeRecord(allocation)
        let run = PageRun(allocation: index, protection: protection.subtracting(.caching))
        tree.insert(start: allocation.start, end: allocation.end, value: run)
        return index
    }

    mutating func makeRecord(_ allocation: Allocation) -> UInt32 {
        guard unusedAllocation != .max else {
            precondition(allocations.count < Int(UInt32.max), "fewer than 2^32 allocations")
            allocations.grow(by: 1, allocation)
            return UInt32(allocations.count - 1)
        }
        let index = unusedAllocation
        unusedAllocation = allocations[Int(index)].link
        allocations[Int(index)] = allocation
        return index
    }

    mutating func dropRecord(_ index: Int) {
        allocations[index].kind = .unused
        allocations[index].link = unusedAllocation
        unusedAllocation = UInt32(index)
    }

    mutating func makeView(_ view: View) -> UInt32 {
        if let index = unusedViews.popLast() {
            views[Int(index)] = view
            return index
        }
        views.append(view)
        return UInt32(views.count - 1)
    }

    mutating func dropView(_ index: UInt32) {
        views[Int(index)] = nil
        unusedViews.append(index)
    }

    func view(of allocation: Allocation) -> View? {
        guard allocation.kind == .mapped || allocation.kind == .image else { return nil }
        return views[Int(allocation.link)]
    }

    /// Forgets what was known of single pages.
    mutating func forgetPages(_ range: Range<UInt64>) {
        locked.remove(range)
        written.remove(range)
        latched.remove(range)
        copied.remove(range)
        touched.remove(range)
    }

    /// Forgets what was known of pages that lose their storage, but for the writes that are latched.
    mutating func forgetDecommitted(_ range: Range<UInt64>) {
        locked.remove(range)
        written.remove(range)
        latched.forEachStretch(in: range) { written.insert($0) }
        copied.remove(range)
        touched.remove(range)
    }

    /// How many bytes of private memory in the range are committed.
    ///
    /// - Complexity: O(log *n* + runs in the range).
    func committedBytes(in range: Range<UInt64>) -> UInt64 {
        committedBytes(in: range, from: tree.firstRun(endingAbove: range.lowerBound))
    }

    /// How many bytes of private memory in the range are committed.
    ///
    /// - Parameter first: the first run that ends above the range's beginning.
    func committedBytes(in range: Range<UInt64>, from first: RunTree<PageRun>.Cursor?) -> UInt64 {
        if let first, tree.start(first) <= range.lowerBound, tree.end(first) >= range.upperBound {
            // The common case: pages that are all alike.
            return tree.value(first).isCommitted ? range.upperBound - range.lowerBound : 0
        }
        var total: UInt64 = 0
        var cursor = first
        while let here = cursor, tree.start(here) < range.upperBound {
            if tree.value(here).isCommitted {
                total += min(tree.end(here), range.upperBound) - max(tree.start(here), range.lowerBound)
            }
            cursor = tree.next(here)
        }
        return total
    }

    func virtualRange(_ range: Range<UInt64>) -> VirtualRange {
        guard let result = VirtualRange(start: VirtualAddress(range.lowerBound), last: VirtualAddress(range.upperBound - 1))
        else {
            preconditionFailure("a range of at least one page")
        }
        return result
    }
}
