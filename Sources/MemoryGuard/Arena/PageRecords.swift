import MemoryMap

/// What stands in an arena, page by page: which pages begin an extent, and what each extent is.
///
/// Unsafe inside, because the records lie in the arena itself and are reached by address; every index is one of a page of the
/// arena, which callers see to.
@safe
struct PageRecords: ~Copyable {
    enum Kind: UInt32 {
        case free, pages, largePool, slab, bookkeeping
    }

    /// An extent, recorded at its first page.
    struct Extent {
        var pages: UInt32
        var type: MemoryType
        var kind: Kind

        /// Its neighbours in the list of free extents of about its size, or of slabs with room; `none` at the ends.
        var next = PageRecords.none
        var previous = PageRecords.none
    }

    /// No page.
    static var none: UInt32 { .max }

    /// The most pages that an arena has: 64 GiB.
    static let limit: UInt64 = 1 << 24

    let count: UInt32
    private let extents: UnsafeMutablePointer<Extent>

    /// A bit for each page that begins an extent; above it a bit for each word that is not zero, and so on up to one word.
    private let words:
        (
            UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UInt64>
        )

    /// The bytes that the records of `count` pages take.
    static func byteCount(for count: UInt64) -> UInt64 {
        var bytes = count * UInt64(MemoryLayout<Extent>.stride) + 8
        var bits = count
        for _ in 0..<4 {
            bits = (bits + 63) / 64
            bytes += bits * 8
        }
        return bytes
    }

    /// Makes records for `count` pages at `address`, which nobody else uses, none of them beginning an extent.
    @unsafe
    init(at address: UnsafeMutableRawPointer, count: UInt32) {
        self.count = count
        var place = unsafe address
        var bits = UInt64(count)
        func level() -> UnsafeMutablePointer<UInt64> {
            bits = (bits + 63) / 64
            let words = unsafe place.bindMemory(to: UInt64.self, capacity: Int(bits))
            unsafe words.initialize(repeating: 0, count: Int(bits))
            unsafe place += Int(bits) * 8
            return unsafe words
        }
        let (first, second, third, fourth) = unsafe (level(), level(), level(), level())
        unsafe words = (first, second, third, fourth)
        unsafe extents = place.bindMemory(to: Extent.self, capacity: Int(count))
    }

    /// The extent that begins at `page`.
    subscript(page: UInt32) -> Extent {
        get {
            precondition(page < count, "a page of the arena")
            return unsafe extents[Int(page)]
        }
        nonmutating set {
            precondition(page < count, "a page of the arena")
            unsafe extents[Int(page)] = newValue
        }
    }

    func begins(at page: UInt32) -> Bool { unsafe words.0[Int(page >> 6)] >> UInt64(page & 63) & 1 == 1 }

    /// Records an extent; its pages have none that begins at them but perhaps at the first.
    func put(_ extent: Extent, at page: UInt32) {
        self[page] = extent
        unsafe words.0[Int(page >> 6)] |= 1 << UInt64(page & 63)
        unsafe words.1[Int(page >> 12)] |= 1 << UInt64(page >> 6 & 63)
        unsafe words.2[Int(page >> 18)] |= 1 << UInt64(page >> 12 & 63)
        unsafe words.3[Int(page >> 24)] |= 1 << UInt64(page >> 18 & 63)
    }

    /// Lets no extent begin at `page`.
    func remove(at page: UInt32) {
        unsafe words.0[Int(page >> 6)] &= ~(1 << UInt64(page & 63))
        guard unsafe words.0[Int(page >> 6)] == 0 else { return }
        unsafe words.1[Int(page >> 12)] &= ~(1 << UInt64(page >> 6 & 63))
        guard unsafe words.1[Int(page >> 12)] == 0 else { return }
        unsafe words.2[Int(page >> 18)] &= ~(1 << UInt64(page >> 12 & 63))
        guard unsafe words.2[Int(page >> 18)] == 0 else { return }
        unsafe words.3[Int(page >> 24)] &= ~(1 << UInt64(page >> 18 & 63))
    }

    /// The first page of the extent that `page` lies in. The extents cover the arena, so that there is one.
    ///
    /// - Complexity: O(log *n*) with base 64.
    func start(of page: UInt32) -> UInt32 {
        precondition(page < count, "a page of the arena")
        // On each level the bits up to the page's own, then the next level's up to but not including it.
        var index = page
        if let bit = unsafe Self.highest(words.0[Int(index >> 6)], upTo: index & 63) { return index & ~63 | bit }
        index >>= 6
        if let bit = unsafe Self.highest(words.1[Int(index >> 6)], below: index & 63) { return down0(index & ~63 | bit) }
        index >>= 6
        if let bit = unsafe Self.highest(words.2[Int(index >> 6)], below: index & 63) {
            return down0(down1(index & ~63 | bit))
        }
        index >>= 6
        if let bit = unsafe Self.highest(words.3[Int(index >> 6)], below: index & 63) {
            return down0(down1(down2(index & ~63 | bit)))
        }
        preconditionFailure("the arena's first page begins an extent")
    }

    private func down0(_ word: UInt32) -> UInt32 { word << 6 | Self.highestBit(unsafe words.0[Int(word)]) }
    private func down1(_ word: UInt32) -> UInt32 { word << 6 | Self.highestBit(unsafe words.1[Int(word)]) }
    private func down2(_ word: UInt32) -> UInt32 { word << 6 | Self.highestBit(unsafe words.2[Int(word)]) }
    private static func highestBit(_ word: UInt64) -> UInt32 { UInt32(63 - word.leadingZeroBitCount) }

    private static func highest(_ word: UInt64, upTo bit: UInt32) -> UInt32? {
        let masked = word << UInt64(63 - bit)
        return masked == 0 ? nil : bit - UInt32(masked.leadingZeroBitCount)
    }

    private static func highest(_ word: UInt64, below bit: UInt32) -> UInt32? {
        bit == 0 ? nil : highest(word, upTo: bit - 1)
    }
}
