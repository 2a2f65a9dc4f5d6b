public import MemoryMap

/// Which restrictions hold for which page: the 2^52 pages of the address space as runs of pages with equal attributes.
///
/// Only the pages at which the attributes change are kept, in a treap: a binary tree by page number that is a heap by random
/// priorities, so that it is balanced whatever the order of the calls. Neighbouring runs always differ. All nodes are
/// allocated with the structure; afterwards nothing is.
public struct AttributeRuns: ~Copyable {
    /// A page from which on the attributes are other than on the page before it.
    struct Node {
        var page: UInt64
        var attributes: MemoryAttributes
        var priority: UInt32
        var left: Index
        var right: Index
    }

    typealias Index = Int32

    /// No node.
    static let none: Index = -1

    /// How many changes there may be along the address space.
    public let capacity: Int

    /// How many changes of attributes there are along the address space.
    public internal(set) var count = 0

    // Two nodes more than the capacity: a call puts both ends of its range in before it takes superfluous changes out.
    var nodes: [Node]
    var root: Index = none

    /// The first unused node; unused nodes are chained through `right`.
    var unused: Index = none

    /// Where the sequence of priorities stands (SplitMix64).
    private var random: UInt64 = 0

    /// No page has any restriction.
    ///
    /// - Parameter capacity: how many changes of attributes there may be along the address space; a restricted range that stands
    ///   by itself takes two. 32 bytes of the heap each.
    public init(capacity: Int) {
        precondition(capacity >= 0 && capacity < 1 << 30, "a capacity of at most 2^30 changes")
        self.capacity = capacity
        nodes = []
        nodes.reserveCapacity(capacity + 2)
        for index in 0..<capacity + 2 {
            let next = index + 1 < capacity + 2 ? Index(index + 1) : Self.none
            nodes.append(Node(page: 0, attributes: [], priority: 0, left: Self.none, right: next))
        }
        unused = 0
    }

    /// The attributes of a page.
    ///
    /// - Complexity: O(log *n*) for *n* changes.
    func attributes(ofPage page: UInt64) -> MemoryAttributes {
        var found: MemoryAttributes = []
        var index = root
        while index != Self.none {
            let node = nodes[Int(index)]
            if node.page <= page {
                found = node.attributes
                index = node.right
            } else {
                index = node.left
            }
        }
        return found
    }

    /// The first page above `page` whose attributes are other than those of the page before it, or nil where there is none.
    ///
    /// - Complexity: O(log *n*) for *n* changes.
    func firstChange(above page: UInt64) -> UInt64? {
        var found: UInt64?
        var index = root
        while index != Self.none {
            let node = nodes[Int(index)]
            if node.page > page {
                found = node.page
                index = node.left
            } else {
                index = node.right
            }
        }
        return found
    }

    /// The attributes that all pages of the range have, or nil where they differ.
    ///
    /// - Complexity: O(log *n*) for *n* changes.
    public func uniformAttributes(of range: PhysicalRange) -> MemoryAttributes? {
        let first = FrameNumber(containing: range.start).rawValue
        if let change = firstChange(above: first), change <= FrameNumber(containing: range.last).rawValue { return nil }
        return attributes(ofPage: first)
    }

    /// Calls `body` with each run of pages inside of `range` and its attributes, from the lowest up, those without included.
    ///
    /// - Complexity: O(*r* log *n*) for *r* runs and *n* changes.
    public func forEachRun(in range: PhysicalRange, _ body: (PhysicalRange, MemoryAttributes) -> Void) {
        let last = FrameNumber(containing: range.last).rawValue
        var page = FrameNumber(containing: range.start).rawValue
        while true {
            let end = firstChange(above: page) ?? PageCount.addressSpace.rawValue
            let runLast = min(end - 1, last)
            if let run = PhysicalRange(
                start: PhysicalAddress(page * PageCount.pageSize), pages: PageCount(runLast - page + 1))
            {
                body(run, attributes(ofPage: page))
            }
            guard runLast < last else { return }
            page = end
        }
    }

    // MARK: Nodes

    /// Takes an unused node; there is one as long as a call puts in no more than two.
    mutating func makeNode(page: UInt64, attributes: MemoryAttributes) -> Index {
        let index = unused
        unused = nodes[Int(index)].right
        random &+= 0x9E37_79B9_7F4A_7C15
        var word = random
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        nodes[Int(index)] = Node(
            page: page, attributes: attributes, priority: UInt32(truncatingIfNeeded: word >> 32), left: Self.none,
            right: Self.none)
        count += 1
        return index
    }

    mutating func discard(_ index: Index) {
        nodes[Int(index)].right = unused
        unused = index
        count -= 1
    }
}
