extension RunTree {
    /// Gives the addresses from `start` up to `end` one value, whatever they had, and joins the run with equal neighbours.
    ///
    /// - Complexity: O(log *n*) and O(log *n*) for each run that has some.
    mutating func assign(from start: UInt64, to end: UInt64, _ value: Value) {
        if let floor = floor(start) {
            assign(from: start, to: end, value, at: floor)
        } else {
            assignAcrossLeaves(from: start, to: end, value)
        }
    }

    /// Gives the addresses from `start` up to `end` one value, whatever they had, and joins the run with equal neighbours.
    ///
    /// - Parameter floor: the last run that starts at or below `start`.
    mutating func assign(from start: UInt64, to end: UInt64, _ value: Value, at floor: Cursor) {
        if replaceInLeaf(from: start, to: end, with: value, at: floor) { return }
        assignAcrossLeaves(from: start, to: end, value)
    }

    private mutating func assignAcrossLeaves(from start: UInt64, to end: UInt64, _ value: Value) {
        removeAcrossLeaves(from: start, to: end)
        insert(start: start, end: end, value: value)
        join(at: end)
        join(at: start)
    }

    /// Takes the addresses from `start` up to `end` out of all runs.
    ///
    /// - Complexity: O(log *n*) and O(log *n*) for each run that has some.
    mutating func remove(from start: UInt64, to end: UInt64) {
        if let floor = floor(start), replaceInLeaf(from: start, to: end, with: nil, at: floor) { return }
        removeAcrossLeaves(from: start, to: end)
    }

    /// Cuts the run that holds `address` in two, so that one of them begins there.
    ///
    /// - Complexity: O(log *n*).
    mutating func split(at address: UInt64) {
        guard let cursor = run(at: address), start(cursor) < address else { return }
        let (end, value) = (end(cursor), value(cursor))
        resize(cursor, start: start(cursor), end: address)
        insert(start: address, end: end, value: value)
    }

    private mutating func removeAcrossLeaves(from start: UInt64, to end: UInt64) {
        split(at: start)
        split(at: end)
        var cursor = firstRun(endingAbove: start)
        while let here = cursor, self.start(here) < end { cursor = remove(here) }
    }

    /// Joins the runs that meet at `address` where they are equal.
    private mutating func join(at address: UInt64) {
        guard address > 0, let after = run(at: address), start(after) == address, let before = previous(after),
            end(before) == address, value(before) == value(after)
        else { return }
        let (start, end) = (start(before), end(after))
        remove(after)
        guard let whole = run(at: start) else { preconditionFailure("the run before stays") }
        resize(whole, start: start, end: end)
    }

    // MARK: The common case

    /// Does a replacement within one leaf, where all that it meets and borders on lies in it and it stays large enough: that is how
    /// nearly all of them are.
    ///
    /// - Parameter floor: the last run that starts at or below `start`.
    /// - Parameter replacement: what the addresses become; nil takes them out of the tree.
    /// - Returns: false where it is otherwise; nothing is changed then.
    /// - Complexity: O(runs met), and O(log *n*) where gaps change.
    private mutating func replaceInLeaf(
        from start: UInt64, to end: UInt64, with replacement: Value?, at floor: Cursor
    ) -> Bool {
        let node = floor.node
        let count = slotCount(node)

        // The slots that are replaced: those that have some of the addresses, and equal ones that border on them.
        var first = floor.slot
        if self.end(node, first) < start { first += 1 }
        var (newStart, newEnd) = (start, end)
        var head: (start: UInt64, value: Value)?
        if first < count, self.start(node, first) < start {
            let (runStart, value) = (self.start(node, first), self.value(node, first))
            if value == replacement {
                newStart = runStart
            } else if self.end(node, first) > start {
                head = (runStart, value)
            } else {
                first += 1
            }
        } else if replacement != nil, self.start(node, first) == start {
            // The run before may be equal; the leaf before may have it.
            guard first > 0 || predecessor(node) == Self.none else { return false }
            if first > 0, self.end(node, first - 1) == start,
                self.value(node, first - 1) == replacement
            {
                first -= 1
                newStart = self.start(node, first)
            }
        }
        var last = first
        var tail: (end: UInt64, value: Value)?
        var isCovered = self.end(node, floor.slot) >= start
        var reached = start
        while last < count, self.start(node, last) < end {
            isCovered = isCovered && self.start(node, last) <= reached
            reached = self.end(node, last)
            last += 1
        }
        // The leaf after may have more of it.
        guard last < count || successor(node) == Self.none else { return false }
        if last > first {
            let (runEnd, value) = (self.end(node, last - 1), self.value(node, last - 1))
            if runEnd > end {
                if value == replacement { newEnd = runEnd } else { tail = (runEnd, value) }
            }
        }
        if replacement != nil, newEnd == end, tail == nil, last < count, self.start(node, last) == end,
            self.value(node, last) == replacement
        {
            newEnd = self.end(node, last)
            last += 1
        }

        let kept = (head == nil ? 0 : 1) + (tail == nil ? 0 : 1) + (replacement == nil ? 0 : 1)
        let grown = kept - (last - first)
        let isRoot = parent(node) == Self.none
        guard count + grown <= Self.capacity, isRoot || grown >= 0 || count + grown >= Self.capacity / 4 else { return false }
        shift(node, from: last, by: grown)
        setSlotCount(count + grown, of: node)
        if grown < 0 { clearStarts(node, count + grown..<count) }
        self.count += grown
        var slot = first
        if let head {
            write(head.start, start, head.value, node, slot)
            slot += 1
        }
        if let replacement {
            write(newStart, newEnd, replacement, node, slot)
            slot += 1
        }
        if let tail { write(end, tail.end, tail.value, node, slot) }
        // Addresses that had runs before and have runs now leave all gaps as they were.
        if !isRoot, replacement == nil || !isCovered || reached < end { refresh(from: node) }
        return true
    }
}
