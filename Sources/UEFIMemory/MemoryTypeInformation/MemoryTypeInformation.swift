public import MemoryMap

/// How many pages the firmware keeps together for each memory type, so that its regions stay where they are from one boot to
/// the next: the memory type information of firmware volumes, HOBs and the variable of that name.
///
/// The table is an array of `{ UInt32 type; UInt32 pages }`, little-endian, that ends with the type `EfiMaxMemoryType` (16).
public struct MemoryTypeInformation: Hashable, Sendable {
    /// What a type needs.
    public struct Entry: Hashable, Sendable {
        public var type: MemoryType
        public var pages: PageCount

        public init(type: MemoryType, pages: PageCount) {
            self.type = type
            self.pages = pages
        }
    }

    /// The type that ends the table: `EfiMaxMemoryType`.
    public static let end = MemoryType(16)

    /// The bytes of an entry.
    public static let entryByteCount = 8

    /// The largest number of pages that an entry can tell.
    public static let pageLimit = PageCount(UInt64(UInt32.max))

    /// In the order of the table, each type at most once.
    public internal(set) var entries: [Entry]

    /// A table of these entries.
    ///
    /// - Throws: `.type`, `.duplicate` or `.tooManyPages`, with the position as the entry's offset in a table.
    public init(_ entries: [Entry]) throws(MemoryTypeInformationError) {
        for (index, entry) in entries.enumerated() {
            let offset = index * Self.entryByteCount
            guard Self.canBeKept(entry.type) else { throw .type(offset: offset, entry.type) }
            guard !entries[..<index].contains(where: { $0.type == entry.type }) else {
                throw .duplicate(offset: offset, entry.type)
            }
            guard entry.pages <= Self.pageLimit else { throw .tooManyPages(offset: offset, entry.pages) }
        }
        self.entries = entries
    }

    /// Whether pages are kept for this type: not for free memory, which they would be taken from, nor for memory that is not
    /// allocated (persistent, unaccepted).
    public static func canBeKept(_ type: MemoryType) -> Bool {
        type < end && type != .conventional && type != .persistent && type != .unaccepted
    }

    /// The pages for a type; 0 where the table does not have it.
    public func pages(for type: MemoryType) -> PageCount {
        entries.first { $0.type == type }?.pages ?? .zero
    }
}

/// What is wrong with memory type information; offsets are in bytes.
public enum MemoryTypeInformationError: Error, Hashable, Sendable {
    /// The bytes end before the entry that ends the table.
    case unterminated(byteCount: Int)

    /// No pages can be kept for this type.
    case type(offset: Int, MemoryType)

    /// The type came before.
    case duplicate(offset: Int, MemoryType)

    /// More pages than an entry can tell.
    case tooManyPages(offset: Int, PageCount)
}
