import MemoryMap

/// Regions with edges of any kind as regions of whole pages that cover every byte of them.
///
/// For the scale only, with no attribute but the one that has a colour: other than ``ResolvedMap/pageMap`` no byte is left out, as there has to be a place for each in the picture.
enum WholePages {
    /// The pages that `regions` touch, which are disjoint and in the order of their addresses; a page that several touch is the first one's.
    static func map(of regions: [MemoryRegion]) -> PhysicalMemoryMap {
        let mask = PageCount.pageSize - 1
        var pages: [MemoryRegion] = []
        pages.reserveCapacity(regions.count)
        // The first page that is not taken, nil past the end of the address space.
        var free: UInt64? = 0
        for region in regions {
            guard let floor = free else { break }
            let first = max(region.range.start.rawValue & ~mask, floor)
            let last = region.range.last.rawValue | mask
            guard let range = PhysicalRange(start: PhysicalAddress(first), last: PhysicalAddress(last)) else { continue }
            pages.append(
                MemoryRegion(range: range, type: region.type, attributes: region.attributes.intersection(.specificPurpose)))
            free = last == .max ? nil : last + 1
        }
        do throws(MemoryMapError) {
            return try PhysicalMemoryMap(regions: pages)
        } catch {
            preconditionFailure("whole pages in order, each taken once")
        }
    }
}
