/// Belady's optimum: the page whose next use is furthest away goes. It has to know the future, so it only bounds the others.
///
/// L. A. Belady, "A study of replacement algorithms for a virtual-storage computer" (1966). O(log frames) a reference.
public struct Optimal: PageReplacementPolicy {
    private static let never = UInt32.max

    /// The position of the next reference to the page that each position refers to.
    private let nextUse: [UInt32]
    private var position = 0
    /// A heap of (next use, page), the furthest on top; entries of past uses stay until they come up.
    private var heap: [(use: UInt32, page: PageIndex)] = []
    private var currentUse: [UInt32]

    /// The policy without a future to look into: every page is taken as never used again.
    public init(frames: Int, pages: Int) { self.init(frames: frames, pages: pages, future: []) }

    /// Makes the policy for exactly the references in `future`, in their order.
    ///
    /// - Precondition: There are fewer than 2³² − 1 references.
    public init(frames: Int, pages: Int, future: [PageIndex]) {
        precondition(future.count < Int(Self.never), "positions fit 32 bits")
        var next = Array(repeating: Self.never, count: future.count)
        var last = Array(repeating: Self.never, count: pages)
        for position in future.indices.reversed() {
            let page = future[position].position
            next[position] = last[page]
            last[page] = UInt32(position)
        }
        nextUse = next
        currentUse = Array(repeating: Self.never, count: pages)
    }

    public mutating func refer(to page: PageIndex, in ledger: inout PageLedger) -> PageReference {
        let use = position < nextUse.count ? nextUse[position] : Self.never
        position += 1
        let isHit = ledger.isResident(page)
        if !isHit {
            if ledger.isFull { evictFurthest(&ledger) }
            ledger.load(page)
        }
        currentUse[page.position] = use
        push((use, page))
        return isHit ? .hit : .fault
    }

    /// Nothing to forget: what comes up and is locked is passed over.
    public mutating func withdraw(_ page: PageIndex) {}

    private mutating func evictFurthest(_ ledger: inout PageLedger) {
        while let top = pop() {
            guard ledger.isResident(top.page), !ledger.isLocked(top.page), currentUse[top.page.position] == top.use else {
                continue
            }
            ledger.evict(top.page)
            return
        }
    }

    private mutating func push(_ entry: (use: UInt32, page: PageIndex)) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0, heap[(child - 1) / 2].use < heap[child].use {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func pop() -> (use: UInt32, page: PageIndex)? {
        guard let top = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return top }
        heap[0] = last
        var parent = 0
        while 2 * parent + 1 < heap.count {
            var child = 2 * parent + 1
            if child + 1 < heap.count, heap[child + 1].use > heap[child].use { child += 1 }
            guard heap[child].use > heap[parent].use else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return top
    }
}
