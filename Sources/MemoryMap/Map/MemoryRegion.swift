/// A stretch of physical memory of one type with one set of attributes.
public struct MemoryRegion: Hashable, Sendable {
    /// The addresses, whole pages in a ``PhysicalMemoryMap``.
    public var range: PhysicalRange

    public var type: MemoryType

    public var attributes: MemoryAttributes

    @inlinable
    public init(range: PhysicalRange, type: MemoryType, attributes: MemoryAttributes) {
        self.range = range
        self.type = type
        self.attributes = attributes
    }

    /// The size in 4 KiB pages.
    @inlinable
    public var pages: PageCount { range.pages }
}
