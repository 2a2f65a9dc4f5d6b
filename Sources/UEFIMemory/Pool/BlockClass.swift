import MemoryMap

/// A size of pool blocks, from 32 to 3072 bytes: every 16 bytes up to 128, then four sizes from one power of two to the next.
struct BlockClass: Equatable {
    /// From 0 up to ``count``.
    let index: Int

    static let count = 25

    /// The largest block; larger buffers have pages to themselves.
    static let largest: UInt64 = 3072

    init(index: Int) { self.index = index }

    /// The smallest blocks that hold `byteCount` bytes.
    ///
    /// - Precondition: they are at most ``largest``.
    init(holding byteCount: UInt64) {
        if byteCount <= 128 {
            index = byteCount <= 32 ? 0 : Int((byteCount + 15) / 16) - 2
        } else {
            let last = byteCount - 1
            let exponent = 63 - last.leadingZeroBitCount
            index = 7 + (exponent - 7) * 4 + Int(last >> UInt64(exponent - 2) & 3)
        }
    }

    /// The bytes of a block, a multiple of 16.
    var byteCount: UInt64 {
        if index < 7 { return UInt64(index + 2) * 16 }
        return UInt64(5 + (index - 7) & 3) << UInt64((index - 7) / 4 + 5)
    }

    /// The most blocks of a run of pages.
    static let blockLimit: UInt64 = 128
    static let pageLimit: UInt64 = 16

    /// The pages of a run of blocks.
    ///
    /// - Parameter usedPages: the pages that the type's pool uses already: the more, the larger are its runs.
    func pages(usedPages: UInt64) -> UInt64 {
        var pages = fewestPages
        while pages * 2 <= min(Self.pageLimit, usedPages / 8), pages * 2 * PageCount.pageSize / byteCount <= Self.blockLimit {
            pages *= 2
        }
        return pages
    }

    /// The fewest pages of which at most an eighth is left over.
    var fewestPages: UInt64 {
        switch byteCount {
        case 1536, 3072: 3
        case 2560: 5
        default: 1
        }
    }

    /// The blocks that fit pages.
    func capacity(ofPages pages: UInt64) -> UInt64 { pages * PageCount.pageSize / byteCount }
}
