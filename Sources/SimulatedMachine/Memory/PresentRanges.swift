import MemoryMap

extension [PhysicalRange] {
    /// Whether one of these ranges, which ascend and share nothing, has every address of `range`.
    ///
    /// - Complexity: O(log *n*).
    func contain(_ range: PhysicalRange) -> Bool {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle].last < range.start { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].contains(range)
    }
}
