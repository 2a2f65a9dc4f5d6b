public import MemoryMap

/// What a range of addresses is that the services learn of.
public enum MemoryResource: Hashable, Sendable {
    /// RAM, all free.
    case system

    /// RAM that a confidential guest must accept before the first access; the services do so as they need it.
    case unaccepted

    /// Anything that is not the services' to give: device registers, reserved or persistent memory, what was in use before.
    case occupied(MemoryType)
}

extension MemoryServices {
    /// Adds a range of addresses, at the beginning or later.
    ///
    /// - Parameters:
    ///   - range: whole pages of which the services know none. Page 0 is never given to anyone: it is boot services data.
    ///   - attributes: what the memory is capable of, and whether an operating system has to map it for the runtime services.
    /// - Throws: `.misaligned`, `.overlap`, `.type` or `.outOfResources`; nothing has changed then.
    /// - Complexity: O(log *n*) for *n* extents.
    public mutating func add(
        _ range: PhysicalRange, as resource: MemoryResource, attributes: MemoryAttributes = .allCachePolicies
    ) throws(MemoryResourceError) {
        guard range.isPageAligned else { throw .misaligned(range) }
        let first = range.start.rawValue / PageCount.pageSize
        let count = range.pages.rawValue
        if case .occupied(let type) = resource, type == .conventional || type == .unaccepted { throw .type(type) }
        try checkUnknown(first, first + count - 1)
        if records.unusedCount < 4 {
            guard addRecords() else { throw .outOfResources }
        }
        switch resource {
        case .system: insertMemory(first, count, attributes.subtracting(.runtime))
        case .unaccepted: insert(first, count, .unaccepted, .unaccepted, attributes.subtracting(.runtime))
        case .occupied(let type): insert(first, count, .fixed, type, attributes)
        }
        settle()
    }

    private func checkUnknown(_ first: UInt64, _ last: UInt64) throws(MemoryResourceError) {
        if tree.extent(holding: first) != nil { throw .overlap(PhysicalAddress(first * PageCount.pageSize)) }
        let next = if let previous = tree.floor(first) { previous.next } else { tree.first }
        if let next, next.start <= last {
            throw .overlap(PhysicalAddress(next.start * PageCount.pageSize))
        }
    }

    /// Adds free memory; page 0 apart.
    mutating func insertMemory(_ first: UInt64, _ count: UInt64, _ attributes: MemoryAttributes) {
        if first == 0 { insert(0, 1, .fixed, .bootServicesData, attributes) }
        let start = max(first, 1)
        if first + count > start { insert(start, first + count - start, .free, .conventional, attributes) }
    }

    private mutating func insert(
        _ first: UInt64, _ count: UInt64, _ kind: ExtentKind, _ type: MemoryType, _ attributes: MemoryAttributes
    ) {
        let extent = makeExtent(first, count, kind, type, attributes, bin: 0)
        tree.insert(extent, after: tree.floor(first))
        if kind == .free { coalesce(extent) }
        changeMap()
    }
}

extension MemoryServices {
    /// Keeps memory together for types, so that their regions lie where they lay in the last boot: the bins of memory type information.
    ///
    /// All bins lie next to each other, as high as there is room, in the order of the table from the top down; so they do not move as long as
    /// this is called before memory is allocated. A bin's free pages are shown in the map as its type, and are its type's alone; what does
    /// not fit in is allocated elsewhere.
    ///
    /// - Throws: `.outOfResources` where there is no stretch of free memory for all of them and some pages more, `.overlap` with the address of a bin that is there already; nothing has changed
    ///   then.
    /// - Complexity: O(log *n*) for *n* extents and each bin.
    public mutating func placeBins(_ information: MemoryTypeInformation) throws(MemoryResourceError) {
        if let bin = bins.first { throw .overlap(PhysicalAddress(bin.first * PageCount.pageSize)) }
        let granule = runtimeGranularity.rawValue
        let entries = information.entries.filter { $0.pages > .zero && Self.isAllocatable($0.type) }
        let sizes = entries.map { ($0.pages.rawValue + granule - 1) & ~(granule - 1) }
        let total = sizes.reduce(0, +)
        guard total > 0 else { return }
        precondition(entries.count < Extent.standingBin, "the table has 13 entries at most")
        let search: PageSearch = granule > 1 ? .aligned : .free
        // Pages for the records of the bins come out of what there is besides, two of them at most.
        guard tree.highestPlace(search, total + 2 * granule, from: 0, through: .max) != nil else { throw .outOfResources }
        while records.unusedCount < entries.count + 8 {
            guard addRecords(exactly: true) else { throw .outOfResources }
        }
        guard let found = tree.highestPlace(search, total, from: 0, through: .max) else { throw .outOfResources }
        var hole = found.extent
        var end = found.start + total
        for (entry, size) in zip(entries, sizes) {
            let start = end - size
            bins.append(Bin(type: entry.type, first: start, last: end - 1))
            let bin = carve(hole, start, size, .free, entry.type)
            bin.bin = bins.count
            guard start > found.start else { break }
            // What is below the bin is the hole still; what is above the first one is another extent now.
            guard let rest = bin.previous else { preconditionFailure("there is room for the next bin") }
            hole = rest
            end = start
        }
        settle()
    }

    /// The most pages that types of the specification used at a time, for the table of the next boot: see
    /// ``MemoryTypeInformation/next(after:shrinks:)``.
    public var peaks: [MemoryTypeInformation.Entry] {
        (0..<UInt32(TypePools.standardTypeCount)).compactMap { number in
            let pages = PageCount(pools.peak(of: MemoryType(number)))
            return pages > .zero ? MemoryTypeInformation.Entry(type: MemoryType(number), pages: pages) : nil
        }
    }
}

extension MemoryServices {
    /// Accepts memory now.
    ///
    /// - Throws: `.misaligned`; `.notUnaccepted` where not all of the range is one stretch of memory to be accepted; `.refused` where the
    ///   machine does not accept it; `.outOfResources`. Nothing has changed then.
    /// - Complexity: O(log *n*) for *n* extents, beside what the machine takes.
    public mutating func accept(_ range: PhysicalRange) throws(MemoryResourceError) {
        guard range.isPageAligned else { throw .misaligned(range) }
        let first = range.start.rawValue / PageCount.pageSize
        guard let extent = tree.extent(holding: first), extent.kind == .unaccepted,
            range.last.rawValue / PageCount.pageSize < extent.end
        else { throw .notUnaccepted(range) }
        let (key, idlePages) = (mapKey, idleBookkeepingPages)
        let needsRecords = records.unusedCount < 4
        if needsRecords {
            guard addRecords(exactly: true) else { throw .outOfResources }
        }
        guard let acceptMemory, acceptMemory(range) else {
            if needsRecords {
                removeRecords(idlePages: idlePages)
                mapKey = key
            }
            throw .refused(range)
        }
        coalesce(carve(extent, first, range.pages.rawValue, .free, .conventional))
        settle()
    }

    /// The pages that are accepted at a time, where there are as many: 2 MiB.
    private static var acceptedAtOnce: UInt64 { 512 }

    /// Accepts memory for an allocation that finds no room.
    mutating func accept(_ count: UInt64, _ granule: UInt64, through highest: UInt64) -> Bool {
        guard let acceptMemory, records.unusedCount >= 4,
            let found = tree.highestPlace(.unaccepted, count + granule - 1, from: 0, through: highest)
        else { return false }
        let mask = Self.acceptedAtOnce - 1
        let start = max(found.start & ~mask, found.extent.start)
        let end = min((found.start + count + granule - 1 + mask) & ~mask, found.extent.end)
        guard let range = PhysicalRange(start: PhysicalAddress(start * PageCount.pageSize), pages: PageCount(end - start)),
            acceptMemory(range)
        else { return false }
        coalesce(carve(found.extent, start, end - start, .free, .conventional))
        return true
    }
}
