/// A block of a heap: a header of 16 bytes and the program's bytes behind it. The blocks of a segment lie side by side.
///
/// The header has a check over itself, its address and the heap's key: bytes of the program's own are no header, nor is a header
/// that was written over, that was copied, or that a larger block has swallowed.
struct HeapBlock {
    /// What all sizes and addresses are multiples of.
    static let granule: UInt = 16

    static let headerSize: UInt = 16

    /// A header, and room for the links of a free block.
    static let minimumSize: UInt = 32

    enum State: UInt64 {
        case busy = 0xB5
        case free = 0x4F
        /// Free and not joined with its neighbours: kept for the next request of its size.
        case kept = 0x6E
    }

    /// Where the header is.
    var address: UInt

    /// The size with the header, in bytes.
    var size: UInt

    /// The size of the block before it; 0 for a segment's first.
    var previousSize: UInt

    var state: State

    /// How many of its bytes were not asked for.
    var unusedByteCount: UInt = 0

    var end: UInt { address + size }
    var bytes: UInt { address + Self.headerSize }
    var byteCount: UInt { size - Self.headerSize - unusedByteCount }

    /// The size of a block for so many bytes.
    static func size(for byteCount: UInt) -> UInt {
        max((byteCount + headerSize + granule - 1) & ~(granule - 1), minimumSize)
    }
}

/// What makes headers of a heap this heap's.
struct HeapKey {
    let first: UInt64
    let second: UInt64

    init() {
        first = .random(in: 0 ... .max)
        second = .random(in: 0 ... .max) | 1
    }

    @inline(__always)
    private func check(_ sizes: UInt64, _ rest: UInt64, _ address: UInt) -> UInt64 {
        let place = UInt64(address)
        let mixed = sizes ^ first ^ (place << 19 | place >> 45) ^ rest << 38
        return ((mixed ^ mixed >> 32) &* second) >> 32
    }

    /// The block whose header is at an address; nil where there is no header of this heap's.
    @inline(__always)
    func read(_ address: UInt) -> HeapBlock? {
        let sizes = HeapMemory.load(address)
        let rest = HeapMemory.load(address + 8)
        guard rest >> 32 == check(sizes, rest & 0xFFFF_FFFF, address), let state = HeapBlock.State(rawValue: rest & 0xFF) else {
            return nil
        }
        return HeapBlock(
            address: address, size: UInt(sizes & 0xFFFF_FFFF) * HeapBlock.granule,
            previousSize: UInt(sizes >> 32) * HeapBlock.granule, state: state, unusedByteCount: UInt(rest >> 8 & 0xFFFF))
    }

    @inline(__always)
    func write(_ block: HeapBlock) {
        let sizes = UInt64(block.size / HeapBlock.granule) | UInt64(block.previousSize / HeapBlock.granule) << 32
        let rest = UInt64(block.unusedByteCount) << 8 | block.state.rawValue
        HeapMemory.store(sizes, block.address)
        HeapMemory.store(rest | check(sizes, rest, block.address) << 32, block.address + 8)
    }

    /// Makes a header none.
    func wipe(_ address: UInt) {
        HeapMemory.store(0, address)
        HeapMemory.store(0, address + 8)
    }
}
