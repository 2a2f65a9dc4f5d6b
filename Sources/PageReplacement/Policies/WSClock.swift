/// The working-set clock: a hand looks for a page outside the working set, and has dirty ones written while it looks on.
///
/// A page belongs to the working set while its last use lies at most `window` references back. R. W. Carr and J. L. Hennessy,
/// "WSCLOCK: a simple and effective algorithm for virtual memory management" (1981).
public struct WSClock: PageReplacementPolicy {
    /// How many references back the working set reaches.
    public let window: UInt64

    private var frames: [PageIndex] = []
    private var referenced: [Bool]
    private var lastUse: [UInt64]
    private var hand = 0
    private var now: UInt64 = 0

    /// The working set reaches back four references a frame.
    public init(frames: Int, pages: Int) { self.init(frames: frames, pages: pages, window: 4 * UInt64(frames)) }

    public init(frames: Int, pages: Int, window: UInt64) {
        self.window = window
        self.frames.reserveCapacity(frames)
        referenced = Array(repeating: false, count: pages)
        lastUse = Array(repeating: 0, count: pages)
    }

    public mutating func refer(to page: PageIndex, in ledger: inout PageLedger) -> PageReference {
        now += 1
        if ledger.isResident(page) {
            referenced[page.position] = true
            return .hit
        }
        if !ledger.isFull {
            frames.append(page)
        } else {
            findVictim(in: &ledger)
            ledger.evict(frames[hand])
            frames[hand] = page
            advance()
        }
        ledger.load(page)
        referenced[page.position] = false
        lastUse[page.position] = now
        return .fault
    }

    /// O(frames).
    public mutating func withdraw(_ page: PageIndex) {
        guard let place = frames.firstIndex(of: page) else { return }
        frames.remove(at: place)
        if place < hand { hand -= 1 }
        if hand == frames.count { hand = 0 }
    }

    /// Leaves the hand at the page to evict: the first clean one outside the working set; after a whole turn without one, the
    /// clean page used longest ago, and when all are dirty, the dirty one.
    private mutating func findVictim(in ledger: inout PageLedger) {
        var oldest = hand
        var oldestIsDirty = true
        var oldestUse = UInt64.max
        for _ in frames.indices {
            let page = frames[hand]
            if referenced[page.position] {
                referenced[page.position] = false
                lastUse[page.position] = now
            } else if now - lastUse[page.position] > window {
                guard ledger.isDirty(page) else { return }
                ledger.clean(page)
            }
            let isDirty = ledger.isDirty(page)
            let use = lastUse[page.position]
            if (oldestIsDirty && !isDirty) || (isDirty == oldestIsDirty && use < oldestUse) {
                (oldest, oldestIsDirty, oldestUse) = (hand, isDirty, use)
            }
            advance()
        }
        hand = oldest
    }

    private mutating func advance() { hand = hand + 1 == frames.count ? 0 : hand + 1 }
}
