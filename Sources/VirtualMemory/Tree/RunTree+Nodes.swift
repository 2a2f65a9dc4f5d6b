/// The nodes: what they know of themselves, of each other and of what lies below them.
extension RunTree {
    // The slot behind the last one is never used, so that its start ends every search. Its other words are the node's own: its
    // count, level and parent; its successor and its predecessor among the leaves.

    private static var headers: Int { 2 * capacity + values }
    private static var links: Int { 2 * capacity + ends }

    /// How many slots of a node are used.
    func slotCount(_ node: Int) -> Int { Int(words[node * Self.nodeWords + Self.headers] & 0xFF) }

    /// How far a node is from the leaves, which have level 0.
    func level(_ node: Int) -> Int { Int(words[node * Self.nodeWords + Self.headers] >> 8 & 0xFF) }

    /// The node above, or `none` for the root.
    func parent(_ node: Int) -> Int { Int(words[node * Self.nodeWords + Self.headers] >> 32) }

    /// The leaf after a leaf, or the next unused node after an unused one.
    func successor(_ node: Int) -> Int { Int(words[node * Self.nodeWords + Self.links] & 0xFFFF_FFFF) }

    /// The leaf before a leaf.
    func predecessor(_ node: Int) -> Int { Int(words[node * Self.nodeWords + Self.links] >> 32) }

    mutating func setSlotCount(_ count: Int, of node: Int) {
        let header = node * Self.nodeWords + Self.headers
        words[header] = words[header] & ~0xFF | UInt64(count)
    }

    mutating func setParent(_ parent: Int, of node: Int) {
        let header = node * Self.nodeWords + Self.headers
        words[header] = words[header] & 0xFFFF_FFFF | UInt64(parent) << 32
    }

    mutating func setSuccessor(_ successor: Int, of node: Int) {
        let links = node * Self.nodeWords + Self.links
        words[links] = words[links] & ~0xFFFF_FFFF | UInt64(successor)
    }

    mutating func setPredecessor(_ predecessor: Int, of node: Int) {
        let links = node * Self.nodeWords + Self.links
        words[links] = words[links] & 0xFFFF_FFFF | UInt64(predecessor) << 32
    }

    // MARK: Taking and giving back

    /// An empty node without neighbours.
    mutating func makeNode(level: Int) -> Int {
        let node: Int
        if unused != Self.none {
            node = unused
            unused = successor(node)
        } else {
            node = nodeCount
            precondition(node < Self.none, "fewer than 2^32 nodes")
            words.grow(by: Self.nodeWords)
        }
        clearStarts(node, 0..<Self.capacity + 1)
        words[node * Self.nodeWords + Self.headers] = UInt64(Self.none) << 32 | UInt64(level) << 8
        words[node * Self.nodeWords + Self.links] = UInt64(Self.none) << 32 | UInt64(Self.none)
        return node
    }

    mutating func discard(_ node: Int) {
        setSuccessor(unused, of: node)
        unused = node
    }

    /// Marks slots as not used.
    mutating func clearStarts(_ node: Int, _ slots: Range<Int>) {
        for slot in slots { words[node * Self.nodeWords + 2 * slot] = Self.noStart }
    }

    /// The slot of a node in its parent.
    func slotInParent(_ node: Int, _ parent: Int) -> Int {
        let base = parent * Self.nodeWords
        for slot in 0..<slotCount(parent) where words[base + 2 * slot + Self.values] == UInt64(node) { return slot }
        preconditionFailure("a parent knows its children")
    }

    // MARK: What lies below

    /// The gap from `end` to `start` as far as something can be placed in it.
    func usableGap(_ end: UInt64, _ start: UInt64) -> UInt64 {
        // A run never ends within a granule of 2^64: the address spaces that it describes end far below.
        let aligned = (end &+ (granularity - 1)) & ~(granularity - 1)
        return aligned < start ? start - aligned : 0
    }

    func largestGap(in node: Int) -> UInt64 {
        let base = node * Self.nodeWords
        let count = slotCount(node)
        guard count > 0 else { return 0 }
        var largest = words[base + Self.gaps]
        var end = words[base + Self.ends]
        for slot in stride(from: base + 2, to: base + 2 * count, by: 2) {
            largest = max(largest, words[slot + Self.gaps], usableGap(end, words[slot]))
            end = words[slot + Self.ends]
        }
        return largest
    }

    /// Carries what changed in a node up to the root, as far as it matters there.
    mutating func refresh(from changed: Int) {
        var node = changed
        while true {
            let parent = parent(node)
            guard parent != Self.none else { return }
            let slot = parent * Self.nodeWords + 2 * slotInParent(node, parent)
            let base = node * Self.nodeWords
            let (start, end, gap) = (words[base], words[base + 2 * slotCount(node) - 2 + Self.ends], largestGap(in: node))
            if words[slot] == start && words[slot + Self.ends] == end && words[slot + Self.gaps] == gap { return }
            words[slot] = start
            words[slot + Self.ends] = end
            words[slot + Self.gaps] = gap
            node = parent
        }
    }

    /// Writes down at a slot's index what its child says of itself.
    mutating func summarize(_ node: Int, at index: Int) {
        let base = node * Self.nodeWords
        words[index] = words[base]
        words[index + Self.ends] = words[base + 2 * max(slotCount(node) - 1, 0) + Self.ends]
        words[index + Self.gaps] = largestGap(in: node)
    }

    /// Moves the entries of a node from a slot on up, or down, by some slots.
    mutating func shift(_ node: Int, from slot: Int, by distance: Int) {
        let moved = slotCount(node) - slot
        guard moved > 0, distance != 0 else { return }
        let base = node * Self.nodeWords + 2 * slot
        words.move(from: base, count: 2 * moved, to: base + 2 * distance)
        words.move(from: base + Self.ends, count: 2 * moved, to: base + Self.ends + 2 * distance)
    }

    /// Copies entries of one node behind those of another, which its count does not include yet.
    mutating func move(from source: Int, _ slots: Range<Int>, to target: Int) {
        let from = source * Self.nodeWords + 2 * slots.lowerBound
        let to = target * Self.nodeWords + 2 * slotCount(target)
        words.move(from: from, count: 2 * slots.count, to: to)
        words.move(from: from + Self.ends, count: 2 * slots.count, to: to + Self.ends)
        guard level(source) > 0 else { return }
        for slot in slots { setParent(target, of: Int(words[source * Self.nodeWords + 2 * slot + Self.values])) }
    }
}
