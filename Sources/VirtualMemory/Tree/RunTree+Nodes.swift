/// The nodes: what they know of themselves, of each other and of what lies below them.
extension RunTree {
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
            words.grow(by: Self.nodeWords, 0)
        }
        clear(node)
        words[node * Self.nodeWords + Self.headers] = UInt64(Self.none) << 32 | UInt64(level) << 8
        words[node * Self.nodeWords + Self.links] = UInt64(Self.none) << 32 | UInt64(Self.none)
        return node
    }

    mutating func discard(_ node: Int) {
        setSuccessor(unused, of: node)
        unused = node
    }

    /// The slot of a node in its parent.
    func slotInParent(_ node: Int, _ parent: Int) -> Int {
        for slot in 0..<slotCount(parent) where child(parent, slot) == node { return slot }
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
        let count = slotCount(node)
        guard count > 0 else { return 0 }
        var largest = gap(node, 0)
        var end = end(node, 0)
        for slot in stride(from: 1, to: count, by: 1) {
            largest = max(largest, gap(node, slot), usableGap(end, start(node, slot)))
            end = self.end(node, slot)
        }
        return largest
    }

    /// Carries what changed in a node up to the root, as far as it matters there.
    mutating func refresh(from changed: Int) {
        var node = changed
        while true {
            let parent = parent(node)
            guard parent != Self.none else { return }
            if !summarize(node, parent, slotInParent(node, parent)) { return }
            node = parent
        }
    }

    /// Writes down in a slot of a parent what its child says of itself.
    ///
    /// - Returns: whether that is something new.
    @discardableResult
    mutating func summarize(_ node: Int, _ parent: Int, _ slot: Int) -> Bool {
        let last = max(slotCount(node) - 1, 0)
        let (start, end, gap) = (start(node, 0), end(node, last), largestGap(in: node))
        let isNew = self.start(parent, slot) != start || self.end(parent, slot) != end || self.gap(parent, slot) != gap
        guard isNew else { return false }
        setStart(start, parent, slot)
        setEnd(end, parent, slot)
        setGap(gap, parent, slot)
        return true
    }

    /// Moves the entries of a node from a slot on up, or down, by some slots.
    mutating func shift(_ node: Int, from slot: Int, by distance: Int) {
        let moved = slotCount(node) - slot
        guard moved > 0, distance != 0 else { return }
        copySlots(moved, from: node, slot, to: node, slot + distance)
    }

    /// Copies entries of one node behind those of another, which its count does not include yet.
    mutating func move(from source: Int, _ slots: Range<Int>, to target: Int) {
        copySlots(slots.count, from: source, slots.lowerBound, to: target, slotCount(target))
        guard level(source) > 0 else { return }
        for slot in slots { setParent(target, of: child(source, slot)) }
    }
}
