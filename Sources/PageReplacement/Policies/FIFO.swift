/// First in, first out: the page that has been in RAM longest goes, used or not.
public struct FIFO: PageReplacementPolicy {
    private var queue: PageLists

    public init(frames: Int, pages: Int) { queue = PageLists(pages: pages) }

    public mutating func refer(to page: PageIndex, in ledger: inout PageLedger) -> PageReference {
        if ledger.isResident(page) { return .hit }
        if ledger.isFull, let oldest = queue.popBack() { ledger.evict(oldest) }
        ledger.load(page)
        queue.pushFront(page)
        return .fault
    }

    public mutating func withdraw(_ page: PageIndex) { queue.remove(page) }
}
