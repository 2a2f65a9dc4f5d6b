/// SIEVE: a FIFO queue whose hand moves from old to new and takes the first page not used since it last came by.
///
/// Y. Zhang et al., "SIEVE is Simpler than LRU" (2024). Unlike Clock, a spared page keeps its place.
public struct Sieve: PageReplacementPolicy {
    private var queue: PageLists
    private var visited: [Bool]
    private var hand: PageIndex?

    public init(frames: Int, pages: Int) {
        queue = PageLists(pages: pages)
        visited = Array(repeating: false, count: pages)
    }

    public mutating func refer(to page: PageIndex, in ledger: inout PageLedger) -> PageReference {
        if ledger.isResident(page) {
            visited[page.position] = true
            return .hit
        }
        if ledger.isFull { evict(&ledger) }
        ledger.load(page)
        visited[page.position] = false
        queue.pushFront(page)
        return .fault
    }

    public mutating func withdraw(_ page: PageIndex) {
        if hand == page { hand = queue.towardsFront(page) }
        queue.remove(page)
    }

    private mutating func evict(_ ledger: inout PageLedger) {
        var candidate = hand ?? queue.back()
        while let page = candidate, visited[page.position] {
            visited[page.position] = false
            candidate = queue.towardsFront(page) ?? queue.back()
        }
        guard let page = candidate else { return }
        hand = queue.towardsFront(page)
        queue.remove(page)
        ledger.evict(page)
    }
}
