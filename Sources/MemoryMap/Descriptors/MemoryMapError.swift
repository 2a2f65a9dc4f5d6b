/// What is wrong with a memory map, and where.
public enum MemoryMapError: Error, Hashable, Sendable {
    /// The rows are said to be this many bytes apart: fewer than the 40 bytes of a descriptor, or no multiple of 8.
    case descriptorSize(Int)

    /// The rows are of a version other than 1, the only one there is.
    case descriptorVersion(UInt32)

    /// The table has no rows.
    case empty

    /// The table ends inside the row at `offset`, of which it has `byteCount` bytes.
    case truncated(offset: Int, byteCount: Int)

    /// The row at `offset` describes no pages.
    case zeroPages(offset: Int, start: PhysicalAddress)

    /// The row at `offset` starts inside a page.
    case misaligned(offset: Int, start: PhysicalAddress)

    /// The row at `offset` has more pages than there are up to 2^64.
    case wraps(offset: Int, start: PhysicalAddress, pages: PageCount)

    /// The rows at both offsets describe the same memory, from the address `at` on.
    ///
    /// `offset` belongs to the row that starts higher up (or, where both start at one address, later in the table).
    case overlap(offset: Int, other: Int, at: PhysicalAddress)

    /// The region number `index` of a list of regions does not start and end at page boundaries.
    case regionMisaligned(index: Int, range: PhysicalRange)

    /// The regions with these numbers in a list of regions describe the same memory, from the address `at` on.
    case regionsOverlap(index: Int, other: Int, at: PhysicalAddress)
}

extension MemoryMapError {
    /// The byte offset of the row at fault; 0 where the table as a whole is at fault, nil where the map did not come from a table.
    public var offset: Int? {
        switch self {
        case .descriptorSize, .descriptorVersion, .empty: 0
        case .truncated(let offset, _), .zeroPages(let offset, _), .misaligned(let offset, _), .wraps(let offset, _, _),
            .overlap(let offset, _, _):
            offset
        case .regionMisaligned, .regionsOverlap: nil
        }
    }

    /// One sentence that says what is wrong; the numbers that belong to it are written by `MemoryReport`.
    public var message: StaticString {
        switch self {
        case .descriptorSize: "the descriptor size is below 40 or no multiple of 8"
        case .descriptorVersion: "the descriptor version is not 1"
        case .empty: "the memory map has no descriptors"
        case .truncated: "the memory map ends inside a descriptor"
        case .zeroPages: "a descriptor has no pages"
        case .misaligned: "a descriptor does not start at a page boundary"
        case .wraps: "a descriptor reaches past the end of the address space"
        case .overlap: "two descriptors describe the same memory"
        case .regionMisaligned: "a region does not start and end at page boundaries"
        case .regionsOverlap: "two regions describe the same memory"
        }
    }
}
