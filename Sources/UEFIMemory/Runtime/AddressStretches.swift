import MemoryMap

/// A set of addresses as disjoint ranges that do not touch, by address, in room that is allocated at the beginning.
struct AddressStretches {
    let capacity: Int
    private(set) var ranges: [PhysicalRange] = []

    init(capacity: Int) {
        self.capacity = capacity
        ranges.reserveCapacity(capacity)
    }

    mutating func removeAll() { ranges.removeAll(keepingCapacity: true) }

    /// Adds the addresses of `range`; false where that takes more ranges than there is room for.
    ///
    /// - Complexity: O(log *n*) where the range lies above the others, else O(*n*); allocates nothing.
    mutating func insert(_ range: PhysicalRange) -> Bool {
        // Ranges from `first` up to `end` overlap or touch the new one.
        let first = firstIndex { old in
            guard let oldEnd = old.end else { return true }
            return oldEnd >= range.start
        }
        let end = firstIndex { old in
            guard let newEnd = range.end else { return false }
            return old.start > newEnd
        }
        guard first < end else {
            guard ranges.count < capacity else { return false }
            ranges.insert(range, at: first)
            return true
        }
        let union = PhysicalRange(
            start: min(ranges[first].start, range.start), last: max(ranges[end - 1].last, range.last))
        ranges[first] = union ?? range
        ranges.removeSubrange(first + 1..<end)
        return true
    }

    /// The position of the range that holds `address`, or nil.
    ///
    /// - Complexity: O(log *n*).
    func index(containing address: PhysicalAddress) -> Int? {
        let index = firstIndex { $0.last >= address }
        return index < ranges.count && ranges[index].contains(address) ? index : nil
    }

    /// Whether all addresses of `range` are in the set.
    ///
    /// - Complexity: O(log *n*).
    func contains(_ range: PhysicalRange) -> Bool {
        guard let index = index(containing: range.start) else { return false }
        return ranges[index].contains(range)
    }

    /// The position of the first range that satisfies `predicate`, which once true stays true.
    func firstIndex(where predicate: (PhysicalRange) -> Bool) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = low + (high - low) / 2
            if predicate(ranges[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
