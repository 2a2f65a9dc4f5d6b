import MemoryMap

/// Ranges of addresses in ascending order, of which no two overlap.
struct RangeList {
    private(set) var ranges: [VirtualRange] = []

    var isEmpty: Bool { ranges.isEmpty }
    var count: Int { ranges.count }

    /// The range that holds an address.
    func range(of address: VirtualAddress) -> VirtualRange? {
        let index = place(address)
        return index < ranges.count && ranges[index].contains(address) ? ranges[index] : nil
    }

    func contains(_ address: VirtualAddress) -> Bool { range(of: address) != nil }

    /// Whether one range holds all of another.
    func holds(_ range: VirtualRange) -> Bool { self.range(of: range.start).map { range.last <= $0.last } ?? false }

    func overlaps(_ range: VirtualRange) -> Bool {
        let index = place(range.start)
        return index < ranges.count && ranges[index].overlaps(range)
    }

    /// Adds a range that overlaps none; it stays one of its own next to others.
    mutating func insert(_ range: VirtualRange) { ranges.insert(range, at: place(range.start)) }

    /// Adds a range that overlaps none, and makes it one with those that it borders on.
    mutating func join(_ range: VirtualRange) {
        var (start, last) = (range.start, range.last)
        let index = place(start)
        if index < ranges.count, last.rawValue + 1 == ranges[index].start.rawValue {
            last = ranges[index].last
            ranges.remove(at: index)
        }
        if index > 0, ranges[index - 1].last.rawValue + 1 == start.rawValue {
            start = ranges[index - 1].start
            ranges.remove(at: index - 1)
        }
        insert(VirtualRange(start: start, last: last) ?? range)
    }

    /// Takes a range out of all that overlap it.
    ///
    /// - Returns: what of it there was, ascending.
    @discardableResult
    mutating func remove(_ range: VirtualRange) -> [VirtualRange] {
        var index = place(range.start)
        var removed: [VirtualRange] = []
        while index < ranges.count, let overlap = ranges[index].intersection(range) {
            let whole = ranges.remove(at: index)
            removed.append(overlap)
            if whole.start < overlap.start,
                let before = VirtualRange(start: whole.start, last: VirtualAddress(overlap.start.rawValue - 1))
            {
                ranges.insert(before, at: index)
                index += 1
            }
            if overlap.last < whole.last,
                let after = VirtualRange(start: VirtualAddress(overlap.last.rawValue + 1), last: whole.last)
            {
                ranges.insert(after, at: index)
            }
        }
        return removed
    }

    /// The index of the first range that does not end before an address.
    private func place(_ address: VirtualAddress) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) >> 1
            if ranges[middle].last < address { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
