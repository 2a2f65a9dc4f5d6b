/// How nodes lie in memory.
extension RunTree {
    // A node with the index n has the words from n * nodeWords on, so that going down takes one page of memory a level: first the
    // starts of its slots, side by side for the search; then by slot a value and an end, which whoever finds a slot reads next; then
    // the gaps. In a leaf a slot is a run; above, its value is a child, and the rest tells what lies below that one.
    //
    // The slot behind the last one is never used, so that its start ends every search; its other two words are the node's own.

    /// How many runs or children a node holds at most.
    static var capacity: Int { 31 }

    /// The words of a node.
    static var nodeWords: Int { 4 * slots }

    /// The start of a slot that is not used: behind all addresses, so that a search need not know how many slots are.
    static var noStart: UInt64 { .max }

    private static var slots: Int { capacity + 1 }
    private static var gaps: Int { 3 * slots }

    /// Where a node's own words are: its count, level and parent; its successor and predecessor among the leaves.
    static var headers: Int { slots + 2 * capacity }
    static var links: Int { slots + 2 * capacity + 1 }

    // MARK: Slots

    func start(_ node: Int, _ slot: Int) -> UInt64 { words[node * Self.nodeWords + slot] }
    func value(_ node: Int, _ slot: Int) -> Value { Value(word: words[node * Self.nodeWords + Self.slots + 2 * slot]) }
    func child(_ node: Int, _ slot: Int) -> Int { Int(words[node * Self.nodeWords + Self.slots + 2 * slot]) }
    func end(_ node: Int, _ slot: Int) -> UInt64 { words[node * Self.nodeWords + Self.slots + 2 * slot + 1] }

    /// The largest gap between two runs below a child; 0 in leaves.
    func gap(_ node: Int, _ slot: Int) -> UInt64 { words[node * Self.nodeWords + Self.gaps + slot] }

    func setStart(_ start: UInt64, _ node: Int, _ slot: Int) { words[node * Self.nodeWords + slot] = start }
    func setValue(_ value: Value, _ node: Int, _ slot: Int) { words[node * Self.nodeWords + Self.slots + 2 * slot] = value.word }
    func setChild(_ child: Int, _ node: Int, _ slot: Int) { words[node * Self.nodeWords + Self.slots + 2 * slot] = UInt64(child) }
    func setEnd(_ end: UInt64, _ node: Int, _ slot: Int) { words[node * Self.nodeWords + Self.slots + 2 * slot + 1] = end }
    func setGap(_ gap: UInt64, _ node: Int, _ slot: Int) { words[node * Self.nodeWords + Self.gaps + slot] = gap }

    /// Writes a run down in a slot of a leaf.
    func write(_ start: UInt64, _ end: UInt64, _ value: Value, _ leaf: Int, _ slot: Int) {
        setStart(start, leaf, slot)
        setValue(value, leaf, slot)
        setEnd(end, leaf, slot)
    }

    /// Copies slots to where others are, of the same node or another one of the same level.
    func copySlots(_ count: Int, from node: Int, _ slot: Int, to target: Int, _ place: Int) {
        let (from, to) = (node * Self.nodeWords, target * Self.nodeWords)
        words.move(from: from + slot, count: count, to: to + place)
        words.move(from: from + Self.slots + 2 * slot, count: 2 * count, to: to + Self.slots + 2 * place)
        if level(node) > 0 { words.move(from: from + Self.gaps + slot, count: count, to: to + Self.gaps + place) }
    }

    /// Marks slots as not used.
    func clearStarts(_ node: Int, _ slots: Range<Int>) {
        for slot in slots { setStart(Self.noStart, node, slot) }
    }

    /// Makes a node what an unused one is: no slots, and no gaps.
    func clear(_ node: Int) {
        clearStarts(node, 0..<Self.slots)
        for slot in 0..<Self.slots { setGap(0, node, slot) }
    }

    /// The last slot of a node that starts at or below `address`, or -1.
    func floorSlot(_ address: UInt64, in node: Int) -> Int {
        // Counts, in two steps without a branch: which eight, a line of the cache, then which of them. No read waits for another
        // one of its step, and no processor has to guess an order of keys that it cannot know.
        let base = node * Self.nodeWords
        let key = min(address, Self.noStart - 1)
        var slot = 0
        for eight in 1..<Self.slots / 8 { slot += words[base + 8 * eight] <= key ? 8 : 0 }
        let line = base + slot
        for one in 0..<8 { slot += words[line + one] <= key ? 1 : 0 }
        return slot - 1
    }
}
