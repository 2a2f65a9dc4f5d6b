/// The free stretches of a pool by address, in a balanced tree in which every node knows the largest stretch below it.
///
/// So a stretch that is large enough is found without a look at those that are not. Heights of siblings differ by one at most
/// (Adelson-Velsky and Landis, 1962). Nodes lie in one array and name each other by index; node 0 stands for none.
struct HoleTree: Sendable {
    struct Node: Sendable {
        var start: UInt64
        var last: UInt64

        /// The largest capacity in the tree of which this is the root.
        var most: UInt64
        var parent: Int32 = 0
        var left: Int32 = 0
        var right: Int32 = 0
        var height: Int32 = 1
    }

    private(set) var nodes: [Node]
    private(set) var root: Int32 = 0

    /// The first node that is not in use; its `parent` names the next one.
    private var unused: Int32 = 0

    /// The number of free stretches.
    private(set) var count = 0

    /// What every start is a multiple of; a power of two.
    let alignment: UInt64

    init(alignment: UInt64) {
        self.alignment = alignment
        nodes = [Node(start: 0, last: 0, most: 0, height: 0)]
    }
}

extension HoleTree {
    /// The bytes from the first aligned address of a stretch to its end; one less than there are for all of 2^64.
    @inline(__always)
    private func capacity(_ start: UInt64, _ last: UInt64) -> UInt64 {
        let (sum, overflow) = start.addingReportingOverflow(alignment - 1)
        let first = sum & ~(alignment - 1)
        guard !overflow, first <= last else { return 0 }
        return (last - first).addingReportingOverflow(1).overflow ? .max : last - first + 1
    }

    /// Brings a node up to date with its children; gives whether anything changed that its parent has to know.
    @inline(__always)
    private mutating func update(_ index: Int32) -> Bool {
        let node = nodes[Int(index)]
        let (left, right) = (nodes[Int(node.left)], nodes[Int(node.right)])
        let most = max(capacity(node.start, node.last), max(left.most, right.most))
        let height = max(left.height, right.height) + 1
        guard most != node.most || height != node.height else { return false }
        nodes[Int(index)].most = most
        nodes[Int(index)].height = height
        return true
    }

    /// Goes up from a node whose stretch or whose children changed, as far as the change reaches.
    private mutating func repair(from index: Int32) {
        var index = index
        while index != 0 {
            let node = nodes[Int(index)]
            let balance = nodes[Int(node.left)].height - nodes[Int(node.right)].height
            if balance > 1 || balance < -1 {
                rebalance(index, balance)
            } else if !update(index) {
                return
            }
            index = node.parent
        }
    }

    private mutating func rebalance(_ index: Int32, _ balance: Int32) {
        if balance > 1 {
            let child = nodes[Int(index)].left
            let node = nodes[Int(child)]
            if nodes[Int(node.left)].height < nodes[Int(node.right)].height { rotate(child, toLeft: true) }
            rotate(index, toLeft: false)
        } else {
            let child = nodes[Int(index)].right
            let node = nodes[Int(child)]
            if nodes[Int(node.right)].height < nodes[Int(node.left)].height { rotate(child, toLeft: false) }
            rotate(index, toLeft: true)
        }
    }

    /// Puts a node's right (left) child in its place and the node below it.
    private mutating func rotate(_ index: Int32, toLeft: Bool) {
        let child = toLeft ? nodes[Int(index)].right : nodes[Int(index)].left
        let middle = toLeft ? nodes[Int(child)].left : nodes[Int(child)].right
        replace(index, by: child)
        nodes[Int(index)].parent = child
        if toLeft {
            nodes[Int(index)].right = middle
            nodes[Int(child)].left = index
        } else {
            nodes[Int(index)].left = middle
            nodes[Int(child)].right = index
        }
        if middle != 0 { nodes[Int(middle)].parent = index }
        _ = update(index)
        _ = update(child)
    }

    /// Hangs `child`, which may be none, where `index` hangs.
    private mutating func replace(_ index: Int32, by child: Int32) {
        let parent = nodes[Int(index)].parent
        if child != 0 { nodes[Int(child)].parent = parent }
        if parent == 0 {
            root = child
        } else if nodes[Int(parent)].left == index {
            nodes[Int(parent)].left = child
        } else {
            nodes[Int(parent)].right = child
        }
    }
}

extension HoleTree {
    /// The lowest start of `size` bytes, a multiple of `alignment`, that end at `highest` or below; with its node.
    ///
    /// - Complexity: O(log *n*) where the stretches that are large enough are aligned well enough too; each that is not costs a step.
    func firstFit(_ size: UInt64, alignment: UInt64, highest: UInt64 = .max) -> (node: Int32, start: UInt64)? {
        var index = root
        guard nodes[Int(index)].most >= size else { return nil }
        while true {
            // Down to the lowest node that has a large enough stretch on its left or is one.
            let node = nodes[Int(index)]
            if nodes[Int(node.left)].most >= size {
                index = node.left
                continue
            }
            // The node itself, its right side, and then upwards.
            while true {
                let node = nodes[Int(index)]
                guard node.start <= highest else { return nil }
                if let start = place(node, size, alignment: alignment, highest: highest) { return (index, start) }
                if nodes[Int(node.right)].most >= size {
                    index = node.right
                    break
                }
                guard let next = parent(of: index, comingFromLeft: true) else { return nil }
                index = next
            }
        }
    }

    /// The highest start of `size` bytes, a multiple of `alignment`, that end at `highest` or below; with its node.
    ///
    /// - Complexity: As `firstFit`.
    func lastFit(_ size: UInt64, alignment: UInt64, highest: UInt64 = .max) -> (node: Int32, start: UInt64)? {
        var index = root
        guard nodes[Int(index)].most >= size else { return nil }
        while true {
            let node = nodes[Int(index)]
            if node.start <= highest, nodes[Int(node.right)].most >= size {
                index = node.right
                continue
            }
            while true {
                let node = nodes[Int(index)]
                let last = min(node.last, highest)
                if last >= node.start, last - node.start >= size - 1 {
                    let start = (last - (size - 1)) & ~(alignment - 1)
                    if start >= node.start { return (index, start) }
                }
                if nodes[Int(node.left)].most >= size {
                    index = node.left
                    break
                }
                guard let next = parent(of: index, comingFromLeft: false) else { return nil }
                index = next
            }
        }
    }

    /// The nearest ancestor on whose left (right) side the node lies.
    private func parent(of index: Int32, comingFromLeft: Bool) -> Int32? {
        var index = index
        while true {
            let parent = nodes[Int(index)].parent
            guard parent != 0 else { return nil }
            if (comingFromLeft ? nodes[Int(parent)].left : nodes[Int(parent)].right) == index { return parent }
            index = parent
        }
    }

    private func place(_ node: Node, _ size: UInt64, alignment: UInt64, highest: UInt64) -> UInt64? {
        let (sum, overflow) = node.start.addingReportingOverflow(alignment - 1)
        let start = sum & ~(alignment - 1)
        let last = min(node.last, highest)
        guard !overflow, start <= last, last - start >= size - 1 else { return nil }
        return start
    }

    /// The node whose stretch holds `address`.
    func node(containing address: UInt64) -> Int32? {
        var index = root
        while index != 0 {
            let node = nodes[Int(index)]
            if address < node.start {
                index = node.left
            } else if address > node.last {
                index = node.right
            } else {
                return index
            }
        }
        return nil
    }
}

extension HoleTree {
    /// Takes the bytes from `start` to `last`, which lie in the node's stretch, out of it.
    mutating func carve(_ index: Int32, from start: UInt64, to last: UInt64) {
        let node = nodes[Int(index)]
        switch (node.start == start, node.last == last) {
        case (true, true): remove(index)
        case (true, false):
            nodes[Int(index)].start = last + 1
            repair(from: index)
        case (false, true):
            nodes[Int(index)].last = start - 1
            repair(from: index)
        case (false, false):
            nodes[Int(index)].last = start - 1
            repair(from: index)
            add(last + 1, node.last)
        }
    }

    /// Gives back a stretch of which no byte is free, joined with its neighbours.
    mutating func add(_ start: UInt64, _ last: UInt64) {
        var (below, above, place) = (Int32(0), Int32(0), root)
        var parent: Int32 = 0
        while place != 0 {
            parent = place
            if start < nodes[Int(place)].start {
                above = place
                place = nodes[Int(place)].left
            } else {
                below = place
                place = nodes[Int(place)].right
            }
        }
        let joinsBelow = below != 0 && start > 0 && nodes[Int(below)].last == start - 1
        let joinsAbove = above != 0 && last < .max && nodes[Int(above)].start == last + 1
        switch (joinsBelow, joinsAbove) {
        case (true, true):
            nodes[Int(below)].last = nodes[Int(above)].last
            repair(from: below)
            remove(above)
        case (true, false):
            nodes[Int(below)].last = last
            repair(from: below)
        case (false, true):
            nodes[Int(above)].start = start
            repair(from: above)
        case (false, false):
            insert(start, last, below: parent)
        }
    }

    private mutating func insert(_ start: UInt64, _ last: UInt64, below parent: Int32) {
        var node = Node(start: start, last: last, most: capacity(start, last))
        node.parent = parent
        let index: Int32
        if unused != 0 {
            index = unused
            unused = nodes[Int(index)].parent
            nodes[Int(index)] = node
        } else {
            index = Int32(nodes.count)
            nodes.append(node)
        }
        count += 1
        if parent == 0 {
            root = index
        } else if start < nodes[Int(parent)].start {
            nodes[Int(parent)].left = index
        } else {
            nodes[Int(parent)].right = index
        }
        repair(from: parent)
    }

    private mutating func remove(_ index: Int32) {
        let node = nodes[Int(index)]
        guard node.left != 0, node.right != 0 else {
            replace(index, by: node.left != 0 ? node.left : node.right)
            nodes[Int(index)].parent = unused
            unused = index
            count -= 1
            return repair(from: node.parent)
        }
        // The stretch above takes the node's place, and its own node goes: that has no left side.
        var next = node.right
        while nodes[Int(next)].left != 0 { next = nodes[Int(next)].left }
        nodes[Int(index)].start = nodes[Int(next)].start
        nodes[Int(index)].last = nodes[Int(next)].last
        remove(next)
        repair(from: index)
    }

    /// Calls `body` with each stretch from the lowest up.
    func forEach(_ body: (_ start: UInt64, _ last: UInt64) -> Void) {
        var index = root
        guard index != 0 else { return }
        while nodes[Int(index)].left != 0 { index = nodes[Int(index)].left }
        while true {
            body(nodes[Int(index)].start, nodes[Int(index)].last)
            if nodes[Int(index)].right != 0 {
                index = nodes[Int(index)].right
                while nodes[Int(index)].left != 0 { index = nodes[Int(index)].left }
            } else {
                guard let next = parent(of: index, comingFromLeft: true) else { return }
                index = next
            }
        }
    }

    /// Whether the tree is balanced, in order, and every node knows what is below it; for tests.
    func isSound() -> Bool {
        var (isSound, previous, number) = (true, UInt64?.none, 0)
        for index in nodes.indices.dropFirst() where isUsed(Int32(index)) {
            let node = nodes[index]
            let (left, right) = (nodes[Int(node.left)], nodes[Int(node.right)])
            if abs(left.height - right.height) > 1 || node.height != max(left.height, right.height) + 1 { isSound = false }
            if node.most != max(capacity(node.start, node.last), max(left.most, right.most)) { isSound = false }
            if node.left != 0, left.parent != Int32(index) { isSound = false }
            if node.right != 0, right.parent != Int32(index) { isSound = false }
        }
        forEach { start, last in
            // Neighbours that touch would have been joined.
            if start > last || previous.map({ $0 >= start || $0 + 1 == start }) ?? false { isSound = false }
            previous = last
            number += 1
        }
        return isSound && number == count
    }

    private func isUsed(_ index: Int32) -> Bool {
        var free = unused
        while free != 0 {
            if free == index { return false }
            free = nodes[Int(free)].parent
        }
        return true
    }
}
