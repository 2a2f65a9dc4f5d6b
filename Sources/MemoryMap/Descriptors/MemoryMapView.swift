/// A memory map's raw bytes after every row was checked; reads the rows where they lie, without a copy.
///
/// Having a view tells you:
/// - the rows are as far apart as the table says, at least 40 bytes and a multiple of 8, and the last one is complete;
/// - there is at least one row;
/// - every row has at least one page, starts at a page boundary and ends at or below 2^64.
///
/// It does not tell that the rows are sorted or disjoint: firmware need not sort them, and overlaps take a sort to find.
/// ``PhysicalMemoryMap`` sees to both. The bytes must not change while the view exists.
public struct MemoryMapView: ~Escapable {
    /// The whole table.
    public let bytes: RawSpan

    /// The distance from one row to the next in bytes, as the firmware gave it.
    public let descriptorSize: Int

    /// The number of rows, at least 1.
    public let count: Int

    /// Checks the table `bytes`, whose rows are `descriptorSize` bytes apart.
    ///
    /// - Throws: What is wrong first, in this order: the descriptor size, the version, an empty table, a row cut off at the end; then
    ///   row by row no pages, a start inside a page, an end past 2^64.
    /// - Complexity: O(*n*) for *n* rows; allocates nothing.
    @_lifetime(copy bytes)
    public init(validating bytes: RawSpan, descriptorSize: Int, descriptorVersion: UInt32) throws(MemoryMapError) {
        guard descriptorSize >= MemoryDescriptor.Layout.byteCount, descriptorSize % MemoryDescriptor.Layout.alignment == 0 else {
            throw .descriptorSize(descriptorSize)
        }
        guard descriptorVersion == MemoryDescriptor.Layout.version else { throw .descriptorVersion(descriptorVersion) }
        guard bytes.byteCount > 0 else { throw .empty }
        let (count, rest) = bytes.byteCount.quotientAndRemainder(dividingBy: descriptorSize)
        guard rest == 0 else { throw .truncated(offset: count * descriptorSize, byteCount: rest) }
        for index in 0..<count {
            try Self.check(bytes, at: index * descriptorSize)
        }
        self.bytes = bytes
        self.descriptorSize = descriptorSize
        self.count = count
    }

    /// Checks a table that lies in bytes with a type, as those of an array do; see ``init(validating:descriptorSize:descriptorVersion:)``.
    @_lifetime(copy bytes)
    public init(validating bytes: Span<UInt8>, descriptorSize: Int, descriptorVersion: UInt32) throws(MemoryMapError) {
        try self.init(validating: bytes.rawBytes, descriptorSize: descriptorSize, descriptorVersion: descriptorVersion)
    }

    private static func check(_ bytes: RawSpan, at offset: Int) throws(MemoryMapError) {
        let start = PhysicalAddress(bytes.littleEndian64(at: offset + MemoryDescriptor.Layout.start))
        let pages = PageCount(bytes.littleEndian64(at: offset + MemoryDescriptor.Layout.pages))
        guard pages > .zero else { throw .zeroPages(offset: offset, start: start) }
        guard start.isAligned(to: PageCount.pageSize) else { throw .misaligned(offset: offset, start: start) }
        // In frames nothing can overflow: both numbers are compared before they are subtracted.
        guard pages.rawValue <= PageCount.addressSpace.rawValue - start.rawValue / PageCount.pageSize else {
            throw .wraps(offset: offset, start: start, pages: pages)
        }
    }

    /// The row number `index`, in the order of the table.
    ///
    /// - Precondition: `index` is in `0..<count`.
    /// - Complexity: O(1).
    public subscript(index: Int) -> MemoryDescriptor {
        precondition(index >= 0 && index < count, "the row is in the table")
        guard let descriptor = MemoryDescriptor(decoding: bytes, at: index * descriptorSize) else {
            preconditionFailure("a checked table holds all its rows")
        }
        return descriptor
    }

    /// The byte offset of the row number `index`.
    ///
    /// - Precondition: `index` is in `0..<count`.
    @inlinable
    public func offset(of index: Int) -> Int {
        precondition(index >= 0 && index < count, "the row is in the table")
        return index * descriptorSize
    }
}
