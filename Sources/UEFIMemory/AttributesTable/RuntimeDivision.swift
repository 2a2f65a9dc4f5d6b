public import MemoryMap

/// The runtime regions divided into code, which is read-only, and data, which is not executed: the entries of the memory
/// attributes table.
///
/// The entries cover exactly the regions of runtime services code and data, in the order of their addresses. Each has the type of
/// its region, as operating systems compare it with the map's, and the attributes RUNTIME and:
/// - RO for pages of code sections;
/// - XP for all else of an image, and for regions of runtime services data outside of images;
/// - neither where code and data share a page of the runtime granularity, where a section is both written and executed, and in
///   regions of runtime services code outside of images: what lies there is not known.
///
/// UEFI 2.10, section 4.6.4.
public struct RuntimeDivision: Sendable {
    /// Neighbours of the same type and attributes are one.
    public private(set) var entries: [MemoryDescriptor] = []

    private let granularity: UInt64

    /// Divides runtime regions by the images in them.
    ///
    /// - Parameters:
    ///   - regions: the runtime services' code and data in the order of their addresses; regions of other types are passed over.
    ///   - images: in the order of their addresses.
    ///   - granularity: the unit that permissions can be given in: 4096, or 65,536 for AArch64, whose operating systems may
    ///     have pages of that size.
    /// - Complexity: O(*r* + *s*) for *r* regions and *s* sections; allocates an array of entries.
    public init(
        regions: [MemoryRegion], images: [RuntimeImage], granularity: UInt64 = PageCount.pageSize
    ) throws(RuntimeDivisionError) {
        precondition(granularity >= PageCount.pageSize && granularity.nonzeroBitCount == 1, "whole pages, a power of two")
        self.granularity = granularity
        var image = images.startIndex
        var previous: PhysicalRange?
        for region in regions where region.type.isRuntimeServices {
            guard region.range.start.isAligned(to: granularity), (region.range.last.rawValue &+ 1) % granularity == 0 else {
                throw .regionMisaligned(region.range)
            }
            if let previous, region.range.start <= previous.last { throw .regionsUnordered(region.range) }
            previous = region.range
            let first = image
            while image < images.endIndex, images[image].range.start <= region.range.last {
                guard region.range.contains(images[image].range) else { throw .imageOutside(images[image].range) }
                if image > 0, images[image].range.start <= images[image - 1].range.last {
                    throw .imagesUnordered(images[image].range)
                }
                try Self.check(images[image])
                image += 1
            }
            divide(region, images[first..<image])
        }
        guard image == images.endIndex else { throw .imageOutside(images[image].range) }
        guard !entries.isEmpty else { throw .empty }
        guard entries.count <= MemoryAttributesTable.entryLimit else { throw .tooManyEntries }
    }

    private static func check(_ image: RuntimeImage) throws(RuntimeDivisionError) {
        var previous: PhysicalRange?
        for section in image.code {
            guard image.range.contains(section.range) else { throw .section(section.range) }
            if let previous, section.range.start <= previous.last { throw .section(section.range) }
            previous = section.range
        }
    }

    /// What the bytes of a stretch are.
    private struct Contents: OptionSet {
        let rawValue: UInt8

        static let code = Contents(rawValue: 1)
        static let data = Contents(rawValue: 2)
        static let unknown = Contents(rawValue: 4)

        var attributes: MemoryAttributes {
            switch self {
            case .code: [.runtime, .readOnly]
            case .data: [.runtime, .executeProtected]
            default: .runtime
            }
        }
    }

    /// The unit of ``granularity`` that has been reached, and what is in it so far.
    private struct Unit {
        let number: UInt64
        var contents: Contents
    }

    private mutating func divide(_ region: MemoryRegion, _ images: ArraySlice<RuntimeImage>) {
        let outside: Contents = region.type == .runtimeServicesCode ? .unknown : .data
        var unit: Unit?
        // The first byte that nothing has been said of; nil at the end of the address space.
        var next: PhysicalAddress? = region.range.start
        for image in images {
            add(outside, from: next, below: image.range.start, &unit, region.type)
            next = image.range.start
            for section in image.code {
                add(.data, from: next, below: section.range.start, &unit, region.type)
                add(section.isWritable ? .unknown : .code, section.range, &unit, region.type)
                next = Self.endOfPage(section.range)
            }
            if let start = next, let rest = PhysicalRange(start: start, last: image.range.last) {
                add(.data, rest, &unit, region.type)
            }
            next = Self.endOfPage(image.range)
        }
        if let start = next, let rest = PhysicalRange(start: start, last: region.range.last) {
            add(outside, rest, &unit, region.type)
        }
        finish(unit, region.type)
    }

    /// Where the page ends that holds the last byte of `range`: what fills it belongs to nobody.
    private static func endOfPage(_ range: PhysicalRange) -> PhysicalAddress? {
        range.end?.alignedUp(to: PageCount.pageSize)
    }

    private mutating func add(
        _ contents: Contents, from start: PhysicalAddress?, below end: PhysicalAddress, _ unit: inout Unit?, _ type: MemoryType
    ) {
        guard let start, start < end, let range = PhysicalRange(start: start, last: PhysicalAddress(end.rawValue - 1)) else {
            return
        }
        add(contents, range, &unit, type)
    }

    /// Adds a stretch that lies above those before it.
    private mutating func add(_ contents: Contents, _ range: PhysicalRange, _ unit: inout Unit?, _ type: MemoryType) {
        var first = range.start.rawValue / granularity
        let last = range.last.rawValue / granularity
        if var reached = unit, reached.number == first {
            reached.contents.formUnion(contents)
            unit = reached
            guard last > first else { return }
            first += 1
        }
        finish(unit, type)
        if first < last { append(first..<last, contents, type) }
        unit = Unit(number: last, contents: contents)
    }

    /// Puts down the unit that nothing more is added to.
    private mutating func finish(_ unit: Unit?, _ type: MemoryType) {
        if let unit { append(unit.number..<unit.number + 1, unit.contents, type) }
    }

    private mutating func append(_ units: Range<UInt64>, _ contents: Contents, _ type: MemoryType) {
        let pages = PageCount(UInt64(units.count) * (granularity / PageCount.pageSize))
        let start = PhysicalAddress(units.lowerBound * granularity)
        if let last = entries.indices.last, entries[last].type == type, entries[last].attributes == contents.attributes,
            entries[last].range?.end == start, let sum = entries[last].pages.adding(pages)
        {
            entries[last].pages = sum
        } else {
            entries.append(MemoryDescriptor(type: type, start: start, pages: pages, attributes: contents.attributes))
        }
    }
}
