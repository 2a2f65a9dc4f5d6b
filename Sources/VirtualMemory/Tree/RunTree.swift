/// Disjoint runs of addresses in their order, each with a value: a B+ tree in flat arrays, linked by index.
///
/// Every node knows the first and the last address below it and the largest gap between two runs, so that the first and the last
/// gap of a size are found without looking at the others. A gap counts from the first multiple of the granularity in it, because
/// nothing is placed elsewhere. Ends are exclusive; the tree never holds the last byte of the 64-bit address space.
struct RunTree<Value: Equatable & BitwiseCopyable>: ~Copyable {
    /// A place in the tree; good until the next change of its runs.
    struct Cursor: Equatable {
        let node: Int
        let slot: Int
    }

    /// How many runs or children a node holds at most.
    static var capacity: Int { 32 }

    static var none: UInt32 { .max }

    // One array for each property of a slot, so that a search reads neighbouring keys and nothing else. A node with the index
    // n has the slots from n * capacity on. In a leaf a slot is a run; above, it is a child with what lies below it.

    var starts: [UInt64] = []
    var ends: [UInt64] = []

    /// The largest gap between two runs below a child; 0 in leaves.
    var gaps: [UInt64] = []

    /// The child; the value's place in leaves has no use for it.
    var children: [UInt32] = []
    var values: [Value] = []

    // By node.

    var counts: [UInt8] = []
    var levels: [UInt8] = []
    var parents: [UInt32] = []

    /// The neighbours of a leaf; for an unused node `successors` chains to the next unused one.
    var successors: [UInt32] = []
    var predecessors: [UInt32] = []

    var unused = RunTree.none
    var root: Int
    private(set) var firstLeaf: Int
    private(set) var lastLeaf: Int

    /// How many runs there are.
    var count = 0

    let filler: Value
    let granularity: UInt64

    /// - Parameters:
    ///   - filler: any value; it stands where there is no run.
    ///   - granularity: a power of two to whose multiples gaps are measured.
    init(filler: Value, granularity: UInt64 = 1) {
        precondition(granularity.nonzeroBitCount == 1, "a power of two")
        self.filler = filler
        self.granularity = granularity
        root = 0
        firstLeaf = 0
        lastLeaf = 0
        _ = makeNode(level: 0)
    }

    // MARK: Reading

    func start(_ cursor: Cursor) -> UInt64 { starts[cursor.node * Self.capacity + cursor.slot] }
    func end(_ cursor: Cursor) -> UInt64 { ends[cursor.node * Self.capacity + cursor.slot] }
    func value(_ cursor: Cursor) -> Value { values[cursor.node * Self.capacity + cursor.slot] }

    /// The first run, or nil where there is none.
    var first: Cursor? { count == 0 ? nil : Cursor(node: firstLeaf, slot: 0) }

    /// The last run, or nil where there is none.
    var last: Cursor? { count == 0 ? nil : Cursor(node: lastLeaf, slot: Int(counts[lastLeaf]) - 1) }

    func next(_ cursor: Cursor) -> Cursor? {
        if cursor.slot + 1 < Int(counts[cursor.node]) { return Cursor(node: cursor.node, slot: cursor.slot + 1) }
        let successor = successors[cursor.node]
        return successor == Self.none ? nil : Cursor(node: Int(successor), slot: 0)
    }

    func previous(_ cursor: Cursor) -> Cursor? {
        if cursor.slot > 0 { return Cursor(node: cursor.node, slot: cursor.slot - 1) }
        let predecessor = predecessors[cursor.node]
        guard predecessor != Self.none else { return nil }
        return Cursor(node: Int(predecessor), slot: Int(counts[Int(predecessor)]) - 1)
    }

    /// The last run that starts at or below `address`.
    ///
    /// - Complexity: O(log *n*).
    func floor(_ address: UInt64) -> Cursor? {
        guard count > 0 else { return nil }
        var node = root
        while true {
            let slot = floorSlot(address, in: node)
            guard slot >= 0 else { return nil }
            guard levels[node] > 0 else { return Cursor(node: node, slot: slot) }
            node = Int(children[node * Self.capacity + slot])
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
        // Halves without a branch on the keys, whose order no processor can guess.
        var remaining = Int(counts[node])
        guard remaining > 0 else { return -1 }
        var place = node * Self.capacity
        while remaining > 1 {
            let half = remaining >> 1
            place += starts[place + half] <= address ? half : 0
            remaining -= half
        }
        return place - node * Self.capacity - (starts[place] <= address ? 0 : 1)
    }

    // MARK: Nodes

    mutating func makeNode(level: UInt8) -> Int {
        if unused != Self.none {
            let node = Int(unused)
            unused = successors[node]
            counts[node] = 0
            levels[node] = level
            parents[node] = Self.none
            successors[node] = Self.none
            predecessors[node] = Self.none
            return node
        }
        let node = counts.count
        precondition(node < Int(Self.none), "fewer than 2^32 nodes")
        starts.append(contentsOf: repeatElement(0, count: Self.capacity))
        ends.append(contentsOf: repeatElement(0, count: Self.capacity))
        gaps.append(contentsOf: repeatElement(0, count: Self.capacity))
        children.append(contentsOf: repeatElement(Self.none, count: Self.capacity))
        values.append(contentsOf: repeatElement(filler, count: Self.capacity))
        counts.append(0)
        levels.append(level)
        parents.append(Self.none)
        successors.append(Self.none)
        predecessors.append(Self.none)
        return node
    }

    private mutating func discard(_ node: Int) {
        successors[node] = unused
        unused = UInt32(node)
    }

    /// The slot of a node in its parent.
    private func slotInParent(_ node: Int, _ parent: Int) -> Int {
        let base = parent * Self.capacity
        for slot in 0..<Int(counts[parent]) where children[base + slot] == UInt32(node) { return slot }
        preconditionFailure("a parent knows its children")
    }

    /// The gap from `end` to `start` as far as something can be placed in it.
    func usableGap(_ end: UInt64, _ start: UInt64) -> UInt64 {
        // A run never ends within a granule of 2^64: the address spaces that it describes end far below.
        let aligned = (end &+ (granularity - 1)) & ~(granularity - 1)
        return aligned < start ? start - aligned : 0
    }

    func largestGap(in node: Int) -> UInt64 {
        let base = node * Self.capacity
        let count = Int(counts[node])
        guard count > 0 else { return 0 }
        var largest = gaps[base]
        for slot in 1..<max(count, 1) {
            largest = max(largest, gaps[base + slot], usableGap(ends[base + slot - 1], starts[base + slot]))
        }
        return largest
    }

    /// Carries what changed in a node up to the root, as far as it matters there.
    mutating func refresh(from changed: Int) {
        var node = changed
        while parents[node] != Self.none {
            let parent = Int(parents[node])
            let slot = parent * Self.capacity + slotInParent(node, parent)
            let base = node * Self.capacity
            let (start, end, gap) = (starts[base], ends[base + Int(counts[node]) - 1], largestGap(in: node))
            if starts[slot] == start && ends[slot] == end && gaps[slot] == gap { return }
            starts[slot] = start
            ends[slot] = end
            gaps[slot] = gap
            node = parent
        }
    }

    // MARK: Changing runs in place

    /// Moves the ends of a run; it must not meet its neighbours.
    mutating func resize(_ cursor: Cursor, start: UInt64, end: UInt64) {
        let index = cursor.node * Self.capacity + cursor.slot
        starts[index] = start
        ends[index] = end
        refresh(from: cursor.node)
    }

    mutating func setValue(_ value: Value, at cursor: Cursor) {
        values[cursor.node * Self.capacity + cursor.slot] = value
    }

    // MARK: Adding

    /// Adds a run where there is none.
    ///
    /// - Complexity: O(log *n*).
    mutating func insert(start: UInt64, end: UInt64, value: Value) {
        precondition(start < end, "a run has addresses")
        var node = root
        while levels[node] > 0 {
            node = Int(children[node * Self.capacity + max(floorSlot(start, in: node), 0)])
        }
        let slot = floorSlot(start, in: node) + 1
        let (target, place) = makeRoom(in: node, at: slot)
        let index = target * Self.capacity + place
        starts[index] = start
        ends[index] = end
        gaps[index] = 0
        values[index] = value
        count += 1
        refresh(from: target)
    }

    /// Opens a slot in a node, which is split where it is full.
    ///
    /// - Returns: the node and the slot that the new entry has; they are to be filled before anything else is done.
    private mutating func makeRoom(in node: Int, at slot: Int) -> (node: Int, slot: Int) {
        guard Int(counts[node]) == Self.capacity else {
            shift(node, from: slot, by: 1)
            counts[node] += 1
            return (node, slot)
        }
        // In order, up or down, is how address spaces fill: then the full node stays full.
        let keep = slot == Self.capacity ? Self.capacity : slot == 0 ? 0 : Self.capacity / 2
        let right = makeNode(level: levels[node])
        move(from: node, keep..<Self.capacity, to: right)
        counts[right] = UInt8(Self.capacity - keep)
        counts[node] = UInt8(keep)
        if levels[node] == 0 {
            let successor = successors[node]
            successors[right] = successor
            predecessors[right] = UInt32(node)
            successors[node] = UInt32(right)
            if successor == Self.none { lastLeaf = right } else { predecessors[Int(successor)] = UInt32(right) }
        }
        let goesLeft = keep == 0 || (slot <= keep && keep < Self.capacity)
        let (target, place) = goesLeft ? (node, slot) : (right, slot - keep)
        shift(target, from: place, by: 1)
        counts[target] += 1
        attach(right, after: node)
        return (target, place)
    }

    /// Makes `right` the sibling after `node`. One of the two may have a slot that is not filled yet; a refresh follows.
    private mutating func attach(_ right: Int, after node: Int) {
        if parents[node] == Self.none {
            let top = makeNode(level: levels[node] + 1)
            children[top * Self.capacity] = UInt32(node)
            counts[top] = 1
            summarize(node, at: top * Self.capacity)
            parents[node] = UInt32(top)
            root = top
        }
        let parent = Int(parents[node])
        let slot = slotInParent(node, parent)
        summarize(node, at: parent * Self.capacity + slot)
        let (target, place) = makeRoom(in: parent, at: slot + 1)
        children[target * Self.capacity + place] = UInt32(right)
        parents[right] = UInt32(target)
        summarize(right, at: target * Self.capacity + place)
        refresh(from: target)
        if parents[node] != parents[right] { refresh(from: Int(parents[node])) }
    }

    private mutating func summarize(_ node: Int, at index: Int) {
        let base = node * Self.capacity
        starts[index] = starts[base]
        ends[index] = ends[base + max(Int(counts[node]) - 1, 0)]
        gaps[index] = largestGap(in: node)
    }

    /// Moves the entries of a node from a slot on up by one (or down, onto the slot before).
    private mutating func shift(_ node: Int, from slot: Int, by distance: Int) {
        let base = node * Self.capacity
        let count = Int(counts[node])
        guard slot < count else { return }
        let isLeaf = levels[node] == 0
        func step(_ index: Int, _ tree: inout RunTree) {
            let target = index + distance
            tree.starts[target] = tree.starts[index]
            tree.ends[target] = tree.ends[index]
            if isLeaf {
                tree.values[target] = tree.values[index]
            } else {
                tree.gaps[target] = tree.gaps[index]
                tree.children[target] = tree.children[index]
            }
        }
        if distance > 0 {
            for index in stride(from: base + count - 1, through: base + slot, by: -1) { step(index, &self) }
        } else {
            for index in base + slot..<base + count { step(index, &self) }
        }
    }

    /// Copies entries of one node behind those of another, which its count does not include yet.
    private mutating func move(from source: Int, _ slots: Range<Int>, to target: Int) {
        var index = target * Self.capacity + Int(counts[target])
        let isLeaf = levels[source] == 0
        for slot in slots {
            let from = source * Self.capacity + slot
            starts[index] = starts[from]
            ends[index] = ends[from]
            gaps[index] = gaps[from]
            if isLeaf {
                values[index] = values[from]
            } else {
                children[index] = children[from]
                parents[Int(children[from])] = UInt32(target)
            }
            index += 1
        }
    }

    // MARK: Removing

    /// Takes a run out.
    ///
    /// - Returns: the run after it.
    /// - Complexity: O(log *n*).
    @discardableResult
    mutating func remove(_ cursor: Cursor) -> Cursor? {
        let (node, slot) = (cursor.node, cursor.slot)
        shift(node, from: slot + 1, by: -1)
        counts[node] -= 1
        count -= 1
        let left = Int(counts[node])
        guard left > 0 || parents[node] == Self.none else {
            let successor = successors[node]
            removeEmpty(node)
            return successor == Self.none ? nil : Cursor(node: Int(successor), slot: 0)
        }
        guard left > 0 else { return nil }
        refresh(from: node)
        var here = Cursor(node: node, slot: slot)
        if left < Self.capacity / 4 { here = merge(node, keeping: here) }
        guard here.slot == Int(counts[here.node]) else { return here }
        let successor = successors[here.node]
        return successor == Self.none ? nil : Cursor(node: Int(successor), slot: 0)
    }

    private mutating func removeEmpty(_ node: Int) {
        if levels[node] == 0 {
            let (before, after) = (predecessors[node], successors[node])
            if before == Self.none { firstLeaf = Int(after) } else { successors[Int(before)] = after }
            if after == Self.none { lastLeaf = Int(before) } else { predecessors[Int(after)] = before }
        }
        let parent = Int(parents[node])
        let slot = slotInParent(node, parent)
        shift(parent, from: slot + 1, by: -1)
        counts[parent] -= 1
        discard(node)
        if counts[parent] == 0 {
            // A node that becomes empty has a sibling somewhere, since the last leaf of a tree is its root and stays.
            removeEmpty(parent)
            return
        }
        refresh(from: parent)
        if Int(counts[parent]) < Self.capacity / 4 { mergeInner(parent) }
        lowerRoot()
    }

    private mutating func lowerRoot() {
        while levels[root] > 0 && counts[root] == 1 {
            let child = Int(children[root * Self.capacity])
            parents[child] = Self.none
            discard(root)
            root = child
        }
    }

    /// Joins a sparse leaf with a neighbour under the same parent, where both fit one with room to spare.
    private mutating func merge(_ node: Int, keeping cursor: Cursor) -> Cursor {
        guard let (left, right) = partners(of: node) else { return cursor }
        let moved = Int(counts[left])
        join(left, right)
        return node == right ? Cursor(node: left, slot: moved + cursor.slot) : cursor
    }

    private mutating func mergeInner(_ node: Int) {
        guard let (left, right) = partners(of: node) else { return }
        join(left, right)
    }

    private func partners(of node: Int) -> (Int, Int)? {
        guard parents[node] != Self.none else { return nil }
        let parent = Int(parents[node])
        let slot = slotInParent(node, parent)
        let base = parent * Self.capacity
        let most = Self.capacity * 3 / 4
        if slot > 0 {
            let left = Int(children[base + slot - 1])
            if Int(counts[left]) + Int(counts[node]) <= most { return (left, node) }
        }
        if slot + 1 < Int(counts[parent]) {
            let right = Int(children[base + slot + 1])
            if Int(counts[node]) + Int(counts[right]) <= most { return (node, right) }
        }
        return nil
    }

    private mutating func join(_ left: Int, _ right: Int) {
        move(from: right, 0..<Int(counts[right]), to: left)
        counts[left] += counts[right]
        counts[right] = 0
        removeEmpty(right)
        refresh(from: left)
    }

    /// Takes all runs out and keeps the room.
    mutating func removeAll() {
        self = RunTree(filler: filler, granularity: granularity)
    }
}
