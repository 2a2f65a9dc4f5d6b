/// A set of addresses as runs: pages that are locked, were written, have a private copy.
struct PageSet: ~Copyable {
    /// There is nothing to know of a member but that it is one.
    struct Member: Equatable, BitwiseCopyable {}

    var runs = RunTree<Member>(filler: Member())

    var isEmpty: Bool { runs.count == 0 }

    func contains(_ address: UInt64) -> Bool { runs.run(at: address) != nil }

    /// Whether every address from `start` up to `end` is a member.
    func contains(from start: UInt64, to end: UInt64) -> Bool {
        guard let cursor = runs.run(at: start) else { return false }
        return runs.end(cursor) >= end
    }

    /// - Complexity: O(log *n*) and O(log *n*) for each run that is met.
    mutating func insert(from start: UInt64, to end: UInt64) {
        guard !contains(from: start, to: end) else { return }
        runs.assign(from: start, to: end, Member())
    }

    /// - Complexity: O(log *n*) and O(log *n*) for each run that is met.
    mutating func remove(from start: UInt64, to end: UInt64) {
        guard !isEmpty else { return }
        runs.remove(from: start, to: end)
    }

    /// The first stretch of members from `start` up to `end`, cut to that range.
    func firstStretch(from start: UInt64, to end: UInt64) -> Range<UInt64>? {
        guard !isEmpty, let cursor = runs.firstRun(endingAbove: start), runs.start(cursor) < end else { return nil }
        return max(runs.start(cursor), start)..<min(runs.end(cursor), end)
    }

    /// How many bytes from `start` up to `end` are members.
    func byteCount(from start: UInt64, to end: UInt64) -> UInt64 {
        var total: UInt64 = 0
        var place = start
        while let stretch = firstStretch(from: place, to: end) {
            total += stretch.upperBound - stretch.lowerBound
            place = stretch.upperBound
        }
        return total
    }
}
