/// ARC: two LRU lists, one of pages used once and one of pages used again, whose share follows what would have hit.
///
/// N. Megiddo and D. Modha, "ARC: A Self-Tuning, Low Overhead Replacement Cache" (2003).
public struct AdaptiveReplacement: PageReplacementPolicy {
    private static let once = 0
    private static let again = 1

    private let frames: Int
    /// How many frames the pages used once should have.
    private var target = 0
    private var lists: PageLists
    private var ghosts: PageLists

    public init(frames: Int, pages: Int) {
        self.frames = frames
        lists = PageLists(pages: pages, lists: 2)
        ghosts = PageLists(pages: pages, lists: 2)
    }

    public mutating func refer(to page: PageIndex, in ledger: inout PageLedger) -> PageReference {
        if ledger.isResident(page) {
            lists.moveToFront(page, Self.again)
            return .hit
        }
        switch ghosts.list(of: page) {
        case Self.once:
            target = min(frames, target + max(1, ghosts.count(Self.again) / ghosts.count(Self.once)))
            if ledger.isFull { replace(ghostOfAgain: false, &ledger) }
            ghosts.remove(page)
            lists.pushFront(page, Self.again)
        case Self.again:
            target = max(0, target - max(1, ghosts.count(Self.once) / ghosts.count(Self.again)))
            if ledger.isFull { replace(ghostOfAgain: true, &ledger) }
            ghosts.remove(page)
            lists.pushFront(page, Self.again)
        default:
            makeRoomForStranger(&ledger)
            lists.pushFront(page, Self.once)
        }
        ledger.load(page)
        return .fault
    }

    public mutating func withdraw(_ page: PageIndex) { lists.remove(page) }

    private mutating func makeRoomForStranger(_ ledger: inout PageLedger) {
        let usedOnce = lists.count(Self.once) + ghosts.count(Self.once)
        if usedOnce >= frames {
            if lists.count(Self.once) < frames {
                _ = ghosts.popBack(Self.once)
                if ledger.isFull { replace(ghostOfAgain: false, &ledger) }
            } else if let oldest = lists.popBack(Self.once) {
                ledger.evict(oldest)
            }
            return
        }
        let known = usedOnce + lists.count(Self.again) + ghosts.count(Self.again)
        if known >= 2 * frames { _ = ghosts.popBack(Self.again) }
        if ledger.isFull { replace(ghostOfAgain: false, &ledger) }
    }

    private mutating func replace(ghostOfAgain: Bool, _ ledger: inout PageLedger) {
        let count = lists.count(Self.once)
        let list = count > 0 && (count > target || (ghostOfAgain && count == target)) ? Self.once : Self.again
        let chosen = lists.count(list) > 0 ? list : 1 - list
        guard let oldest = lists.popBack(chosen) else { return }
        ledger.evict(oldest)
        ghosts.pushFront(oldest, chosen)
    }
}
