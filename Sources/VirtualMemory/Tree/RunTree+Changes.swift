/// Adding and removing single runs.
extension RunTree {
    // MARK: Adding

    /// Adds a run where there is none.
    ///
    /// - Complexity: O(log *n*).
    mutating func insert(start: UInt64, end: UInt64, value: Value) {
        precondition(start < end, "a run has addresses")
        var node = root
        while level(node) > 0 {
            node = child(node, max(floorSlot(start, in: node), 0))
        }
        let slot = floorSlot(start, in: node) + 1
        let (target, place) = makeRoom(in: node, at: slot)
        write(start, end, value, target, place)
        count += 1
        refresh(from: target)
    }

    /// Opens a slot in a node, which is split where it is full.
    ///
    /// - Returns: the node and the slot that the new entry has; they are to be filled before anything else is done.
    private mutating func makeRoom(in node: Int, at slot: Int) -> (node: Int, slot: Int) {
        guard slotCount(node) == Self.capacity else {
            open(slot, of: node)
            return (node, slot)
        }
        // In order, up or down, is how address spaces fill: then the full node stays full.
        let keep = slot == Self.capacity ? Self.capacity : slot == 0 ? 0 : Self.capacity / 2
        let right = makeNode(level: level(node))
        move(from: node, keep..<Self.capacity, to: right)
        setSlotCount(Self.capacity - keep, of: right)
        setSlotCount(keep, of: node)
        clearStarts(node, keep..<Self.capacity)
        if level(node) == 0 {
            let after = successor(node)
            setSuccessor(after, of: right)
            setPredecessor(node, of: right)
            setSuccessor(right, of: node)
            if after == Self.none { lastLeaf = right } else { setPredecessor(right, of: after) }
        }
        let goesLeft = keep == 0 || (slot <= keep && keep < Self.capacity)
        let (target, place) = goesLeft ? (node, slot) : (right, slot - keep)
        open(place, of: target)
        attach(right, after: node)
        return (target, place)
    }

    private mutating func open(_ slot: Int, of node: Int) {
        shift(node, from: slot, by: 1)
        setSlotCount(slotCount(node) + 1, of: node)
    }

    private mutating func close(_ slot: Int, of node: Int) {
        shift(node, from: slot + 1, by: -1)
        let left = slotCount(node) - 1
        setSlotCount(left, of: node)
        clearStarts(node, left..<left + 1)
    }

    /// Makes `right` the sibling after `node`. One of the two may have a slot that is not filled yet; a refresh follows.
    private mutating func attach(_ right: Int, after node: Int) {
        if parent(node) == Self.none {
            let top = makeNode(level: level(node) + 1)
            setChild(node, top, 0)
            setSlotCount(1, of: top)
            summarize(node, top, 0)
            setParent(top, of: node)
            root = top
        }
        let parent = parent(node)
        let slot = slotInParent(node, parent)
        summarize(node, parent, slot)
        let (target, place) = makeRoom(in: parent, at: slot + 1)
        setChild(right, target, place)
        setParent(target, of: right)
        summarize(right, target, place)
        refresh(from: target)
        if self.parent(node) != target { refresh(from: self.parent(node)) }
    }

    // MARK: Removing

    /// Takes a run out.
    ///
    /// - Returns: the run after it.
    /// - Complexity: O(log *n*).
    @discardableResult
    mutating func remove(_ cursor: Cursor) -> Cursor? {
        let (node, slot) = (cursor.node, cursor.slot)
        close(slot, of: node)
        count -= 1
        let left = slotCount(node)
        guard left > 0 else {
            guard parent(node) != Self.none else { return nil }
            let after = successor(node)
            removeEmpty(node)
            return after == Self.none ? nil : Cursor(node: after, slot: 0)
        }
        refresh(from: node)
        var here = Cursor(node: node, slot: slot)
        if left < Self.capacity / 4 { here = merge(node, keeping: here) }
        guard here.slot == slotCount(here.node) else { return here }
        let after = successor(here.node)
        return after == Self.none ? nil : Cursor(node: after, slot: 0)
    }

    private mutating func removeEmpty(_ node: Int) {
        if level(node) == 0 {
            let (before, after) = (predecessor(node), successor(node))
            if before == Self.none { firstLeaf = after } else { setSuccessor(after, of: before) }
            if after == Self.none { lastLeaf = before } else { setPredecessor(before, of: after) }
        }
        let parent = parent(node)
        close(slotInParent(node, parent), of: parent)
        discard(node)
        if slotCount(parent) == 0 {
            // A node that becomes empty has a sibling somewhere, since the last leaf of a tree is its root and stays.
            removeEmpty(parent)
            return
        }
        refresh(from: parent)
        if slotCount(parent) < Self.capacity / 4, let (left, right) = partners(of: parent) { join(left, right) }
        lowerRoot()
    }

    private mutating func lowerRoot() {
        while level(root) > 0 && slotCount(root) == 1 {
            let child = child(root, 0)
            setParent(Self.none, of: child)
            discard(root)
            root = child
        }
    }

    /// Joins a sparse leaf with a neighbour under the same parent, where both fit one with room to spare.
    private mutating func merge(_ node: Int, keeping cursor: Cursor) -> Cursor {
        guard let (left, right) = partners(of: node) else { return cursor }
        let moved = slotCount(left)
        join(left, right)
        return node == right ? Cursor(node: left, slot: moved + cursor.slot) : cursor
    }

    private func partners(of node: Int) -> (Int, Int)? {
        let parent = parent(node)
        guard parent != Self.none else { return nil }
        let slot = slotInParent(node, parent)
        let most = Self.capacity * 3 / 4
        if slot > 0 {
            let left = child(parent, slot - 1)
            if slotCount(left) + slotCount(node) <= most { return (left, node) }
        }
        if slot + 1 < slotCount(parent) {
            let right = child(parent, slot + 1)
            if slotCount(node) + slotCount(right) <= most { return (node, right) }
        }
        return nil
    }

    private mutating func join(_ left: Int, _ right: Int) {
        move(from: right, 0..<slotCount(right), to: left)
        setSlotCount(slotCount(left) + slotCount(right), of: left)
        setSlotCount(0, of: right)
        removeEmpty(right)
        refresh(from: left)
    }
}
