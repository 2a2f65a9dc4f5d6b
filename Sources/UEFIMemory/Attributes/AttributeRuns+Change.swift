public import MemoryMap

extension AttributeRuns {
    /// How the attributes of a range change: these are taken away, then those are put on.
    struct Change {
        var cleared: MemoryAttributes
        var set: MemoryAttributes

        func applied(to attributes: MemoryAttributes) -> MemoryAttributes { attributes.subtracting(cleared).union(set) }
    }

    /// Puts `attributes` on every page of the range, beside those that it has.
    ///
    /// - Returns: False where there would be more changes than the capacity; nothing has changed then.
    /// - Complexity: O(log *n* + *r*) expected for *n* changes and *r* runs in the range.
    public mutating func set(_ attributes: MemoryAttributes, on range: PhysicalRange) -> Bool {
        apply(Change(cleared: [], set: attributes), to: range)
    }

    /// Takes `attributes` away from every page of the range.
    ///
    /// - Returns: False where there would be more changes than the capacity; nothing has changed then.
    /// - Complexity: O(log *n* + *r*) expected for *n* changes and *r* runs in the range.
    public mutating func clear(_ attributes: MemoryAttributes, on range: PhysicalRange) -> Bool {
        apply(Change(cleared: attributes, set: []), to: range)
    }

    mutating func apply(_ change: Change, to range: PhysicalRange) -> Bool {
        let first = FrameNumber(containing: range.start).rawValue
        let end = FrameNumber(containing: range.last).rawValue + 1
        guard count + growth(of: change, from: first, to: end) <= capacity else { return false }

        let before = first == 0 ? [] : attributes(ofPage: first - 1)
        let (lower, rest) = split(root, at: first)
        var (middle, upper) = split(rest, at: end)
        // The part that changes begins with a node at its first page, and what follows it begins with one too.
        if leftmost(of: middle) != first {
            middle = merge(makeNode(page: first, attributes: before), middle)
        }
        let last = rightmost(of: middle)
        if end < PageCount.addressSpace.rawValue, leftmost(of: upper) != end {
            upper = merge(makeNode(page: end, attributes: last), upper)
        }
        var previous = before
        middle = rewrite(middle, change, &previous)
        // The run behind the range is joined to it where they have become equal.
        if leftmost(of: upper) == end {
            let (boundary, behind) = split(upper, at: end + 1)
            if nodes[Int(boundary)].attributes == previous {
                discard(boundary)
                upper = behind
            } else {
                upper = merge(boundary, behind)
            }
        }
        root = merge(merge(lower, middle), upper)
        return true
    }

    /// By how many changes there will be more (or fewer) after `change`.
    private func growth(of change: Change, from first: UInt64, to end: UInt64) -> Int {
        var previous = first == 0 ? [] : attributes(ofPage: first - 1)
        // A run that only begins before the range is no change at `first`.
        var state = Census(previous: previous, before: 0, after: 0, current: previous)
        let startsAtFirst = attributes(ofPage: first) != previous
        if startsAtFirst {
            state.before += 1
        }
        state.current = attributes(ofPage: first)
        previous = change.applied(to: state.current)
        if previous != state.previous { state.after += 1 }
        state.previous = previous
        take(root, change, above: first, to: end, &state)
        if end < PageCount.addressSpace.rawValue {
            let behind = attributes(ofPage: end)
            if behind != state.current { state.before += 1 }
            if behind != state.previous { state.after += 1 }
        }
        return state.after - state.before
    }

    /// Counts the changes of a part of the address space, as they are and as they will be.
    private struct Census {
        var previous: MemoryAttributes
        var before: Int
        var after: Int
        var current: MemoryAttributes
    }

    /// Counts the nodes with pages above `first` and below `end`, in order.
    private func take(_ index: Index, _ change: Change, above first: UInt64, to end: UInt64, _ state: inout Census) {
        guard index != Self.none else { return }
        let node = nodes[Int(index)]
        if node.page > first { take(node.left, change, above: first, to: end, &state) }
        if node.page > first, node.page < end {
            state.before += 1
            state.current = node.attributes
            let changed = change.applied(to: node.attributes)
            if changed != state.previous { state.after += 1 }
            state.previous = changed
        }
        if node.page < end { take(node.right, change, above: first, to: end, &state) }
    }

    /// Changes the attributes of every node of a tree, in order, and takes out those that have become equal to the one before.
    private mutating func rewrite(_ index: Index, _ change: Change, _ previous: inout MemoryAttributes) -> Index {
        guard index != Self.none else { return Self.none }
        let left = rewrite(nodes[Int(index)].left, change, &previous)
        let attributes = change.applied(to: nodes[Int(index)].attributes)
        let isSuperfluous = attributes == previous
        previous = attributes
        let right = rewrite(nodes[Int(index)].right, change, &previous)
        if isSuperfluous {
            discard(index)
            return merge(left, right)
        }
        nodes[Int(index)].attributes = attributes
        nodes[Int(index)].left = left
        nodes[Int(index)].right = right
        return index
    }

    private func leftmost(of tree: Index) -> UInt64? {
        guard tree != Self.none else { return nil }
        var index = tree
        while nodes[Int(index)].left != Self.none { index = nodes[Int(index)].left }
        return nodes[Int(index)].page
    }

    private func rightmost(of tree: Index) -> MemoryAttributes {
        var index = tree
        while nodes[Int(index)].right != Self.none { index = nodes[Int(index)].right }
        return nodes[Int(index)].attributes
    }

    /// The tree's nodes below `page`, and those from it on.
    private mutating func split(_ tree: Index, at page: UInt64) -> (Index, Index) {
        guard tree != Self.none else { return (Self.none, Self.none) }
        if nodes[Int(tree)].page < page {
            let (lower, upper) = split(nodes[Int(tree)].right, at: page)
            nodes[Int(tree)].right = lower
            return (tree, upper)
        }
        let (lower, upper) = split(nodes[Int(tree)].left, at: page)
        nodes[Int(tree)].left = upper
        return (lower, tree)
    }

    /// One tree of two, of which the second lies above the first.
    private mutating func merge(_ lower: Index, _ upper: Index) -> Index {
        guard lower != Self.none else { return upper }
        guard upper != Self.none else { return lower }
        if nodes[Int(lower)].priority > nodes[Int(upper)].priority {
            nodes[Int(lower)].right = merge(nodes[Int(lower)].right, upper)
            return lower
        }
        nodes[Int(upper)].left = merge(lower, nodes[Int(upper)].left)
        return upper
    }
}
