import PageReplacement

/// The policies as their definitions say them, one reference at a time over plain arrays.
enum NaiveModels {
    static func faults(_ kind: ReplacementPolicyKind, _ pages: [Int], frames: Int) -> UInt64? {
        switch kind {
        case .fifo: queue(pages, frames, refreshes: false)
        case .lru: queue(pages, frames, refreshes: true)
        case .clock: clock(pages, frames)
        case .optimal: optimal(pages, frames)
        case .sieve: sieve(pages, frames)
        default: nil
        }
    }

    private static func queue(_ pages: [Int], _ frames: Int, refreshes: Bool) -> UInt64 {
        var resident: [Int] = []
        var faults: UInt64 = 0
        for page in pages {
            if let place = resident.firstIndex(of: page) {
                if refreshes { resident.append(resident.remove(at: place)) }
                continue
            }
            faults += 1
            if resident.count == frames { resident.removeFirst() }
            resident.append(page)
        }
        return faults
    }

    /// A queue whose front page goes to the back when it was used since it came to the front.
    private static func clock(_ pages: [Int], _ frames: Int) -> UInt64 {
        var resident: [(page: Int, isUsed: Bool)] = []
        var faults: UInt64 = 0
        for page in pages {
            if let place = resident.firstIndex(where: { $0.page == page }) {
                resident[place].isUsed = true
                continue
            }
            faults += 1
            if resident.count == frames {
                while resident[0].isUsed {
                    let spared = resident.removeFirst().page
                    resident.append((spared, false))
                }
                resident.removeFirst()
            }
            resident.append((page, false))
        }
        return faults
    }

    private static func optimal(_ pages: [Int], _ frames: Int) -> UInt64 {
        var resident: [Int] = []
        var faults: UInt64 = 0
        for (position, page) in pages.enumerated() where !resident.contains(page) {
            faults += 1
            if resident.count == frames {
                let rest = pages[(position + 1)...]
                let uses = resident.map { rest.firstIndex(of: $0) ?? Int.max }
                resident.remove(at: uses.indices.max { uses[$0] < uses[$1] } ?? 0)
            }
            resident.append(page)
        }
        return faults
    }

    /// Oldest first; the hand stands before the page that it looks at next.
    private static func sieve(_ pages: [Int], _ frames: Int) -> UInt64 {
        var resident: [(page: Int, isVisited: Bool)] = []
        var hand = 0
        var faults: UInt64 = 0
        for page in pages {
            if let place = resident.firstIndex(where: { $0.page == page }) {
                resident[place].isVisited = true
                continue
            }
            faults += 1
            if resident.count == frames {
                while resident[hand].isVisited {
                    resident[hand].isVisited = false
                    hand = (hand + 1) % resident.count
                }
                resident.remove(at: hand)
                if hand == resident.count { hand = 0 }
            }
            resident.append((page, false))
        }
        return faults
    }
}
