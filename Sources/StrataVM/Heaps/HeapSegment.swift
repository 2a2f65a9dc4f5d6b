/// A reservation that a heap's blocks lie in, committed from its start on.
struct HeapSegment: BitwiseCopyable {
    /// Where the reservation begins.
    let base: UInt

    /// Where the first block is.
    let first: UInt

    /// Where the blocks end.
    var committedEnd: UInt

    let reservedEnd: UInt

    /// The size of the last block; 0 where there is none yet.
    var lastSize: UInt = 0

    /// Whether the heap has reserved it: memory that the program gave for a heap stays the program's.
    let isOwn: Bool

    static let none = HeapSegment(base: 0, first: 0, committedEnd: 0, reservedEnd: 0, isOwn: false)

    var exists: Bool { base != 0 }

    /// Whether a header can be at an address.
    @inline(__always)
    func canHold(_ address: UInt) -> Bool {
        address >= first && address < committedEnd && committedEnd - address >= HeapBlock.minimumSize
    }
}
