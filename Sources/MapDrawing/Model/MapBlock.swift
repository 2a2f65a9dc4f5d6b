public import MemoryMap
public import MemoryReport

/// A stretch of addresses that is drawn as one.
public struct MapBlock: Sendable {
    /// What lies in a block.
    public enum Content: Sendable {
        /// A region of one type with one set of attributes; nil where the source lists none.
        case region(MemoryType, MemoryAttributes?)

        /// Addresses that no row describes.
        case hole

        /// Neighbours that are too small to be drawn each for itself.
        case group(Group)
    }

    /// What was put together because there is not room for all of it.
    public struct Group: Sendable {
        public var regions = 0
        public var holes = 0

        /// The bytes of each category, indexed by its raw value.
        public var bytes = [UInt128](repeating: 0, count: MemoryCategory.allCases.count)

        /// The size of the largest of them.
        public var largest: UInt128 = 0

        init() {}

        /// The category with most bytes, holes only where there is nothing else; of several the first.
        public var category: MemoryCategory {
            var winner = MemoryCategory.hole
            var most: UInt128 = 0
            for category in MemoryCategory.allCases where category != .hole && bytes[Int(category.rawValue)] > most {
                winner = category
                most = bytes[Int(category.rawValue)]
            }
            return winner
        }

        /// The categories that occur, the one with most bytes first.
        var parts: [(category: MemoryCategory, bytes: UInt128)] {
            MemoryCategory.allCases.map { ($0, bytes[Int($0.rawValue)]) }.filter { $0.1 > 0 }
                .sorted { ($1.1, $0.0.rawValue) < ($0.1, $1.0.rawValue) }
        }
    }

    /// The addresses.
    public internal(set) var range: PhysicalRange

    /// What is there.
    public internal(set) var content: Content

    /// The rows of the source whose first byte the block has.
    public internal(set) var rows = 0

    /// The first and the last line of those rows, or of the row that the region comes from.
    public internal(set) var lines: ClosedRange<UInt32>?

    /// The source's word for the type of the first row, made plain; empty for holes and groups.
    public internal(set) var word = ""

    /// Whether the word says more than the type does: the words of UEFI's types do not.
    public internal(set) var isWordTelling = false

    /// Whether firmware keeps the region for a purpose of its own, which a source can say without listing attributes.
    public internal(set) var isOfSpecificPurpose = false

    /// Whether more than one row describes addresses of the block.
    public internal(set) var isContested = false

    init(range: PhysicalRange, content: Content) {
        self.range = range
        self.content = content
    }

    /// The colour in which the block is drawn.
    public var category: MemoryCategory {
        switch content {
        case .region(let type, _): MemoryCategory(type, isOfSpecificPurpose ? .specificPurpose : [])
        case .hole: .hole
        case .group(let group): group.category
        }
    }

    /// Whether no region is there.
    public var isHole: Bool { if case .hole = content { true } else { false } }

    /// The regions that are drawn as one, nil where it is a hole or a region of its own.
    public var group: Group? { if case .group(let group) = content { group } else { nil } }
}
