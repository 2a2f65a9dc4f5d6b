public import MemoryMap

/// Where pages are to lie.
public enum PagePlacement: Hashable, Sendable {
    case anywhere

    /// The last byte at or below this address.
    case below(PhysicalAddress)

    /// From exactly this address on.
    case at(PhysicalAddress)
}

extension ArenaMemory {
    /// Whether memory of this type can be allocated: the types of the specification but for free, persistent and unaccepted memory,
    /// and those of makers and operating systems.
    public static func isAllocatable(_ type: MemoryType) -> Bool {
        switch type.kind {
        case .standard: type != .conventional && type != .persistent && type != .unaccepted
        case .reservedBySpecification: false
        case .oem, .operatingSystem: true
        }
    }

    /// Allocates pages.
    ///
    /// - Throws: `.invalidParameter` for no pages, or a type that cannot be allocated; `.notFound` for an address that is not free;
    ///   `.outOfResources`. Nothing has changed then.
    /// - Complexity: O(log *n*) for *n* pages of the arena; O(*e*) for *e* extents with `.below`.
    public mutating func allocatePages(
        _ pages: PageCount, type: MemoryType, _ placement: PagePlacement
    ) throws(ArenaError) -> PhysicalAddress {
        guard pages > .zero, Self.isAllocatable(type) else { throw .invalidParameter }
        return try allocate(pages, type, .pages, placement)
    }

    /// Allocates pages for whatever they are to be.
    mutating func allocate(
        _ pages: PageCount, _ type: MemoryType, _ kind: PageRecords.Kind, _ placement: PagePlacement
    ) throws(ArenaError) -> PhysicalAddress {
        let alignment = granularity(of: type)
        guard pages.rawValue <= UInt64(records.count) else {
            if case .at = placement { throw .notFound }
            throw .outOfResources
        }
        let count = (UInt32(pages.rawValue) + alignment - 1) & ~(alignment - 1)
        let start: UInt32
        switch placement {
        case .anywhere:
            guard let extent = free.find(count + alignment - 1, records),
                let place = place(count, alignment, in: extent, last: .max)
            else {
                guard alignment > 1, let place = highest(count, alignment, last: .max) else { throw .outOfResources }
                start = place
                break
            }
            start = place
        case .below(let limit):
            // A limit inside a page ends with the page before it.
            let end =
                limit.rawValue / PageCount.pageSize + (limit.rawValue % PageCount.pageSize == PageCount.pageSize - 1 ? 1 : 0)
            guard end > firstPage, let place = highest(count, alignment, last: end - firstPage) else { throw .outOfResources }
            start = place
        case .at(let address):
            guard range.contains(address), address.isAligned(to: UInt64(alignment) * PageCount.pageSize) else { throw .notFound }
            let page = UInt32(address.rawValue / PageCount.pageSize - firstPage)
            let extent = records.start(of: page)
            guard records[extent].kind == .free, UInt64(extent) + UInt64(records[extent].pages) >= UInt64(page) + UInt64(count)
            else { throw .notFound }
            start = page
        }
        carve(start, count, PageRecords.Extent(pages: count, type: type, kind: kind))
        return address(of: start)
    }

    /// Gives pages back: an allocation of pages, or a part of one.
    ///
    /// - Throws: `.invalidParameter` for no pages, an address inside a page or a range that overflows; `.notFound` where the range
    ///   is not all part of one allocation of pages. Nothing has changed then.
    /// - Complexity: O(log *n*) for *n* pages of the arena.
    public mutating func freePages(at address: PhysicalAddress, _ pages: PageCount) throws(ArenaError) {
        guard pages > .zero, address.isAligned(to: PageCount.pageSize), let freed = PhysicalRange(start: address, pages: pages)
        else {
            throw .invalidParameter
        }
        guard range.contains(freed) else { throw .notFound }
        let page = UInt32(address.rawValue / PageCount.pageSize - firstPage)
        let start = records.start(of: page)
        let extent = records[start]
        guard extent.kind == .pages else { throw .notFound }
        let alignment = granularity(of: extent.type)
        guard address.isAligned(to: UInt64(alignment) * PageCount.pageSize) else { throw .invalidParameter }
        let count = (pages.rawValue + UInt64(alignment) - 1) & ~(UInt64(alignment) - 1)
        guard UInt64(page) + count <= UInt64(start) + UInt64(extent.pages) else { throw .notFound }
        giveBack(page, UInt32(count), from: start)
    }

    func granularity(of type: MemoryType) -> UInt32 {
        switch type {
        case .reserved, .runtimeServicesCode, .runtimeServicesData, .acpiNVS: runtimeGranularity
        default: 1
        }
    }

    /// The highest place in a free extent, below page `last` of the arena.
    private func place(_ count: UInt32, _ alignment: UInt32, in extent: UInt32, last: UInt64) -> UInt32? {
        let end = min(UInt64(extent) + UInt64(records[extent].pages), last)
        guard end >= UInt64(count) else { return nil }
        // Aligned by the address, not by the place in the arena.
        let page = ((end - UInt64(count) + firstPage) & ~(UInt64(alignment) - 1))
        guard page >= firstPage + UInt64(extent) else { return nil }
        return UInt32(page - firstPage)
    }

    /// The highest place in any free extent, below page `last` of the arena.
    private func highest(_ count: UInt32, _ alignment: UInt32, last: UInt64) -> UInt32? {
        var page = UInt32(min(last, UInt64(records.count)) - 1)
        while true {
            let extent = records.start(of: page)
            if records[extent].kind == .free, let place = place(count, alignment, in: extent, last: last) { return place }
            guard extent > 0 else { return nil }
            page = extent - 1
        }
    }

    /// Makes an extent out of a part of a free one.
    private mutating func carve(_ start: UInt32, _ count: UInt32, _ extent: PageRecords.Extent) {
        let old = records.start(of: start)
        let pages = records[old].pages
        free.remove(old, records)
        split(old, pages, around: start, count)
        records.put(extent, at: start)
        livePages += UInt64(count)
        peakPages = max(peakPages, livePages)
        peakExtentCount = max(peakExtentCount, extentCount)
        changeMap()
    }

    /// Records what is left of the extent of `pages` at `old` before and behind `count` pages from `start` on: as the extent was.
    private mutating func split(_ old: UInt32, _ pages: UInt32, around start: UInt32, _ count: UInt32) {
        var rest = records[old]
        if start > old {
            rest.pages = start - old
            records.put(rest, at: old)
            if rest.kind == .free { free.insert(old, records) }
            extentCount += 1
        }
        let end = start + count
        if end < old + pages {
            rest.pages = old + pages - end
            records.put(rest, at: end)
            if rest.kind == .free { free.insert(end, records) }
            extentCount += 1
        }
    }

    /// Frees a part of the extent at `old`, and joins it with free neighbours.
    mutating func giveBack(_ start: UInt32, _ count: UInt32, from old: UInt32) {
        split(old, records[old].pages, around: start, count)
        var (first, end) = (start, start + count)
        if start > 0 {
            let previous = records.start(of: start - 1)
            if records[previous].kind == .free {
                free.remove(previous, records)
                if start != previous, records.begins(at: start) { records.remove(at: start) }
                first = previous
                extentCount -= 1
            }
        }
        if end < records.count, records[end].kind == .free {
            let pages = records[end].pages
            free.remove(end, records)
            records.remove(at: end)
            end += pages
            extentCount -= 1
        }
        records.put(PageRecords.Extent(pages: end - first, type: .conventional, kind: .free), at: first)
        free.insert(first, records)
        livePages -= UInt64(count)
        peakExtentCount = max(peakExtentCount, extentCount)
        changeMap()
    }
}
