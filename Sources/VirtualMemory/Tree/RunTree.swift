/// Disjoint runs of addresses in their order, each with a value: a B+ tree in flat arrays, linked by index.
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

    /// How many runs or children a node holds at most.
    static var capacity: Int { 32 }

    static var none: UInt32 { .max }

    // A node with the index n has the words from n * nodeWords on, so that going down takes one page of memory a level. Four words
    // are a slot's: its start and its value, which a search finds side by side, and further on its end and its gap. In a leaf a slot is a run; above, it is a child with what lies below it.

    /// The words of a node.
    static var nodeWords: Int { 4 * capacity }

    /// From the start of a slot to the run's value, or the child's node.
    static var values: Int { 1 }

    /// From the start of a slot to its end.
    static var ends: Int { 2 * capacity }

    /// From the start of a slot to the largest gap between two runs below a child; 0 in leaves.
    static var gaps: Int { 2 * capacity + 1 }

    /// The start of a slot that is not used: behind all addresses, so that a search need not know how many slots are.
    static var noStart: UInt64 { .max }

    var words: [UInt64] = []

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
        for four in 1..<Self.capacity / 4 { slot += words[base + 8 * four] <= key ? 4 : 0 }
        let line = base + 2 * slot
        for one in 0..<4 { slot += words[line + 2 * one] <= key ? 1 : 0 }
        return slot - 1
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
            clearStarts(node, from: 0)
            return node
        }
        let node = counts.count
        precondition(node < Int(Self.none), "fewer than 2^32 nodes")
        words.append(contentsOf: repeatElement(0, count: Self.nodeWords))
        clearStarts(node, from: 0)
        counts.append(0)
        levels.append(level)
        parents.append(Self.none)
        successors.append(Self.none)
        predecessors.append(Self.none)
        return node
    }

    /// Marks the slots from one on as not used.
    private mutating func clearStarts(_ node: Int, from slot: Int) {
        for index in slot..<Self.capacity { words[node * Self.nodeWords + 2 * index] = Self.noStart }
    }

    private mutating func discard(_ node: Int) {
        successors[node] = unused
        unused = UInt32(node)
    }

    /// The slot of a node in its parent.
    private func slotInParent(_ node: Int, _ parent: Int) -> Int {
        let base = parent * Self.nodeWords
        for slot in 0..<Int(counts[parent]) where words[base + 2 * slot + Self.values] == UInt64(node) { return slot }
        preconditionFailure("a parent knows its children")
    }

    /// The gap from `end` to `start` as far as something can be placed in it.
    func usableGap(_ end: UInt64, _ start: UInt64) -> UInt64 {
        // A run never ends within a granule of 2^64: the address spaces that it describes end far below.
        let aligned = (end &+ (granularity - 1)) & ~(granularity - 1)
        return aligned < start ? start - aligned : 0
    }

    func largestGap(in node: Int) -> UInt64 {
        let base = node * Self.nodeWords
        let count = Int(counts[node])
        guard count > 0 else { return 0 }
        var largest = words[base + Self.gaps]
        for slot in 1..<max(count, 1) {
            largest = max(
                largest, words[base + 2 * slot + Self.gaps],
                usableGap(words[base + 2 * (slot - 1) + Self.ends], words[base + 2 * slot]))
        }
        return largest
    }

    /// Carries what changed in a node up to the root, as far as it matters there.
    mutating func refresh(from changed: Int) {
        var node = changed
        while parents[node] != Self.none {
            let parent = Int(parents[node])
            let slot = parent * Self.nodeWords + 2 * slotInParent(node, parent)
            let base = node * Self.nodeWords
            let (start, end, gap) = (words[base], words[base + 2 * Int(counts[node]) - 2 + Self.ends], largestGap(in: node))
            if words[slot] == start && words[slot + Self.ends] == end && words[slot + Self.gaps] == gap { return }
            words[slot] = start
            words[slot + Self.ends] = end
            words[slot + Self.gaps] = gap
            node = parent
        }
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

    // MARK: Adding

    /// Adds a run where there is none.
    ///
    /// - Complexity: O(log *n*).
    mutating func insert(start: UInt64, end: UInt64, value: Value) {
        precondition(start < end, "a run has addresses")
        var node = root
        while levels[node] > 0 {
            node = Int(words[node * Self.nodeWords + 2 * max(floorSlot(start, in: node), 0) + Self.values])
        }
        let slot = floorSlot(start, in: node) + 1
        let (target, place) = makeRoom(in: node, at: slot)
        let index = target * Self.nodeWords + 2 * place
        words[index] = start
        words[index + Self.ends] = end
        words[index + Self.gaps] = 0
        words[index + Self.values] = value.word
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
        clearStarts(node, from: keep)
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
            words[top * Self.nodeWords + Self.values] = UInt64(node)
            counts[top] = 1
            summarize(node, at: top * Self.nodeWords)
            parents[node] = UInt32(top)
            root = top
        }
        let parent = Int(parents[node])
        let slot = slotInParent(node, parent)
        summarize(node, at: parent * Self.nodeWords + 2 * slot)
        let (target, place) = makeRoom(in: parent, at: slot + 1)
        words[target * Self.nodeWords + 2 * place + Self.values] = UInt64(right)
        parents[right] = UInt32(target)
        summarize(right, at: target * Self.nodeWords + 2 * place)
        refresh(from: target)
        if parents[node] != parents[right] { refresh(from: Int(parents[node])) }
    }

    private mutating func summarize(_ node: Int, at index: Int) {
        let base = node * Self.nodeWords
        words[index] = words[base]
        words[index + Self.ends] = words[base + 2 * max(Int(counts[node]) - 1, 0) + Self.ends]
        words[index + Self.gaps] = largestGap(in: node)
    }

    /// Moves the entries of a node from a slot on up by one (or down, onto the slot before).
    private mutating func shift(_ node: Int, from slot: Int, by distance: Int) {
        let base = node * Self.nodeWords
        let count = Int(counts[node])
        guard slot < count else { return }
        for part in stride(from: 0, to: Self.nodeWords, by: Self.ends) {
            let entries = base + part + 2 * slot..<base + part + 2 * count
            if distance > 0 {
                for index in entries.reversed() { words[index + 2] = words[index] }
            } else {
                for index in entries { words[index - 2] = words[index] }
            }
        }
    }

    /// Copies entries of one node behind those of another, which its count does not include yet.
    private mutating func move(from source: Int, _ slots: Range<Int>, to target: Int) {
        var index = target * Self.nodeWords + 2 * Int(counts[target])
        let isLeaf = levels[source] == 0
        for slot in slots {
            let from = source * Self.nodeWords + 2 * slot
            words[index] = words[from]
            words[index + Self.ends] = words[from + Self.ends]
            words[index + Self.gaps] = words[from + Self.gaps]
            words[index + Self.values] = words[from + Self.values]
            if !isLeaf { parents[Int(words[from + Self.values])] = UInt32(target) }
            index += 2
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
        clearStarts(node, from: Int(counts[node]))
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
        clearStarts(parent, from: Int(counts[parent]))
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
            let child = Int(words[root * Self.nodeWords + Self.values])
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
        let base = parent * Self.nodeWords
        let most = Self.capacity * 3 / 4
        if slot > 0 {
            let left = Int(words[base + 2 * (slot - 1) + Self.values])
            if Int(counts[left]) + Int(counts[node]) <= most { return (left, node) }
        }
        if slot + 1 < Int(counts[parent]) {
            let right = Int(words[base + 2 * (slot + 1) + Self.values])
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
        self = RunTree(granularity: granularity)
    }
}
