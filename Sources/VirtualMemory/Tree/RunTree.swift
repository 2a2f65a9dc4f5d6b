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

    // A node with the index n has the words from n * nodeWords on, so that going down takes one page of memory a level. Four words
    // are a slot's: its start and its value, which a search finds side by side, and further on its end and its gap. In a leaf a slot
    // is a run; above, it is a child with what lies below it. What would be one slot more is the node's own: see RunTree+Nodes.

    /// How many runs or children a node holds at most.
    static var capacity: Int { 31 }

    /// The words of a node.
    static var nodeWords: Int { 4 * (capacity + 1) }

    /// From the start of a slot to the run's value, or the child's node.
    static var values: Int { 1 }

    /// From the start of a slot to its end.
    static var ends: Int { 2 * (capacity + 1) }

    /// From the start of a slot to the largest gap between two runs below a child; 0 in leaves.
    static var gaps: Int { ends + 1 }

    /// The start of a slot that is not used: behind all addresses, so that a search need not know how many slots are.
    static var noStart: UInt64 { .max }

    /// No node.
    static var none: Int { Int(UInt32.max) }

    var words = NodeWords(capacity: RunTree.nodeWords)

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

    func start(_ cursor: Cursor) -> UInt64 { words[cursor.node * Self.nodeWords + 2 * cursor.slot] }
    func end(_ cursor: Cursor) -> UInt64 { words[cursor.node * Self.nodeWords + 2 * cursor.slot + Self.ends] }
    func value(_ cursor: Cursor) -> Value {
        Value(word: words[cursor.node * Self.nodeWords + 2 * cursor.slot + Self.values])
    }

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
            node = Int(words[node * Self.nodeWords + 2 * slot + Self.values])
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
        guard let cursor = floor(address) else { return first }
        return end(cursor) > address ? cursor : next(cursor)
    }

    /// Whether any run has an address from `start` up to `end`, which is left out.
    func overlaps(_ start: UInt64, _ end: UInt64) -> Bool {
        guard let cursor = firstRun(endingAbove: start) else { return false }
        return self.start(cursor) < end
    }

    /// The last slot of a node that starts at or below `address`, or -1.
    func floorSlot(_ address: UInt64, in node: Int) -> Int {
        // Counts, in two steps without a branch: which four, a line of the cache, then which of them. No read waits for another
        // one of its step, and no processor has to guess an order of keys that it cannot know.
        let base = node * Self.nodeWords
        let key = min(address, Self.noStart - 1)
        var slot = 0
        for four in 1..<(Self.capacity + 1) / 4 { slot += words[base + 8 * four] <= key ? 4 : 0 }
        let line = base + 2 * slot
        for one in 0..<4 { slot += words[line + 2 * one] <= key ? 1 : 0 }
        return slot - 1
    }

    // MARK: Changing runs in place

    /// Moves the ends of a run; it must not meet its neighbours.
    mutating func resize(_ cursor: Cursor, start: UInt64, end: UInt64) {
        let index = cursor.node * Self.nodeWords + 2 * cursor.slot
        words[index] = start
        words[index + Self.ends] = end
        refresh(from: cursor.node)
    }

    mutating func setValue(_ value: Value, at cursor: Cursor) {
        words[cursor.node * Self.nodeWords + 2 * cursor.slot + Self.values] = value.word
    }
}
