/// The lists of free blocks. Their links lie where the program's bytes were, so that each is looked at before it is followed.
extension Heap {
    private static func next(_ address: UInt) -> UInt { UInt(HeapMemory.load(address + 16)) }
    private static func previous(_ address: UInt) -> UInt { UInt(HeapMemory.load(address + 24)) }
    private static func setNext(_ address: UInt, _ link: UInt) { HeapMemory.store(UInt64(link), address + 16) }
    private static func setPrevious(_ address: UInt, _ link: UInt) { HeapMemory.store(UInt64(link), address + 24) }

    /// The free block at an address, which may be anything.
    private mutating func freeBlock(_ address: UInt) -> HeapBlock? {
        guard address % HeapBlock.granule == 0, segment(of: address) != nil, let block = key.read(address), block.state == .free
        else { return nil }
        return block
    }

    private mutating func link(_ address: UInt, _ size: UInt) {
        let index = HeapBins.index(size)
        let head = bins.head(index)
        Self.setNext(address, head)
        Self.setPrevious(address, 0)
        if head != 0 { Self.setPrevious(head, address) }
        bins.setHead(index, address)
    }

    /// Makes a block a free one: its header, its place in the list, and what its neighbour knows of it.
    mutating func insert(_ block: HeapBlock, in segment: Int) {
        key.write(block)
        link(block.address, block.size)
        tellNext(block.end, block.size, in: segment)
    }

    /// Takes a free block out of its list. False where the program has written over more than one can do without.
    mutating func unlink(_ block: HeapBlock) -> Bool {
        if unlinkChecked(block) { return true }
        rebuild()
        return unlinkChecked(block)
    }

    private mutating func unlinkChecked(_ block: HeapBlock) -> Bool {
        let (next, previous) = (Self.next(block.address), Self.previous(block.address))
        let index = HeapBins.index(block.size)
        if previous == 0 {
            guard bins.head(index) == block.address else { return false }
        } else {
            guard freeBlock(previous) != nil, Self.next(previous) == block.address else { return false }
        }
        if next != 0 {
            guard freeBlock(next) != nil, Self.previous(next) == block.address else { return false }
            Self.setPrevious(next, previous)
        }
        if previous == 0 { bins.setHead(index, next) } else { Self.setNext(previous, next) }
        return true
    }

    /// Makes the lists again, out of the headers, as far as those are whole.
    private mutating func rebuild() {
        isCorrupt = true
        bins = HeapBins()
        for segment in 0..<segmentCount where segments[segment].exists {
            forEachBlock(in: segments[segment]) { heap, block in
                if block.state == .free { heap.link(block.address, block.size) }
            }
        }
    }

    /// Calls with every block of a segment; false where one of them has no whole header, and the rest is not reached.
    @discardableResult
    mutating func forEachBlock(in segment: HeapSegment, _ body: (inout Heap, HeapBlock) -> Void) -> Bool {
        var address = segment.first
        while address < segment.committedEnd {
            guard segment.canHold(address), let block = key.read(address), block.size >= HeapBlock.minimumSize,
                block.size <= segment.committedEnd - address
            else { return false }
            body(&self, block)
            address = block.end
        }
        return true
    }

    /// Takes a free block of at least a size out of its list; nil where there is none.
    mutating func takeFree(_ size: UInt) -> HeapBlock? {
        for _ in 0..<2 {
            switch search(size) {
            case .found(let block): return unlink(block) ? block : nil
            case .none: return nil
            case .broken: rebuild()
            }
        }
        return nil
    }

    private enum SearchResult {
        case found(HeapBlock)
        case none
        case broken
    }

    private mutating func search(_ size: UInt) -> SearchResult {
        let index = HeapBins.index(size)
        // The list of the size itself has smaller blocks too: a few of it, then whatever is larger, then all of it.
        let isExact = HeapBins.isExact(index)
        if !isExact {
            let near = search(list: index, size, limit: 16)
            guard case .none = near else { return near }
        }
        if let filled = bins.firstFilled(from: isExact ? index : index + 1) {
            return search(list: filled, size, limit: .max)
        }
        return isExact ? .none : search(list: index, size, limit: .max)
    }

    private mutating func search(list: Int, _ size: UInt, limit: Int) -> SearchResult {
        var address = bins.head(list)
        var count = 0
        while address != 0, count < limit {
            guard let block = freeBlock(address) else { return .broken }
            if block.size >= size { return .found(block) }
            let next = Self.next(address)
            // Without this a list that was written over could lead in a circle.
            if next != 0, freeBlock(next) == nil || Self.previous(next) != address { return .broken }
            address = next
            count += 1
        }
        return .none
    }

    /// Joins a block that is in no list with its free neighbours, and makes it a free one.
    @discardableResult
    mutating func join(_ given: HeapBlock, in segment: Int) -> HeapBlock {
        var block = given
        block.state = .free
        block.unusedByteCount = 0
        if block.end < segments[segment].committedEnd {
            if let next = key.read(block.end) {
                if next.state == .free, next.size <= segments[segment].committedEnd - next.address, unlink(next) {
                    key.wipe(next.address)
                    block.size += next.size
                }
            } else {
                isCorrupt = true
            }
        }
        if block.previousSize > 0, block.previousSize <= block.address - segments[segment].first {
            if let previous = key.read(block.address - block.previousSize) {
                if previous.state == .free, previous.end == block.address, unlink(previous) {
                    key.wipe(block.address)
                    block = HeapBlock(
                        address: previous.address, size: previous.size + block.size, previousSize: previous.previousSize,
                        state: .free)
                }
            } else {
                isCorrupt = true
            }
        }
        insert(block, in: segment)
        return block
    }

    /// Joins all blocks that were kept for requests of their size.
    mutating func joinKept() {
        while let address = cache.takeAny() {
            guard let segment = segment(of: address), let block = key.read(address), block.state == .kept else {
                isCorrupt = true
                continue
            }
            join(block, in: segment)
        }
    }

    /// The size of all blocks in the lists; nil where a list is broken.
    mutating func listedSize() -> UInt? {
        var size: UInt = 0
        for index in 0..<HeapBins.count {
            var (address, before) = (bins.head(index), UInt(0))
            while address != 0 {
                guard let block = freeBlock(address), Self.previous(address) == before, HeapBins.index(block.size) == index else {
                    return nil
                }
                size += block.size
                (before, address) = (address, Self.next(address))
            }
        }
        return size
    }
}
