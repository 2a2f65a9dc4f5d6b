import MemoryMap

/// The pages of pool that have room, in lists by memory type and size of block.
struct SlabLists {
    /// The sizes of blocks in bytes: multiples of 16.
    static let sizes: [12 of UInt64] = [32, 48, 64, 96, 128, 192, 256, 384, 576, 800, 1008, 2016]

    /// As many types have lists: those of the specification and a few others, as they come.
    private static let typeCount = 32
    private var types = [32 of MemoryType](repeating: .conventional)
    private var knownTypes = 0
    var heads = [384 of UInt32](repeating: PageRecords.none)

    /// The smallest size of block that holds `byteCount` bytes, nil where whole pages do.
    static func blockClass(of byteCount: UInt64) -> Int? {
        guard byteCount <= sizes[11] else { return nil }
        var index = 0
        while sizes[index] < byteCount { index += 1 }
        return index
    }

    /// The list of a type and size; nil where there are too many types.
    mutating func list(of type: MemoryType, _ blockClass: Int) -> Int? {
        var index = 0
        while index < knownTypes, types[index] != type { index += 1 }
        if index == knownTypes {
            guard knownTypes < Self.typeCount else { return nil }
            types[index] = type
            knownTypes += 1
        }
        return index * 12 + blockClass
    }

    /// Puts a page with room in front of a list.
    mutating func push(_ page: UInt32, _ list: Int, _ records: borrowing PageRecords) {
        let head = heads[list]
        records[page].next = head
        records[page].previous = PageRecords.none
        if head != PageRecords.none { records[head].previous = page }
        heads[list] = page
    }

    /// Takes a page out of its list.
    mutating func remove(_ page: UInt32, _ list: Int, _ records: borrowing PageRecords) {
        let extent = records[page]
        if extent.next != PageRecords.none { records[extent.next].previous = extent.previous }
        if extent.previous != PageRecords.none { records[extent.previous].next = extent.next } else { heads[list] = extent.next }
        records[page].next = PageRecords.none
        records[page].previous = PageRecords.none
    }
}

private let slabHeadByteCount: UInt64 = 64

/// A page of pool: a head of 64 bytes, then blocks of one size, and in the head a bit for each that is free.
///
/// Unsafe, because it lies in the arena and is reached by address: the address is one of a page that is recorded as a slab.
@unsafe
struct Slab {
    private struct Head {
        var free: (UInt64, UInt64)
        var blockClass: UInt32
        var list: UInt32
        var inUse: UInt32
        var count: UInt32
    }

    private let page: PhysicalAddress
    private let head: UnsafeMutablePointer<Head>

    init(_ page: PhysicalAddress) {
        unsafe self.page = page
        guard let pointer = unsafe UnsafeMutablePointer<Head>(bitPattern: UInt(page.rawValue)) else {
            preconditionFailure("page 0 is in no arena")
        }
        unsafe head = pointer
    }

    /// Makes an empty slab of the page.
    func start(blockClass: Int, list: UInt32) {
        let count = UInt32((PageCount.pageSize - slabHeadByteCount) / SlabLists.sizes[blockClass])
        func bits(_ count: UInt32) -> UInt64 { count >= 64 ? .max : (1 << UInt64(count)) - 1 }
        unsafe head.initialize(
            to: Head(
                free: (bits(count), bits(count - min(count, 64))), blockClass: UInt32(blockClass), list: list, inUse: 0,
                count: count))
    }

    var blockClass: Int { unsafe Int(head.pointee.blockClass) }
    var list: UInt32 { unsafe head.pointee.list }
    var isFull: Bool { unsafe head.pointee.inUse == head.pointee.count }
    var isEmpty: Bool { unsafe head.pointee.inUse == 0 }

    /// Takes a block of a slab that is not full.
    func take() -> PhysicalAddress {
        var index = 0
        if unsafe head.pointee.free.0 != 0 {
            index = unsafe head.pointee.free.0.trailingZeroBitCount
            unsafe head.pointee.free.0 &= ~(1 << UInt64(index))
        } else {
            index = unsafe head.pointee.free.1.trailingZeroBitCount
            precondition(index < 64, "a slab with room")
            unsafe head.pointee.free.1 &= ~(1 << UInt64(index))
            index += 64
        }
        unsafe head.pointee.inUse += 1
        return unsafe PhysicalAddress(page.rawValue + slabHeadByteCount + UInt64(index) * SlabLists.sizes[blockClass])
    }

    /// Takes a block back; false for what is no block in use.
    func giveBack(_ address: PhysicalAddress) -> Bool {
        let offset = unsafe address.rawValue - page.rawValue
        let size = unsafe SlabLists.sizes[blockClass]
        guard offset >= slabHeadByteCount, (offset - slabHeadByteCount) % size == 0 else { return false }
        let index = (offset - slabHeadByteCount) / size
        guard unsafe index < UInt64(head.pointee.count) else { return false }
        if index < 64 {
            guard unsafe head.pointee.free.0 >> index & 1 == 0 else { return false }
            unsafe head.pointee.free.0 |= 1 << index
        } else {
            guard unsafe head.pointee.free.1 >> (index - 64) & 1 == 0 else { return false }
            unsafe head.pointee.free.1 |= 1 << (index - 64)
        }
        unsafe head.pointee.inUse -= 1
        return true
    }
}
