import MemoryMap

/// Two lists of disjoint regions in order, gone through together.
enum RegionPairs {
    /// The stretches in which one list has another type than the other, neighbours joined.
    static func differences(_ first: [MemoryRegion], _ second: [MemoryRegion]) -> [PhysicalRange] {
        var found: [PhysicalRange] = []
        forEachStretch(first, second) { range, left, right in
            guard left?.type != right?.type else { return }
            if let last = found.last, last.end == range.start, let union = PhysicalRange(start: last.start, last: range.last) {
                found[found.count - 1] = union
            } else {
                found.append(range)
            }
        }
        return found
    }

    /// All addresses of both lists: RAM where either has RAM.
    ///
    /// - Precondition: The regions are of whole pages.
    static func union(_ first: [MemoryRegion], _ second: [MemoryRegion]) -> PhysicalMemoryMap {
        var regions: [MemoryRegion] = []
        forEachStretch(first, second) { range, left, right in
            guard let region = left?.type.isRAM ?? false ? left : right ?? left else { return }
            regions.append(MemoryRegion(range: range, type: region.type, attributes: []))
        }
        do throws(MemoryMapError) {
            return try PhysicalMemoryMap(regions: regions)
        } catch {
            preconditionFailure("stretches are disjoint and in order")
        }
    }

    /// Calls `body` for each longest stretch in which neither list changes, with the region of each, from the lowest address up.
    private static func forEachStretch(
        _ first: [MemoryRegion], _ second: [MemoryRegion], _ body: (PhysicalRange, MemoryRegion?, MemoryRegion?) -> Void
    ) {
        var (left, right) = (0, 0)
        var next: PhysicalAddress? = PhysicalAddress(0)
        while let start = next, left < first.count || right < second.count {
            let (a, b) = (left < first.count ? first[left] : nil, right < second.count ? second[right] : nil)
            // The stretch ends before the next start and at the next end.
            var last = PhysicalAddress(UInt64.max)
            for case let region? in [a, b] {
                let edge =
                    region.range.start > start ? PhysicalAddress(region.range.start.rawValue - 1) : region.range.last
                last = min(last, edge)
            }
            let holder = { (region: MemoryRegion?) in region.flatMap { $0.range.start <= start ? $0 : nil } }
            if let range = PhysicalRange(start: start, last: last), holder(a) != nil || holder(b) != nil {
                body(range, holder(a), holder(b))
            }
            if let a, a.range.last == last { left += 1 }
            if let b, b.range.last == last { right += 1 }
            next = last.advanced(by: 1)
        }
    }
}
