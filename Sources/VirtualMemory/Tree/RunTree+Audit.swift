extension RunTree {
    /// What is wrong with the tree, or nil: for tests.
    ///
    /// - Complexity: O(*n*).
    func damage() -> StaticString? {
        var runs = 0
        if let damage = damage(in: root, parent: Self.none, runs: &runs) { return damage }
        guard runs == count else { return "the count is wrong" }
        var cursor = first
        var walked = 0
        var reached: UInt64 = 0
        while let here = cursor {
            guard start(here) < end(here) else { return "an empty run" }
            guard walked == 0 || start(here) >= reached else { return "runs overlap or are out of order" }
            reached = end(here)
            walked += 1
            cursor = next(here)
            if let after = cursor, previous(after) != here { return "leaves are linked one way only" }
        }
        guard walked == count else { return "the chain of leaves misses runs" }
        if let last, end(last) != reached { return "the last leaf is not the last" }
        return nil
    }

    private func damage(in node: Int, parent: Int, runs: inout Int) -> StaticString? {
        guard self.parent(node) == parent else { return "a child does not know its parent" }
        guard slotCount(node) > 0 || node == root && level(node) == 0 else { return "an empty node" }
        for slot in slotCount(node)..<Self.capacity + 1 where start(node, slot) != Self.noStart {
            return "a slot that is not used has a start"
        }
        guard level(node) > 0 else {
            for slot in 0..<Self.capacity where gap(node, slot) != 0 { return "a gap in a run" }
            runs += slotCount(node)
            return nil
        }
        for slot in 0..<slotCount(node) {
            let child = child(node, slot)
            guard level(child) + 1 == level(node) else { return "a child of another level" }
            if let damage = damage(in: child, parent: node, runs: &runs) { return damage }
            guard start(node, slot) == start(child, 0), end(node, slot) == end(child, slotCount(child) - 1) else {
                return "a node has other ends than its parent says"
            }
            guard gap(node, slot) == largestGap(in: child) else { return "the largest gap is wrong" }
        }
        return nil
    }
}
