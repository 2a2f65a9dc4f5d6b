public import MemoryMap

/// Writes regions that come in the order of their addresses as the rows of a memory map: neighbours that touch and agree in type
/// and attributes become one row.
///
/// The bytes are lent for each call, so that rows can come from several sources. Rows that do not fit are counted and not written.
public struct RowWriter {
    /// The distance from one row to the next in bytes.
    public let descriptorSize: Int

    /// The rows that are complete.
    public private(set) var count = 0

    /// The row that a neighbour may yet extend.
    private var pending: MemoryDescriptor?

    /// - Precondition: `descriptorSize` is at least 40.
    public init(descriptorSize: Int) {
        precondition(descriptorSize >= MemoryDescriptor.Layout.byteCount, "a row holds a descriptor")
        self.descriptorSize = descriptorSize
    }

    /// Takes the next region in.
    ///
    /// - Precondition: it lies above all that came before.
    @inlinable
    public mutating func append(_ region: MemoryRegion, to bytes: inout MutableRawSpan) {
        append(region.range.start, region.range.pages, region.type, region.attributes, to: &bytes)
    }

    /// Takes the next region in, of whole pages from `start` on.
    public mutating func append(
        _ start: PhysicalAddress, _ pages: PageCount, _ type: MemoryType, _ attributes: MemoryAttributes,
        to bytes: inout MutableRawSpan
    ) {
        if let row = pending {
            // Both are below 2^52 pages, and the sum is an address or 2^64, which is nobody's start.
            if row.type == type, row.attributes == attributes,
                row.start.rawValue &+ (row.pages.rawValue &* PageCount.pageSize) == start.rawValue
            {
                pending = MemoryDescriptor(
                    type: type, start: row.start, pages: PageCount(row.pages.rawValue &+ pages.rawValue), attributes: attributes)
                return
            }
            write(row, to: &bytes)
        }
        pending = MemoryDescriptor(type: type, start: start, pages: pages, attributes: attributes)
    }

    /// Tells that the next region has another owner: free memory of the two is not joined, because no allocation can span both.
    ///
    /// A program takes any address inside a free row for one that it can be given.
    public mutating func changeOwner(_ bytes: inout MutableRawSpan) {
        guard let row = pending, row.type == .conventional else { return }
        write(row, to: &bytes)
        pending = nil
    }

    /// Completes the last row; returns the number of all of them.
    @discardableResult
    public mutating func finish(_ bytes: inout MutableRawSpan) -> Int {
        if let row = pending { write(row, to: &bytes) }
        pending = nil
        return count
    }

    private mutating func write(_ row: MemoryDescriptor, to bytes: inout MutableRawSpan) {
        let offset = count * descriptorSize
        if offset <= bytes.byteCount - descriptorSize, row.encode(into: &bytes, at: offset) {
            var padding = offset + MemoryDescriptor.Layout.byteCount
            while padding < offset + descriptorSize {
                bytes.storeBytes(of: 0, toByteOffset: padding, as: UInt8.self)
                padding += 1
            }
        }
        count += 1
    }
}
