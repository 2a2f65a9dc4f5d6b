/// A machine's memory map: regions of whole pages in the order of their addresses, disjoint and merged.
///
/// Neighbours that touch and have the same type and the same attributes are one region. Everything that the map answers
/// rests on this, so the regions cannot be changed.
public struct PhysicalMemoryMap: Sendable {
    /// The regions from the lowest address up.
    public let regions: [MemoryRegion]

    /// How many rows of the table (or regions of the list) went into each region of ``regions``.
    public let descriptorCounts: [Int]

    /// How many rows the table had (or regions the list) that the map was made from.
    public let descriptorCount: Int

    /// Sorts and merges the rows of a checked table.
    ///
    /// - Throws: `MemoryMapError.overlap` with the offsets of both rows, for the lowest address at which rows overlap.
    /// - Complexity: O(*n* log *n*) for *n* rows, O(*n*) where they are sorted already; allocates three arrays of at most *n* elements.
    public init(_ view: borrowing MemoryMapView) throws(MemoryMapError) {
        var rows: [Row] = []
        rows.reserveCapacity(view.count)
        for index in 0..<view.count {
            let descriptor = view[index]
            guard let range = descriptor.range else { preconditionFailure("a checked row has a range") }
            let region = MemoryRegion(range: range, type: descriptor.type, attributes: descriptor.attributes)
            rows.append(Row(region: region, position: index))
        }
        switch Merged.of(&rows) {
        case .success(let merged):
            self.init(merged, descriptorCount: view.count)
        case .failure(let overlap):
            throw .overlap(offset: view.offset(of: overlap.upper), other: view.offset(of: overlap.lower), at: overlap.address)
        }
    }

    /// Sorts and merges a list of regions, in any order; an empty list gives an empty map.
    ///
    /// - Throws: `MemoryMapError.regionMisaligned` or `.regionsOverlap`, with positions in the list.
    /// - Complexity: O(*n* log *n*) for *n* regions, O(*n*) where they are sorted already; allocates three arrays of at most *n* elements.
    public init(regions: [MemoryRegion]) throws(MemoryMapError) {
        var rows: [Row] = []
        rows.reserveCapacity(regions.count)
        for (index, region) in regions.enumerated() {
            guard region.range.isPageAligned else { throw .regionMisaligned(index: index, range: region.range) }
            rows.append(Row(region: region, position: index))
        }
        switch Merged.of(&rows) {
        case .success(let merged):
            self.init(merged, descriptorCount: regions.count)
        case .failure(let overlap):
            throw .regionsOverlap(index: overlap.upper, other: overlap.lower, at: overlap.address)
        }
    }

    private init(_ merged: Merged, descriptorCount: Int) {
        self.regions = merged.regions
        self.descriptorCounts = merged.counts
        self.descriptorCount = descriptorCount
    }
}

extension PhysicalMemoryMap {
    /// A region and its position in the table or list that it came from.
    fileprivate struct Row {
        var region: MemoryRegion
        var position: Int

        /// By address; rows that start together keep the order of the table, so that errors name them in that order.
        static func precedes(_ left: Row, _ right: Row) -> Bool {
            (left.region.range.start, left.position) < (right.region.range.start, right.position)
        }
    }

    fileprivate struct Overlap: Error {
        var lower: Int
        var upper: Int
        var address: PhysicalAddress
    }

    fileprivate struct Merged {
        var regions: [MemoryRegion] = []
        var counts: [Int] = []

        static func of(_ rows: inout [Row]) -> Result<Merged, Overlap> {
            rows.sort(by: Row.precedes)
            var merged = Merged()
            var previous: Row?
            for row in rows {
                if let previous, row.region.range.start <= previous.region.range.last {
                    return .failure(Overlap(lower: previous.position, upper: row.position, address: row.region.range.start))
                }
                merged.append(row.region)
                previous = row
            }
            return .success(merged)
        }

        private mutating func append(_ region: MemoryRegion) {
            if let last = regions.indices.last, let union = regions[last].joined(with: region) {
                regions[last] = union
                counts[last] += 1
            } else {
                regions.append(region)
                counts.append(1)
            }
        }
    }
}

extension MemoryRegion {
    /// One region for this one and the `next` one, or nil where they do not touch or differ in type or attributes.
    fileprivate func joined(with next: MemoryRegion) -> MemoryRegion? {
        guard type == next.type, attributes == next.attributes, range.end == next.range.start else { return nil }
        return MemoryRegion(
            range: PhysicalRange(unchecked: range.start, last: next.range.last), type: type, attributes: attributes)
    }
}
