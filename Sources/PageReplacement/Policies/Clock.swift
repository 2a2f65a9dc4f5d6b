/// FIFO with a second chance: a hand goes round the frames and spares, once, each page used since it last came by.
///
/// A page enters with its reference bit clear: only a second use protects it (Corbató, "A Paging Experiment with the
/// Multics System", 1968).
public struct Clock: PageReplacementPolicy {
    private var frames: [PageIndex] = []
    private var referenced: [Bool]
    private var hand = 0

    public init(frames: Int, pages: Int) {
        self.frames.reserveCapacity(frames)
        referenced = Array(repeating: false, count: pages)
    }

    public mutating func refer(to page: PageIndex, in ledger: inout PageLedger) -> PageReference {
        if ledger.isResident(page) {
            referenced[page.position] = true
            return .hit
        }
        if !ledger.isFull {
            frames.append(page)
        } else {
            while referenced[frames[hand].position] {
                referenced[frames[hand].position] = false
                advance()
            }
            ledger.evict(frames[hand])
            frames[hand] = page
            advance()
        }
        ledger.load(page)
        referenced[page.position] = false
        return .fault
    }

    /// O(frames).
    public mutating func withdraw(_ page: PageIndex) {
        guard let place = frames.firstIndex(of: page) else { return }
        frames.remove(at: place)
        if place < hand { hand -= 1 }
        if hand == frames.count { hand = 0 }
    }

    private mutating func advance() { hand = hand + 1 == frames.count ? 0 : hand + 1 }
}
