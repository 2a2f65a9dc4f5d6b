/// 2Q: pages pass through a queue first; only those that come back after they left it enter the long-lived list.
///
/// T. Johnson and D. Shasha, "2Q: A Low Overhead High Performance Buffer Management Replacement Algorithm" (1994), with a
/// quarter of the frames for the first queue and half as many ghosts as frames.
public struct TwoQueue: PageReplacementPolicy {
    private static let recent = 0
    private static let frequent = 1

    private let recentLimit: Int
    private let ghostLimit: Int
    private var lists: PageLists
    private var ghosts: PageLists

    public init(frames: Int, pages: Int) {
        recentLimit = frames / 4
        ghostLimit = frames / 2
        lists = PageLists(pages: pages, lists: 2)
        ghosts = PageLists(pages: pages)
    }

    public mutating func refer(to page: PageIndex, in ledger: inout PageLedger) -> PageReference {
        if ledger.isResident(page) {
            if lists.list(of: page) == Self.frequent { lists.moveToFront(page, Self.frequent) }
            return .hit
        }
        let returns = ghosts.contains(page)
        ghosts.remove(page)
        if ledger.isFull { makeRoom(&ledger) }
        ledger.load(page)
        lists.pushFront(page, returns ? Self.frequent : Self.recent)
        return .fault
    }

    public mutating func withdraw(_ page: PageIndex) { lists.remove(page) }

    private mutating func makeRoom(_ ledger: inout PageLedger) {
        if lists.count(Self.recent) > recentLimit || lists.count(Self.frequent) == 0,
            let oldest = lists.popBack(Self.recent)
        {
            ledger.evict(oldest)
            ghosts.pushFront(oldest)
            if ghosts.count() > ghostLimit { _ = ghosts.popBack() }
        } else if let oldest = lists.popBack(Self.frequent) {
            ledger.evict(oldest)
        }
    }
}
