/// LIRS: pages with a short distance between two uses keep their frames; the others pass through a hundredth of them.
///
/// S. Jiang and X. Zhang, "LIRS: An Efficient Low Inter-reference Recency Set Replacement Policy" (2002). Amortised O(1).
public struct LIRS: PageReplacementPolicy {
    private let shortLimit: Int
    private var shortCount = 0
    private var isShort: [Bool]
    /// The recency stack: pages with short distances, and others above the lowest of them, in RAM or not.
    private var stack: PageLists
    /// The pages in RAM with long distances, the next to go at the back.
    private var queue: PageLists

    public init(frames: Int, pages: Int) {
        shortLimit = frames - max(1, frames / 100)
        isShort = Array(repeating: false, count: pages)
        stack = PageLists(pages: pages)
        queue = PageLists(pages: pages)
    }

    public mutating func refer(to page: PageIndex, in ledger: inout PageLedger) -> PageReference {
        if ledger.isResident(page) {
            if isShort[page.position] {
                stack.moveToFront(page)
                prune()
            } else {
                referAgain(page)
            }
            return .hit
        }
        if ledger.isFull {
            // With locked pages, all of those that are left may have short distances.
            if queue.count() == 0 {
                demoteLowest()
                prune()
            }
            if let leaving = queue.popBack() { ledger.evict(leaving) }
        }
        ledger.load(page)
        if shortCount < shortLimit, !stack.contains(page) {
            isShort[page.position] = true
            shortCount += 1
            stack.pushFront(page)
        } else {
            referAgain(page)
        }
        return .fault
    }

    public mutating func withdraw(_ page: PageIndex) {
        if isShort[page.position] {
            isShort[page.position] = false
            shortCount -= 1
        }
        stack.remove(page)
        queue.remove(page)
        prune()
    }

    /// A page with a long distance was used: if the stack still knows it, its distance has become a short one.
    private mutating func referAgain(_ page: PageIndex) {
        let isKnown = stack.contains(page)
        stack.moveToFront(page)
        queue.remove(page)
        guard isKnown, shortLimit > 0 else { return queue.pushFront(page) }
        isShort[page.position] = true
        shortCount += 1
        if shortCount > shortLimit { demoteLowest() }
        prune()
    }

    private mutating func demoteLowest() {
        while let lowest = stack.popBack() {
            guard isShort[lowest.position] else { continue }
            isShort[lowest.position] = false
            shortCount -= 1
            return queue.pushFront(lowest)
        }
    }

    /// Keeps a page with a short distance at the bottom of the stack.
    private mutating func prune() {
        while let lowest = stack.back(), !isShort[lowest.position] { stack.remove(lowest) }
    }
}
