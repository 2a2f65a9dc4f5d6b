/// S3-FIFO: a small queue filters pages used once, a main queue gives second chances, a ghost queue remembers.
///
/// J. Yang et al., "FIFO queues are all you need for cache eviction" (2023): a tenth of the frames for the small queue; two
/// further uses there lead into the main queue.
public struct S3FIFO: PageReplacementPolicy {
    private static let small = 0
    private static let main = 1
    private static let mostUses: UInt8 = 3
    private static let usesForMain: UInt8 = 2

    private let mainLimit: Int
    private let ghostLimit: Int
    private var uses: [UInt8]
    private var queues: PageLists
    private var ghosts: PageLists

    public init(frames: Int, pages: Int) {
        let smallLimit = max(1, frames / 10)
        mainLimit = frames - smallLimit
        ghostLimit = frames * 9 / 10
        uses = Array(repeating: 0, count: pages)
        queues = PageLists(pages: pages, lists: 2)
        ghosts = PageLists(pages: pages)
    }

    public mutating func refer(to page: PageIndex, in ledger: inout PageLedger) -> PageReference {
        if ledger.isResident(page) {
            uses[page.position] = min(uses[page.position] + 1, Self.mostUses)
            return .hit
        }
        let returns = ghosts.contains(page)
        ghosts.remove(page)
        while ledger.isFull { makeRoom(&ledger) }
        ledger.load(page)
        uses[page.position] = 0
        queues.pushFront(page, returns ? Self.main : Self.small)
        return .fault
    }

    public mutating func withdraw(_ page: PageIndex) { queues.remove(page) }

    private mutating func makeRoom(_ ledger: inout PageLedger) {
        if queues.count(Self.main) > mainLimit || queues.count(Self.small) == 0 {
            evictFromMain(&ledger)
        } else {
            evictFromSmall(&ledger)
        }
    }

    private mutating func evictFromSmall(_ ledger: inout PageLedger) {
        while let oldest = queues.popBack(Self.small) {
            if uses[oldest.position] >= Self.usesForMain {
                uses[oldest.position] = 0
                queues.pushFront(oldest, Self.main)
                continue
            }
            ledger.evict(oldest)
            ghosts.pushFront(oldest)
            if ghosts.count() > ghostLimit { _ = ghosts.popBack() }
            return
        }
    }

    private mutating func evictFromMain(_ ledger: inout PageLedger) {
        while let oldest = queues.popBack(Self.main) {
            guard uses[oldest.position] > 0 else { return ledger.evict(oldest) }
            uses[oldest.position] -= 1
            queues.pushFront(oldest, Self.main)
        }
    }
}
