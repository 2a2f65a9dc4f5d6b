/// The free blocks of a heap, by size: where each list begins, and which lists have blocks.
///
/// Small sizes have a list each; from 2 KiB on there are eight lists for every doubling.
struct HeapBins: ~Copyable {
    static let count = 256
    private static let exactCount: UInt = 128

    private var heads = InlineArray<256, UInt>(repeating: 0)
    private var filled = InlineArray<4, UInt64>(repeating: 0)

    /// The list that blocks of a size are in.
    static func index(_ size: UInt) -> Int {
        let granules = size / HeapBlock.granule
        guard granules >= exactCount else { return Int(granules) }
        let power = UInt(UInt.bitWidth - 1 - granules.leadingZeroBitCount)
        let step = granules >> (power - 3) & 7
        return Int(min(exactCount + (power - 7) * 8 + step, UInt(count) - 1))
    }

    /// Whether every block of a list is as large as the least of it, so that the first will do.
    static func isExact(_ index: Int) -> Bool { index < exactCount }

    /// The first block of a list; 0 for none.
    mutating func head(_ index: Int) -> UInt { heads[index] }

    mutating func setHead(_ index: Int, _ address: UInt) {
        heads[index] = address
        let bit = UInt64(1) << UInt64(index & 63)
        filled[index >> 6] = address == 0 ? filled[index >> 6] & ~bit : filled[index >> 6] | bit
    }

    /// The first list from an index on that has blocks.
    mutating func firstFilled(from index: Int) -> Int? {
        guard index < Self.count else { return nil }
        var word = index >> 6
        var bits = filled[word] & ~0 << UInt64(index & 63)
        while bits == 0 {
            word += 1
            guard word < 4 else { return nil }
            bits = filled[word]
        }
        return word << 6 + bits.trailingZeroBitCount
    }
}

/// Blocks that were freed last, by size, up to 1 KiB: they are given out again without looking for anything. As on Windows, sizes are
/// kept once there were some requests of them.
struct HeapCache: ~Copyable {
    static let largestSize: UInt = 1024
    private static let depth = 16
    private static let classCount = Int(largestSize / HeapBlock.granule) + 1

    private var addresses = InlineArray<1040, UInt>(repeating: 0)
    private var counts = InlineArray<65, UInt8>(repeating: 0)
    private var requestCounts = InlineArray<65, UInt8>(repeating: 0)
    private(set) var total = 0

    /// So many requests of a size come before its blocks are kept.
    private static let threshold: UInt8 = 18

    /// Counts a request that no kept block served; true where it is the one that begins the keeping.
    mutating func note(_ size: UInt) -> Bool {
        let index = Int(size / HeapBlock.granule)
        guard requestCounts[index] < Self.threshold else { return false }
        requestCounts[index] += 1
        return requestCounts[index] == Self.threshold
    }

    /// Takes the block that was kept last.
    @inline(__always)
    mutating func take(_ size: UInt) -> UInt? {
        let index = Int(size / HeapBlock.granule)
        let count = Int(counts[index])
        guard count > 0 else { return nil }
        counts[index] = UInt8(count - 1)
        total -= 1
        return addresses[index * Self.depth + count - 1]
    }

    /// Keeps a block; false where there are enough of its size.
    @inline(__always)
    mutating func keep(_ address: UInt, _ size: UInt) -> Bool {
        let index = Int(size / HeapBlock.granule)
        let count = Int(counts[index])
        guard count < Self.depth, requestCounts[index] >= Self.threshold else { return false }
        addresses[index * Self.depth + count] = address
        counts[index] = UInt8(count + 1)
        total += 1
        return true
    }

    /// Forgets one block; false where it is not kept.
    mutating func forget(_ address: UInt, _ size: UInt) -> Bool {
        let index = Int(size / HeapBlock.granule)
        let start = index * Self.depth
        for place in start..<start + Int(counts[index]) where addresses[place] == address {
            let last = start + Int(counts[index]) - 1
            addresses[place] = addresses[last]
            counts[index] -= 1
            total -= 1
            return true
        }
        return false
    }

    /// Takes any block; nil where none is kept.
    mutating func takeAny() -> UInt? {
        guard total > 0 else { return nil }
        for index in 0..<Self.classCount {
            if let address = take(UInt(index) * HeapBlock.granule) { return address }
        }
        return nil
    }
}
