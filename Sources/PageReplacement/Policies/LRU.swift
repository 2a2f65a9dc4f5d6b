/// Least recently used: the page whose last use is longest ago goes.
public struct LRU: PageReplacementPolicy {
    private var recency: PageLists

    public init(frames: Int, pages: Int) { recency = PageLists(pages: pages) }

    public mutating func refer(to page: PageIndex, in ledger: inout PageLedger) -> PageReference {
        if ledger.isResident(page) {
            recency.moveToFront(page)
            return .hit
        }
        if ledger.isFull, let oldest = recency.popBack() { ledger.evict(oldest) }
        ledger.load(page)
        recency.pushFront(page)
        return .fault
    }

    public mutating func withdraw(_ page: PageIndex) { recency.remove(page) }
}
