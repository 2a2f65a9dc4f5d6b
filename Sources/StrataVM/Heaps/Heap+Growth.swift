import VirtualMemory

/// Committing more of a heap, reserving more for it, and giving back what is free.
extension Heap {
    private static let leastCommit: UInt = 0x1_0000
    private static let largestCommit: UInt = 0x40_0000

    /// Sees to it that there is a free block of at least a size; false where there is no memory.
    mutating func grow(_ size: UInt) -> Bool {
        for index in (0..<segmentCount).reversed() where segments[index].exists {
            if extend(index, size) { return true }
        }
        return isGrowable && addSegment(size)
    }

    /// Commits more of a segment, as much as its last block needs to be free and of a size.
    mutating func extend(_ index: Int, _ size: UInt) -> Bool {
        let segment = segments[index]
        let room = segment.reservedEnd - segment.committedEnd
        var missing = size
        if segment.lastSize > 0, segment.lastSize <= segment.committedEnd - segment.first,
            let last = key.read(segment.committedEnd - segment.lastSize), last.state == .free
        {
            missing = size > last.size ? size - last.size : 0
        }
        let least = HeapMemory.pages(max(missing, HeapBlock.minimumSize))
        guard least <= room else { return false }
        let wanted = min(max(least, min(max(Self.leastCommit, HeapMemory.pages(committed / 8)), Self.largestCommit)), room)
        for amount in wanted == least ? [least] : [wanted, least]
        where HeapMemory.allocate(segment.committedEnd, amount, .commit, protection) != nil {
            segments[index].committedEnd += amount
            committed += amount
            join(
                HeapBlock(address: segment.committedEnd, size: amount, previousSize: segment.lastSize, state: .free), in: index)
            return true
        }
        return false
    }

    /// Reserves another segment, of twice the size of the last up to nearly 16 MiB as Windows does it; of heaps that are larger than
    /// a few of those each segment is as large as all others. Smaller where addresses are scarce.
    private mutating func addSegment(_ size: UInt) -> Bool {
        guard let place = (0..<Self.segmentCapacity).first(where: { !segments[$0].exists }) else { return false }
        let least = HeapMemory.pages(size + Self.prefix)
        let sizes = segments.indices.map { segments[$0].reservedEnd - segments[$0].base }
        let all = HeapMemory.pages(sizes.reduce(0, +))
        let usual = place == 1 ? 0x10_0000 : min(2 * sizes[place - 1], 0xFD_0000)
        var reserved = max(all < 0x400_0000 ? usual : min(all, 1 << 32), least)
        while true {
            if let segment = Self.makeSegment(
                reserved: reserved, committed: max(least, min(reserved, Self.leastCommit)), protection)
            {
                segments[place] = segment
                segmentCount = max(segmentCount, place + 1)
                committed += segment.committedEnd - segment.base
                let free = segment.committedEnd - segment.first
                insert(HeapBlock(address: segment.first, size: free, previousSize: 0, state: .free), in: place)
                return true
            }
            guard reserved > least else { return false }
            reserved = max(HeapMemory.pages(reserved / 2), least)
        }
    }

    /// Both in bytes, multiples of a page. Nil where there is no memory.
    static func makeSegment(
        reserved: UInt, committed: UInt, _ protection: PageProtection, prefix: UInt = Self.prefix
    ) -> HeapSegment? {
        guard let base = HeapMemory.allocate(0, reserved, .reserve, protection) else { return nil }
        guard HeapMemory.allocate(base, committed, .commit, protection) != nil else {
            HeapMemory.release(base)
            return nil
        }
        return HeapSegment(
            base: base, first: base + prefix, committedEnd: base + committed, reservedEnd: base + reserved, isOwn: true)
    }

    /// Gives back what a free block at the end of a segment holds, where that is much.
    ///
    /// - Parameter isAll: whether it is given back however little it is.
    mutating func trim(_ block: HeapBlock, in index: Int, isAll: Bool = false) {
        let segment = segments[index]
        guard block.end == segment.committedEnd, segment.isOwn else { return }
        guard isAll || block.size >= max(0x20_0000, committed / 8) else { return }
        if index > 0, block.address == segment.first {
            guard unlink(block) else { return }
            segments[index] = .none
            recent = 0
            committed -= segment.committedEnd - segment.base
            HeapMemory.release(segment.base)
            return
        }
        let end = HeapMemory.pages(block.address + HeapBlock.minimumSize + (isAll ? 0 : Self.leastCommit))
        guard end < segment.committedEnd, unlink(block) else { return }
        var rest = block
        if HeapMemory.decommit(end, segment.committedEnd - end) {
            rest.size = end - block.address
            segments[index].committedEnd = end
            committed -= segment.committedEnd - end
        }
        insert(rest, in: index)
    }

    /// Joins what is free and gives back what is at the ends. The bytes of the largest block that is free then.
    mutating func compact() -> UInt {
        joinKept()
        for index in (0..<segmentCount).reversed() where segments[index].exists {
            let segment = segments[index]
            guard segment.lastSize > 0, segment.lastSize <= segment.committedEnd - segment.first,
                let last = key.read(segment.committedEnd - segment.lastSize), last.state == .free
            else { continue }
            trim(last, in: index, isAll: index > 0 && last.address == segment.first)
        }
        var largest: UInt = 0
        for index in 0..<segmentCount where segments[index].exists {
            forEachBlock(in: segments[index]) { _, block in
                if block.state == .free { largest = max(largest, block.size - HeapBlock.headerSize) }
            }
        }
        return largest
    }
}
