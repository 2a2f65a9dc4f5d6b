public import ExecutableImage
public import KernelMemory
public import MemoryMap

/// A kernel's image in memory as it is going to run: where it lies, where it is mapped, where it is entered.
public struct KernelPlacement {
    /// One segment of the image: where it is mapped, and what may be done there.
    public struct Segment {
        public let virtual: VirtualRange
        public let physical: PhysicalAddress
        public let permissions: SegmentPermissions

        /// How the segment is mapped: written or executed, never both.
        public var attributes: PageAttributes {
            if permissions.contains(.execute) { return .readExecute }
            return permissions.contains(.write) ? .readWrite : .readOnly
        }
    }

    /// The memory that the image fills, in whole pages.
    public let physical: PhysicalRange
    public let entry: VirtualAddress
    public let segments: [Segment]

    /// Works out where the segments of `image` lie once it is loaded at `physical`, to run at `base`.
    ///
    /// - Parameter physical: as many pages as the image takes.
    /// - Throws: `segmentWraps` where a segment passes the end of an address space; `checkPlacement` finds it before.
    public init(_ image: borrowing ELFImage, at physical: PhysicalRange, virtualBase base: VirtualAddress) throws(ELFError) {
        var segments: [Segment] = []
        for index in 0..<image.segmentCount {
            let segment = image.segment(at: index)
            // A validated image lies in one piece below 2^64, each segment inside it.
            let start = image.address(of: segment.start, virtualBase: base).alignedDown(to: PageCount.pageSize)
            let end = image.address(of: segment.start, virtualBase: base).rawValue + segment.byteCount
            guard let virtual = VirtualRange(start: start, pages: PageCount(roundingUp: end - start.rawValue)),
                let place = physical.start.advanced(by: start.rawValue - base.rawValue)
            else { throw .segmentWraps(offset: 0, start: segment.start, byteCount: segment.byteCount) }
            segments.append(Segment(virtual: virtual, physical: place, permissions: segment.permissions))
        }
        self.physical = physical
        self.segments = segments
        entry = image.entry(virtualBase: base)
    }
}
