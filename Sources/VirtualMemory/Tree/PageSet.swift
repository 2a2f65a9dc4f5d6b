/// A set of addresses as runs: pages that are locked, were written, have a private copy.
struct PageSet: ~Copyable {
    /// There is nothing to know of a member but that it is one.
    struct Member: RunValue {
        init() {}
        init(word: UInt64) {}
        var word: UInt64 { 0 }
    }

    private var runs = RunTree<Member>()

    /// How many addresses are members.
    private(set) var byteCount: UInt64 = 0

    var isEmpty: Bool { byteCount == 0 }

    func contains(_ address: UInt64) -> Bool { !isEmpty && runs.run(at: address) != nil }

    /// Whether every address of a range is a member.
    func contains(_ range: Range<UInt64>) -> Bool {
        guard !isEmpty, let cursor = runs.run(at: range.lowerBound) else { return false }
        return runs.end(cursor) >= range.upperBound
    }

    /// - Complexity: O(log *n*) and O(log *n*) for each run that is met.
    mutating func insert(_ range: Range<UInt64>) {
        guard !contains(range) else { return }
        byteCount += range.upperBound - range.lowerBound - byteCount(in: range)
        runs.assign(from: range.lowerBound, to: range.upperBound, Member())
    }

    /// - Complexity: O(log *n*) and O(log *n*) for each run that is met.
    mutating func remove(_ range: Range<UInt64>) {
        guard !isEmpty else { return }
        let lost = byteCount(in: range)
        guard lost > 0 else { return }
        byteCount -= lost
        runs.remove(from: range.lowerBound, to: range.upperBound)
    }

    /// The first stretch of members in a range, cut to it.
    func firstStretch(in range: Range<UInt64>) -> Range<UInt64>? {
        guard !isEmpty, let cursor = runs.firstRun(endingAbove: range.lowerBound), runs.start(cursor) < range.upperBound else {
            return nil
        }
        return max(runs.start(cursor), range.lowerBound)..<min(runs.end(cursor), range.upperBound)
    }

    /// Gives the stretches of members in a range, cut to it.
    func forEachStretch(in range: Range<UInt64>, _ body: (Range<UInt64>) -> Void) {
        var place = range.lowerBound
        while place < range.upperBound, let stretch = firstStretch(in: place..<range.upperBound) {
            body(stretch)
            place = stretch.upperBound
        }
    }

    /// How many addresses of a range are members.
    ///
    /// - Complexity: O(log *n* + runs in the range).
    func byteCount(in range: Range<UInt64>) -> UInt64 {
        guard !isEmpty else { return 0 }
        var total: UInt64 = 0
        var cursor = runs.firstRun(endingAbove: range.lowerBound)
        while let here = cursor, runs.start(here) < range.upperBound {
            total += min(runs.end(here), range.upperBound) - max(runs.start(here), range.lowerBound)
            cursor = runs.next(here)
        }
        return total
    }
}
