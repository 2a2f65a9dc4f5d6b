/// Disjoint runs of addresses in their order, each with a value: a B+ tree in one piece of memory, linked by index.
///
/// Every node knows the first and the last address below it and the largest gap between two runs, so that the first and the last
/// gap of a size are found without looking at the others. A gap counts from the first multiple of the granularity in it, because
/// nothing is placed elsewhere. Ends are exclusive; the tree never holds the last byte of the 64-bit address space.
struct RunTree<Value: RunValue>: ~Copyable {
    /// A place in the tree; good until the next change of its runs.
    struct Cursor: Equatable {
        let node: Int
        let slot: Int
    }

    /// No node.
    static var none: Int { Int(UInt32.max) }

    var words = Records<UInt64>(capacity: RunTree.nodeWords)

    /// How many nodes there are, used and unused.
    var nodeCount: Int { words.count / Self.nodeWords }

    /// The first of the unused nodes, which are chained as successors.
    var unused = RunTree.none
    var root: Int
    var firstLeaf: Int
    var lastLeaf: Int

    /// How many runs there are.
    var count = 0

    let granularity: UInt64

    /// The leaf that the last search for a run ended in: who walks along the runs asks for the same one again, or for the next.
    let recentLeaf = WordCell()

    /// - Parameter granularity: a power of two to whose multiples gaps are measured.
    init(granularity: UInt64 = 1) {
        precondition(granularity.nonzeroBitCount == 1, "a power of two")
        self.granularity = granularity
        root = 0
        firstLeaf = 0
        lastLeaf = 0
        _ = makeNode(level: 0)
    }

    // MARK: Reading

    func start(_ cursor: Cursor) -> UInt64 { start(cursor.node, cursor.slot) }
    func end(_ cursor: Cursor) -> UInt64 { end(cursor.node, cursor.slot) }
    func value(_ cursor: Cursor) -> Value { value(cursor.node, cursor.slot) }

    /// The first run, or nil where there is none.
    var first: Cursor? { count == 0 ? nil : Cursor(node: firstLeaf, slot: 0) }

    /// The last run, or nil where there is none.
    var last: Cursor? { count == 0 ? nil : Cursor(node: lastLeaf, slot: slotCount(lastLeaf) - 1) }

    func next(_ cursor: Cursor) -> Cursor? {
        if cursor.slot + 1 < slotCount(cursor.node) { return Cursor(node: cursor.node, slot: cursor.slot + 1) }
        let successor = successor(cursor.node)
        return successor == Self.none ? nil : Cursor(node: successor, slot: 0)
    }

    func previous(_ cursor: Cursor) -> Cursor? {
        if cursor.slot > 0 { return Cursor(node: cursor.node, slot: cursor.slot - 1) }
        let predecessor = predecessor(cursor.node)
        guard predecessor != Self.none else { return nil }
        return Cursor(node: predecessor, slot: slotCount(predecessor) - 1)
    }

    /// The last run that starts at or below `address`.
    ///
    /// - Complexity: O(log *n*).
    func floor(_ address: UInt64) -> Cursor? {
        var node = root
        while true {
            let slot = floorSlot(address, in: node)
            guard slot >= 0 else { return nil }
            guard level(node) > 0 else { return Cursor(node: node, slot: slot) }
            node = child(node, slot)
        }
    }

    /// The run that holds `address`.
    ///
    /// - Complexity: O(log *n*).
    func run(at address: UInt64) -> Cursor? {
        guard let cursor = floor(address), end(cursor) > address else { return nil }
        return cursor
    }

    /// The first run that ends above `address`: the one that holds it, or else the next.
    ///
    /// - Complexity: O(log *n*).
    func firstRun(endingAbove address: UInt64) -> Cursor? {
        if let cursor = recentRun(endingAbove: address) { return cursor }
        guard let cursor = floor(address) else { return first }
        recentLeaf.value = UInt64(cursor.node)
        return end(cursor) > address ? cursor : next(cursor)
    }

    /// The first run that ends above `address`, where the leaf of the last search or the one after it has it. Nil says nothing.
    private func recentRun(endingAbove address: UInt64) -> Cursor? {
        var leaf = Int(recentLeaf.value)
        var last = slotCount(leaf) - 1
        // A node that is not used has no slots or is a branch, as one may be that was made anew.
        guard last >= 0, level(leaf) == 0, start(leaf, 0) <= address else { return nil }
        if end(leaf, last) <= address {
            leaf = successor(leaf)
            guard leaf != Self.none else { return nil }
            last = slotCount(leaf) - 1
            guard end(leaf, last) > address else { return nil }
            recentLeaf.value = UInt64(leaf)
            if start(leaf, 0) > address { return Cursor(node: leaf, slot: 0) }
        }
        let slot = floorSlot(address, in: leaf)
        // Not the last one: that ends above the address.
        return Cursor(node: leaf, slot: end(leaf, slot) > address ? slot : slot + 1)
    }

    /// Whether any run has an address from `start` up to `end`, which is left out.
    func overlaps(_ start: UInt64, _ end: UInt64) -> Bool {
        guard let cursor = firstRun(endingAbove: start) else { return false }
        return self.start(cursor) < end
    }

    // MARK: Changing runs in place

    /// Moves the ends of a run; it must not meet its neighbours.
    mutating func resize(_ cursor: Cursor, start: UInt64, end: UInt64) {
        setStart(start, cursor.node, cursor.slot)
        setEnd(end, cursor.node, cursor.slot)
        refresh(from: cursor.node)
    }

    mutating func setValue(_ value: Value, at cursor: Cursor) { setValue(value, cursor.node, cursor.slot) }
}
