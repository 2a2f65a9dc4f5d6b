import MemoryMap
import PageReplacement

/// Which page is where in a sparse address space: a table in two levels, in which a range is looked through in the time of the pages
/// that are there, not of the addresses that it has.
struct PagesByAddress {
    private static let leafCount: UInt64 = 512
    private static let none = UInt32.max

    private struct Leaf {
        var pages = [UInt32](repeating: none, count: Int(leafCount))
        var used = 0
    }

    private var leaves: [UInt64: Leaf] = [:]

    /// The number of pages.
    private(set) var count = 0

    /// The page at the page number of an address, or nil.
    subscript(number: UInt64) -> PageIndex? {
        get {
            guard let leaf = leaves[number / Self.leafCount] else { return nil }
            let page = leaf.pages[Int(number % Self.leafCount)]
            return page == Self.none ? nil : PageIndex(rawValue: page)
        }
        set {
            let (key, place) = (number / Self.leafCount, Int(number % Self.leafCount))
            guard newValue != nil || leaves[key] != nil else { return }
            let old = leaves[key, default: Leaf()].pages[place]
            let new = newValue?.rawValue ?? Self.none
            leaves[key, default: Leaf()].pages[place] = new
            let change = (new == Self.none ? 0 : 1) - (old == Self.none ? 0 : 1)
            leaves[key]?.used += change
            count += change
            if leaves[key]?.used == 0 { leaves[key] = nil }
        }
    }

    /// The page numbers in a range that have a page, ascending.
    ///
    /// - Complexity: O(*l* + *p*) for *l* leaves of 512 addresses that have pages, in the range or, where that is more, in all.
    func numbers(in range: ClosedRange<UInt64>) -> [UInt64] {
        let keys = range.lowerBound / Self.leafCount...range.upperBound / Self.leafCount
        let present: [UInt64]
        if keys.upperBound - keys.lowerBound < UInt64(leaves.count) {
            present = keys.filter { leaves[$0] != nil }
        } else {
            present = leaves.keys.filter(keys.contains).sorted()
        }
        var numbers: [UInt64] = []
        for key in present {
            guard let leaf = leaves[key] else { continue }
            for place in 0..<Self.leafCount where leaf.pages[Int(place)] != Self.none {
                let number = key * Self.leafCount + place
                if range.contains(number) { numbers.append(number) }
            }
        }
        return numbers
    }
}

extension VirtualRange {
    /// The numbers of the 4 KiB pages that the range touches.
    var pageNumbers: ClosedRange<UInt64> {
        start.rawValue / PageCount.pageSize...last.rawValue / PageCount.pageSize
    }
}
