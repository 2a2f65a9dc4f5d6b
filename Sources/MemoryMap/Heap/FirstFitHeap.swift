/// A heap in a fixed arena: first fit, neighbours joined when freed.
///
/// It is small and simple on purpose: for a kernel's first moments, a few hundred blocks, one processor. Its bookkeeping lies in
/// the arena itself, 16 bytes in front of each block, so that an empty heap is one free block again.
///
/// Unsafe to make, because it writes to the arena by address; safe to use as long as blocks are freed once and kept to.
public struct FirstFitHeap: ~Copyable {
    /// Every block, free or not, begins with its size in bytes and, while it is free, the next free block's address.
    private static let headerSize: UInt = 16

    /// Sizes and addresses of blocks are multiples of this; so is the alignment of what `allocate` returns.
    public static let granule: UInt = 16

    private static let smallestBlock = 2 * headerSize

    /// The free block of the lowest address, or 0.
    private var firstFree: UInt = 0

    /// Takes over the memory from `start` on.
    ///
    /// - Parameter byteCount: at least 32, where there is to be anything to allocate.
    /// - Warning: The arena must be mapped writable, aligned to 16 bytes, and used by nobody else while the heap lives.
    @unsafe
    public init(start: UInt, byteCount: UInt) {
        precondition(start % Self.granule == 0 && start > 0, "an arena that is aligned to 16 bytes")
        guard byteCount >= Self.smallestBlock else { return }
        unsafe Self.setSize(byteCount & ~(Self.granule - 1), of: start)
        unsafe Self.setNext(0, of: start)
        firstFree = start
    }

    /// A block of `byteCount` bytes at a multiple of `alignment`, or nil where none is left.
    ///
    /// - Complexity: O(*n*) for *n* free blocks.
    public mutating func allocate(byteCount: UInt, alignment: UInt = granule) -> UInt? {
        guard byteCount < 1 << 48, alignment < 1 << 48, alignment.nonzeroBitCount == 1 else { return nil }
        let alignment = max(alignment, Self.granule)
        let needed = (max(byteCount, 1) + Self.granule - 1) & ~(Self.granule - 1)
        var previous: UInt = 0
        var block = firstFree
        while block != 0 {
            let end = unsafe block + Self.size(of: block)
            let next = unsafe Self.next(of: block)
            let payload = Self.payload(in: block, alignment: alignment)
            if payload + needed <= end {
                take(payload, needed, from: block, end: end, previous: previous, next: next)
                return payload
            }
            previous = block
            block = next
        }
        return nil
    }

    /// The first fitting address in a free block. Its header may lie further up than the block's, for the sake of alignment:
    /// the part before it stays free, and must be large enough to be a block.
    private static func payload(in block: UInt, alignment: UInt) -> UInt {
        let lowest = (block + headerSize + alignment - 1) & ~(alignment - 1)
        let gap = lowest - headerSize - block
        guard gap > 0, gap < smallestBlock else { return lowest }
        return lowest + max(alignment, smallestBlock)
    }

    /// Cuts a block out of a free one; what is left before and behind it stays free.
    private mutating func take(_ payload: UInt, _ needed: UInt, from block: UInt, end: UInt, previous: UInt, next: UInt) {
        let header = payload - Self.headerSize
        let rest = end - (payload + needed)
        var following = next
        var takenEnd = end
        if rest >= Self.smallestBlock {
            takenEnd = payload + needed
            following = takenEnd
            unsafe Self.setSize(rest, of: following)
            unsafe Self.setNext(next, of: following)
        }
        unsafe Self.setSize(takenEnd - header, of: header)
        if header != block {
            unsafe Self.setSize(header - block, of: block)
            unsafe Self.setNext(following, of: block)
        } else if previous != 0 {
            unsafe Self.setNext(following, of: previous)
        } else {
            firstFree = following
        }
    }

    /// Gives a block back.
    ///
    /// - Parameter payload: an address that `allocate` returned, once.
    /// - Complexity: O(*n*) for *n* free blocks.
    public mutating func free(_ payload: UInt) {
        let block = payload - Self.headerSize
        var previous: UInt = 0
        var next = firstFree
        while next != 0, next < block {
            previous = next
            next = unsafe Self.next(of: next)
        }
        unsafe Self.setNext(next, of: block)
        if previous == 0 { firstFree = block } else { unsafe Self.setNext(block, of: previous) }
        Self.joinWithNext(block)
        if previous != 0 { Self.joinWithNext(previous) }
    }

    /// The bytes of all free blocks, their headers included.
    ///
    /// - Complexity: O(*n*) for *n* free blocks.
    public var freeByteCount: UInt {
        var sum: UInt = 0
        var block = firstFree
        while block != 0 {
            unsafe sum += Self.size(of: block)
            block = unsafe Self.next(of: block)
        }
        return sum
    }

    /// Makes one block of a free block and the free one behind it, where they touch.
    private static func joinWithNext(_ block: UInt) {
        let next = unsafe next(of: block)
        guard next != 0, unsafe block + size(of: block) == next else { return }
        unsafe setSize(size(of: block) + size(of: next), of: block)
        unsafe setNext(self.next(of: next), of: block)
    }

    // The headers live in the arena, so they are reached by address; every address comes from the chain that starts at it.
    @unsafe private static func word(_ address: UInt) -> UnsafeMutablePointer<UInt> {
        unsafe UnsafeMutablePointer(bitPattern: address).unsafelyUnwrapped
    }
    @unsafe private static func size(of block: UInt) -> UInt { unsafe word(block).pointee }
    @unsafe private static func setSize(_ size: UInt, of block: UInt) { unsafe word(block).pointee = size }
    @unsafe private static func next(of block: UInt) -> UInt { unsafe word(block + 8).pointee }
    @unsafe private static func setNext(_ next: UInt, of block: UInt) { unsafe word(block + 8).pointee = next }
}
