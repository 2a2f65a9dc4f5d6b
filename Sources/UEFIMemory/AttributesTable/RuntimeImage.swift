public import MemoryMap

/// An image of a runtime driver in memory, as far as its sections' permissions go.
public struct RuntimeImage: Hashable, Sendable {
    /// A section whose bytes are executed.
    ///
    /// Sections that are not listed, and the image's headers, are data.
    public struct CodeSection: Hashable, Sendable {
        /// The bytes of the section in memory, without what fills its last page.
        public var range: PhysicalRange

        /// Whether the section is also written: it is left unrestricted then.
        public var isWritable: Bool

        public init(range: PhysicalRange, isWritable: Bool = false) {
            self.range = range
            self.isWritable = isWritable
        }
    }

    /// From the headers to the end of the last section.
    public var range: PhysicalRange

    /// In the order of their addresses.
    public var code: [CodeSection]

    public init(range: PhysicalRange, code: [CodeSection]) {
        self.range = range
        self.code = code
    }
}

/// Why no memory attributes table was made.
public enum RuntimeDivisionError: Error, Hashable, Sendable {
    /// A runtime region does not start and end at the granularity of runtime allocations.
    case regionMisaligned(PhysicalRange)

    /// Regions are not in the order of their addresses, or overlap.
    case regionsUnordered(PhysicalRange)

    /// Not all of the image lies in one region.
    case imageOutside(PhysicalRange)

    /// Images are not in the order of their addresses, or overlap.
    case imagesUnordered(PhysicalRange)

    /// A code section leaves its image, or overlaps the one before.
    case section(PhysicalRange)

    /// There are no runtime regions, so that there is nothing to tell.
    case empty

    /// There would be more entries than a reader believes.
    case tooManyEntries
}
