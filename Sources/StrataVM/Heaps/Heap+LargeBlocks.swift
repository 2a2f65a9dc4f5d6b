import VirtualMemory

/// A block with a region of its own.
struct HeapLargeBlock: BitwiseCopyable {
    let base: UInt

    /// How much of the region is committed.
    var committed: UInt

    /// What was asked for.
    var byteCount: UInt

    var bytes: UInt { base + Heap.prefix }
}

extension Heap {
    mutating func allocateLarge(_ byteCount: UInt) throws(HeapError) -> UInt {
        let size = HeapMemory.pages(byteCount + Self.prefix)
        guard let base = HeapMemory.allocate(0, size, [.reserve, .commit], protection) else { throw .noMemory }
        let block = HeapLargeBlock(base: base, committed: size, byteCount: byteCount)
        largeBlocks.insert(block, at: placeOfLarge(block.bytes))
        return block.bytes
    }

    /// The first large block at an address or after it.
    mutating func placeOfLarge(_ bytes: UInt) -> Int {
        var (low, high) = (0, largeBlocks.count)
        while low < high {
            let middle = (low + high) / 2
            if largeBlocks[middle].bytes < bytes { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func largeBlock(_ bytes: UInt) -> Int? {
        let index = placeOfLarge(bytes)
        return index < largeBlocks.count && largeBlocks[index].bytes == bytes ? index : nil
    }

    /// Changes a large block's size where it is; false where that cannot be.
    mutating func resizeLarge(_ index: Int, _ byteCount: UInt) -> Bool {
        let block = largeBlocks[index]
        let size = HeapMemory.pages(byteCount + Self.prefix)
        guard size <= block.committed else { return false }
        if size < block.committed, HeapMemory.decommit(block.base + size, block.committed - size) {
            largeBlocks[index].committed = size
        }
        largeBlocks[index].byteCount = byteCount
        return true
    }
}
