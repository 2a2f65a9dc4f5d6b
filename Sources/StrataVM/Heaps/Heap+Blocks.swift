/// What heaps are for: blocks are made, change their sizes and go.
extension Heap {
    /// A block that the program has.
    enum Found {
        case block(HeapBlock, segment: Int)
        case large(Int)
    }

    /// The block whose bytes begin at an address, which may be any.
    @inline(__always)
    mutating func find(_ bytes: UInt) throws(HeapError) -> Found {
        guard bytes % HeapBlock.granule == 0, bytes > HeapBlock.headerSize else { throw .invalidBlock }
        let address = bytes - HeapBlock.headerSize
        if let segment = segment(of: address) {
            guard let block = key.read(address), block.state == .busy else { throw .invalidBlock }
            return .block(block, segment: segment)
        }
        guard let index = largeBlock(bytes) else { throw .invalidBlock }
        return .large(index)
    }

    /// A block of so many bytes, which are not zeros.
    mutating func allocate(_ byteCount: UInt) throws(HeapError) -> UInt {
        guard byteCount <= Self.largestRequest else { throw .noMemory }
        let size = HeapBlock.size(for: byteCount)
        if size <= HeapCache.largestSize, let bytes = allocateKept(size, byteCount) { return bytes }
        guard size <= Self.largestSize else {
            guard isGrowable else { throw .noMemory }
            return try allocateLarge(byteCount)
        }
        return try allocate(size, byteCount)
    }

    @inline(__always)
    private mutating func allocateKept(_ size: UInt, _ byteCount: UInt) -> UInt? {
        guard let address = cache.take(size) else { return nil }
        guard var block = key.read(address), block.state == .kept, block.size == size else {
            isCorrupt = true
            return nil
        }
        block.state = .busy
        block.unusedByteCount = size - HeapBlock.headerSize - byteCount
        key.write(block)
        return block.bytes
    }

    private mutating func allocate(_ size: UInt, _ byteCount: UInt) throws(HeapError) -> UInt {
        if size <= HeapCache.largestSize, cache.note(size), tellsOfKeeping { compatibility = 2 }
        var found = takeFree(size)
        if found == nil, cache.total > 0 {
            joinKept()
            found = takeFree(size)
        }
        if found == nil {
            guard grow(size) else { throw .noMemory }
            found = takeFree(size)
        }
        guard let block = found, let segment = segment(of: block.address) else { throw .noMemory }
        carve(block, size, byteCount, in: segment)
        return block.bytes
    }

    /// Makes a block that is in no list the program's, and what it does not need of it a free one.
    private mutating func carve(_ block: HeapBlock, _ size: UInt, _ byteCount: UInt, in segment: Int) {
        var used = block
        used.state = .busy
        if block.size - size >= HeapBlock.minimumSize {
            used.size = size
            let rest = HeapBlock(address: used.end, size: block.size - size, previousSize: size, state: .free)
            insert(rest, in: segment)
        } else {
            tellNext(block.end, block.size, in: segment)
        }
        used.unusedByteCount = used.size - HeapBlock.headerSize - byteCount
        key.write(used)
    }

    mutating func free(_ bytes: UInt) throws(HeapError) {
        switch try find(bytes) {
        case .block(var block, let segment):
            if block.size <= HeapCache.largestSize, cache.keep(block.address, block.size) {
                block.state = .kept
                key.write(block)
                return
            }
            trim(join(block, in: segment), in: segment)
        case .large(let index):
            HeapMemory.release(largeBlocks.remove(at: index).base)
        }
    }

    mutating func byteCount(_ bytes: UInt) throws(HeapError) -> UInt {
        switch try find(bytes) {
        case .block(let block, _): block.byteCount
        case .large(let index): largeBlocks[index].byteCount
        }
    }

    /// Changes a block's size; where it is then. What is added to it is not zeros.
    mutating func resize(_ bytes: UInt, _ byteCount: UInt, isInPlace: Bool) throws(HeapError) -> UInt {
        let found = try find(bytes)
        guard byteCount <= Self.largestRequest else { throw .noMemory }
        let before: UInt
        switch found {
        case .block(let block, let segment):
            before = block.byteCount
            let size = HeapBlock.size(for: byteCount)
            if size <= Self.largestSize, resize(block, size, byteCount, in: segment) { return bytes }
        case .large(let index):
            before = largeBlocks[index].byteCount
            // A region that is mostly unused is left for a block like others.
            if isInPlace || byteCount >= Self.largestSize / 2, resizeLarge(index, byteCount) { return bytes }
        }
        guard !isInPlace else { throw .noMemory }
        let moved: UInt
        do throws(HeapError) {
            moved = try allocate(byteCount)
        } catch {
            if case .large(let index) = found, resizeLarge(index, byteCount) { return bytes }
            throw error
        }
        HeapMemory.copy(from: bytes, to: moved, min(before, byteCount))
        try free(bytes)
        return moved
    }

    /// Changes a block's size where it is; false where that cannot be.
    private mutating func resize(_ block: HeapBlock, _ size: UInt, _ byteCount: UInt, in segment: Int) -> Bool {
        guard size > block.size else {
            var kept = block
            if block.size - size >= HeapBlock.minimumSize {
                kept.size = size
                join(HeapBlock(address: kept.end, size: block.size - size, previousSize: size, state: .free), in: segment)
            }
            kept.unusedByteCount = kept.size - HeapBlock.headerSize - byteCount
            key.write(kept)
            return true
        }
        joinNextKept(block, in: segment)
        if !hasRoom(block, size, in: segment) {
            let end = segments[segment].committedEnd
            let isLast = block.end == end || key.read(block.end).map { $0.state == .free && $0.end == end } == true
            guard isLast, extend(segment, size - block.size), hasRoom(block, size, in: segment) else { return false }
        }
        guard let next = key.read(block.end), next.state == .free, unlink(next) else { return false }
        key.wipe(next.address)
        var larger = block
        larger.size += next.size
        carve(larger, size, byteCount, in: segment)
        return true
    }

    private mutating func hasRoom(_ block: HeapBlock, _ size: UInt, in segment: Int) -> Bool {
        guard block.end < segments[segment].committedEnd, let next = key.read(block.end) else { return false }
        return next.state == .free && next.size <= segments[segment].committedEnd - next.address
            && block.size + next.size >= size
    }

    private mutating func joinNextKept(_ block: HeapBlock, in segment: Int) {
        guard block.end < segments[segment].committedEnd, let next = key.read(block.end), next.state == .kept,
            cache.forget(next.address, next.size)
        else { return }
        join(next, in: segment)
    }
}
