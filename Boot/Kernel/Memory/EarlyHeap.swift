import CKernelEntry
import MemoryReport

/// The heap of the kernel's first moments: a fixed arena in its own image, first fit, neighbours joined when freed.
///
/// Arrays need it before any frame allocator exists. It is small and slow on purpose, holds a few hundred blocks at
/// most, and is used by one processor with interrupts off.
struct EarlyHeap: ~Copyable {
    /// Every block, free or not, begins with its size in bytes and, while it is free, the next free block's address.
    private static let headerSize: UInt = 16
    private static let granule: UInt = 16

    /// The free block of the lowest address, or 0.
    private var firstFree: UInt = 0

    init(start: UInt, byteCount: UInt) {
        unsafe Self.setSize(byteCount, of: start)
        unsafe Self.setNext(0, of: start)
        firstFree = start
    }

    /// A block of `byteCount` bytes at a multiple of `alignment`, or 0 where none is left.
    mutating func allocate(byteCount: UInt, alignment: UInt) -> UInt {
        guard byteCount < 1 << 40, alignment < 1 << 30, alignment.nonzeroBitCount == 1 else { return 0 }
        let alignment = max(alignment, Self.granule)
        let needed = (max(byteCount, 1) + Self.granule - 1) & ~(Self.granule - 1)
        var previous: UInt = 0
        var block = firstFree
        while block != 0 {
            let end = unsafe block + Self.size(of: block)
            let next = unsafe Self.next(of: block)
            // The payload's header may lie further up than the block's, for the sake of alignment: the part before it
            // stays free, and must be large enough to be a block.
            var payload = (block + Self.headerSize + alignment - 1) & ~(alignment - 1)
            if payload - Self.headerSize != block, payload - Self.headerSize - block < 2 * Self.headerSize {
                payload += max(alignment, 2 * Self.headerSize)
            }
            if payload + needed <= end {
                let header = payload - Self.headerSize
                var following = next
                let rest = end - (payload + needed)
                if rest >= 2 * Self.headerSize {
                    following = payload + needed
                    unsafe Self.setSize(rest, of: following)
                    unsafe Self.setNext(next, of: following)
                }
                unsafe Self.setSize((rest >= 2 * Self.headerSize ? payload + needed : end) - header, of: header)
                if header != block {
                    unsafe Self.setSize(header - block, of: block)
                    unsafe Self.setNext(following, of: block)
                } else if previous != 0 {
                    unsafe Self.setNext(following, of: previous)
                } else {
                    firstFree = following
                }
                return payload
            }
            previous = block
            block = next
        }
        return 0
    }

    /// Gives a block back.
    ///
    /// - Parameter payload: an address that `allocate` returned, once.
    mutating func free(_ payload: UInt) {
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

    /// Makes one block of a free block and the free one behind it, where they touch.
    private static func joinWithNext(_ block: UInt) {
        let next = unsafe next(of: block)
        guard next != 0, unsafe block + size(of: block) == next else { return }
        unsafe setSize(size(of: block) + size(of: next), of: block)
        unsafe setNext(self.next(of: next), of: block)
    }

    // The headers live in the arena itself, so they are reached by address; every address comes from the chain that
    // starts at the arena.
    @unsafe private static func word(_ address: UInt) -> UnsafeMutablePointer<UInt> {
        unsafe UnsafeMutablePointer(bitPattern: address).unsafelyUnwrapped
    }
    @unsafe private static func size(of block: UInt) -> UInt { unsafe word(block).pointee }
    @unsafe private static func setSize(_ size: UInt, of block: UInt) { unsafe word(block).pointee = size }
    @unsafe private static func next(of block: UInt) -> UInt { unsafe word(block + 8).pointee }
    @unsafe private static func setNext(_ next: UInt, of block: UInt) { unsafe word(block + 8).pointee = next }
}

/// The one early heap. Unsafe as all globals are that change; one processor uses it, with interrupts off.
nonisolated(unsafe) private var heap = EarlyHeap(start: UInt(kernel_heap_start()), byteCount: UInt(kernel_heap_byte_count()))

/// Where Swift's runtime allocates, by way of C. There is no going on without memory, and no caller that could.
@c(strata_allocate)
func allocate(_ alignment: UInt, _ byteCount: UInt) -> UnsafeMutableRawPointer? {
    let address = unsafe heap.allocate(byteCount: byteCount, alignment: alignment)
    if address == 0 { stopKernel("outOfMemory") { $0.write("the kernel's early heap of 4 MiB is used up") } }
    return unsafe UnsafeMutableRawPointer(bitPattern: address)
}

/// Where Swift's runtime gives a block back, by way of C.
@c(strata_release)
func release(_ block: UnsafeMutableRawPointer) {
    unsafe heap.free(UInt(bitPattern: block))
}
