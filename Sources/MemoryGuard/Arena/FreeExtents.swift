/// The free extents of an arena in lists by size: for each power of two eight lists, so that a search is a look at two bitmaps.
///
/// Masmano, Ripoll, Crespo, Real, "TLSF: a new dynamic memory allocator for real-time systems" (2004).
struct FreeExtents {
    private var heads = [200 of UInt32](repeating: PageRecords.none)
    private var lists = [25 of UInt8](repeating: 0)
    private var sizes: UInt32 = 0

    /// The list that an extent of `pages` pages belongs to: sizes below 8 have lists of their own.
    private static func list(of pages: UInt32) -> (size: Int, part: Int) {
        if pages < 8 { return (0, Int(pages)) }
        let log = 31 - pages.leadingZeroBitCount
        return (log - 2, Int(pages >> UInt32(log - 3) & 7))
    }

    /// Takes an extent in, which begins at `page` and is recorded.
    mutating func insert(_ page: UInt32, _ records: borrowing PageRecords) {
        let (size, part) = Self.list(of: records[page].pages)
        let head = heads[size * 8 + part]
        records[page].next = head
        records[page].previous = PageRecords.none
        if head != PageRecords.none { records[head].previous = page }
        heads[size * 8 + part] = page
        lists[size] |= 1 << UInt8(part)
        sizes |= 1 << UInt32(size)
    }

    /// Takes an extent out.
    mutating func remove(_ page: UInt32, _ records: borrowing PageRecords) {
        let extent = records[page]
        if extent.next != PageRecords.none { records[extent.next].previous = extent.previous }
        if extent.previous != PageRecords.none {
            records[extent.previous].next = extent.next
            return
        }
        let (size, part) = Self.list(of: extent.pages)
        heads[size * 8 + part] = extent.next
        guard extent.next == PageRecords.none else { return }
        lists[size] &= ~(1 << UInt8(part))
        if lists[size] == 0 { sizes &= ~(1 << UInt32(size)) }
    }

    /// An extent of at least `pages` pages, or nil where there is none.
    ///
    /// - Complexity: O(1), but O(*n*) for *n* extents of about this size where only one of them can serve.
    func find(_ pages: UInt32, _ records: borrowing PageRecords) -> UInt32? {
        let (size, part) = Self.list(of: pages)
        // Every extent of a later list is large enough; those of the same one may be.
        let later = lists[size] & ~(UInt8((1 << UInt16(part + 1)) - 1 & 0xFF))
        if later != 0 { return heads[size * 8 + later.trailingZeroBitCount] }
        let larger = sizes & ~((1 << UInt32(size + 1)) - 1)
        if larger != 0 {
            let size = larger.trailingZeroBitCount
            return heads[size * 8 + lists[size].trailingZeroBitCount]
        }
        var page = heads[size * 8 + part]
        while page != PageRecords.none {
            if records[page].pages >= pages { return page }
            page = records[page].next
        }
        return nil
    }
}
