/// One element of a heap, as HeapWalk tells of it.
enum HeapElement {
    case segment(HeapSegment, index: Int)
    case block(HeapBlock, segment: Int)
    case large(HeapLargeBlock)
    case uncommitted(HeapSegment, index: Int)
}

/// Looking at all of a heap.
extension Heap {
    /// Where a walk stands: what HeapWalk was given back.
    enum Place {
        case start
        case segment(UInt)
        case uncommitted(UInt)
        /// What lies behind a block's header.
        case block(UInt)
    }

    /// The element behind a place: every segment with its blocks in order, then the large blocks. Nil at the end.
    mutating func element(after place: Place) throws(HeapError) -> HeapElement? {
        switch place {
        case .start: return segmentElement(from: 0)
        case .segment(let base):
            guard let index = segment({ $0.base == base }) else { throw .invalidBlock }
            return try element(at: segments[index].first, in: index)
        case .uncommitted(let end):
            guard let index = segment({ $0.committedEnd == end }) else { throw .invalidBlock }
            return segmentElement(from: index + 1)
        case .block(let bytes):
            if bytes > HeapBlock.headerSize, let index = segment(of: bytes - HeapBlock.headerSize) {
                return try element(behind: bytes - HeapBlock.headerSize, in: index)
            }
            guard let index = largeBlock(bytes) else { throw .invalidBlock }
            return index + 1 < largeBlocks.count ? .large(largeBlocks[index + 1]) : nil
        }
    }

    private mutating func element(behind address: UInt, in index: Int) throws(HeapError) -> HeapElement? {
        guard address % HeapBlock.granule == 0, let block = key.read(address) else { throw .invalidBlock }
        return try element(at: block.end, in: index)
    }

    private mutating func segment(_ isRight: (HeapSegment) -> Bool) -> Int? {
        (0..<segmentCount).first { segments[$0].exists && isRight(segments[$0]) }
    }

    private mutating func segmentElement(from start: Int) -> HeapElement? {
        for index in start..<max(segmentCount, start) where segments[index].exists {
            return .segment(segments[index], index: index)
        }
        return largeBlocks.first.map { .large($0) }
    }

    private mutating func element(at address: UInt, in index: Int) throws(HeapError) -> HeapElement? {
        let segment = segments[index]
        if address < segment.committedEnd {
            guard segment.canHold(address), let block = key.read(address) else { throw .invalidBlock }
            return .block(block, segment: index)
        }
        return segment.reservedEnd > segment.committedEnd
            ? .uncommitted(segment, index: index) : segmentElement(from: index + 1)
    }

    /// Whether everything that the heap keeps in its memory is as it left it.
    mutating func validate() -> Bool {
        var isValid = true
        var (freeSize, keptCount): (UInt, Int) = (0, 0)
        for index in 0..<segmentCount where segments[index].exists {
            var before: UInt = 0
            let isWhole = forEachBlock(in: segments[index]) { _, block in
                if block.previousSize != before { isValid = false }
                if block.state == .free { freeSize += block.size }
                if block.state == .kept { keptCount += 1 }
                before = block.size
            }
            if !isWhole || before != segments[index].lastSize { isValid = false }
        }
        guard isValid, keptCount == cache.total, freeSize == listedSize() else {
            isCorrupt = true
            return false
        }
        return true
    }

    /// What was found of the heap's size, in bytes.
    struct Summary {
        var allocated: UInt = 0
        var committed: UInt = 0
        var reserved: UInt = 0
    }

    mutating func summary() -> Summary {
        var result = Summary()
        for index in 0..<segmentCount where segments[index].exists {
            let segment = segments[index]
            result.committed += segment.committedEnd - segment.base
            result.reserved += segment.reservedEnd - segment.base
            forEachBlock(in: segment) { _, block in
                if block.state == .busy { result.allocated += block.byteCount }
            }
        }
        for block in largeBlocks {
            result.allocated += block.byteCount
            result.committed += block.committed
            result.reserved += block.committed
        }
        return result
    }
}
