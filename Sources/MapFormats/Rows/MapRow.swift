import MemoryMap

/// One row of a memory map as its source printed it: checked for nothing, kept with where it stood and how it was worded.
///
/// The range may be empty or pass 2^64 (``defect``): rows are the evidence, ``ResolvedMap`` is what can be relied on.
public struct MapRow: Hashable, Sendable {
    /// What is wrong with a row's range.
    public enum Defect: UInt8, Hashable, Sendable {
        /// Nothing: ``MapRow/range`` is the range.
        case none

        /// The row describes no bytes.
        case empty

        /// The row reaches past 2^64.
        case wraps

        /// The row ends below its start.
        case reversed

        /// The word for it in documents; empty for ``none``.
        public var name: StaticString {
            switch self {
            case .none: ""
            case .empty: "empty"
            case .wraps: "wraps"
            case .reversed: "reversed"
            }
        }
    }

    /// The address of the first byte.
    public var start: PhysicalAddress

    /// The address of the last byte; without meaning where there is a ``defect``.
    public var last: PhysicalAddress

    public var defect: Defect

    /// The type in the numbers of UEFI, whatever the source calls it; see `TypeWords`.
    public var type: MemoryType

    /// The attributes, empty where the source gives none (``hasAttributes``).
    public var attributes: MemoryAttributes

    /// What else the source says of the row.
    public var marks: Marks

    /// The source's own number of the row ("mem03"), or its depth in a tree; 0 where it has neither.
    public var number: UInt32

    /// The number of the source's word for the type in ``MapCollection/words``.
    public var word: UInt32

    /// The line, from 1 up, or the number of the record in a binary source, from 1 up.
    public var line: UInt32

    /// Facts of a row that are no attributes.
    public struct Marks: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The source prints attributes.
        public static let hasAttributes = Marks(rawValue: 1)

        /// The row lies inside another one of its source, as the children in `/proc/iomem` do, and counts for no total.
        public static let isDetail = Marks(rawValue: 2)

        /// The source itself calls the row invalid.
        public static let calledInvalid = Marks(rawValue: 4)

        /// The source names addresses that belong to nothing, a hole.
        public static let isGap = Marks(rawValue: 8)

        /// The source's word is unknown here, or is missing.
        public static let unknownWord = Marks(rawValue: 16)
    }

    init(start: UInt64, last: UInt64, type: MemoryType = .reserved, line: UInt32 = 0) {
        self.start = PhysicalAddress(start)
        self.last = PhysicalAddress(last)
        self.defect = last < start ? .reversed : .none
        self.type = type
        self.attributes = []
        self.marks = []
        self.number = 0
        self.word = 0
        self.line = line
    }
}

extension MapRow {
    /// The addresses, or nil where the row has none or passes 2^64.
    public var range: PhysicalRange? {
        defect == .none ? PhysicalRange(start: start, last: last) : nil
    }

    /// Whether the source printed attributes.
    public var hasAttributes: Bool { marks.contains(.hasAttributes) }

    /// Whether the row counts for totals and overlaps: no hole and no part of another row.
    public var isCounted: Bool { marks.isDisjoint(with: [.isDetail, .isGap]) }

    /// The attributes that decide what becomes of the row: sources without attributes list ordinary RAM as usable, so that
    /// write-back is taken for granted there.
    public var effectiveAttributes: MemoryAttributes { hasAttributes ? attributes : attributes.union(.writeBack) }

    /// A row from `start` on with `byteCount` bytes.
    init(start: UInt64, byteCount: UInt64, type: MemoryType = .reserved, line: UInt32 = 0) {
        let (last, overflow) = start.addingReportingOverflow(byteCount &- 1)
        self.init(start: start, last: byteCount == 0 ? start : last, type: type, line: line)
        self.defect = byteCount == 0 ? .empty : overflow ? .wraps : .none
    }

    /// A row from `start` on with `pages` 4 KiB pages.
    init(start: UInt64, pages: UInt64, type: MemoryType = .reserved, line: UInt32 = 0) {
        if let range = PhysicalRange(start: PhysicalAddress(start), pages: PageCount(pages)) {
            self.init(start: start, last: range.last.rawValue, type: type, line: line)
        } else {
            self.init(start: start, last: start, type: type, line: line)
            defect = pages == 0 ? .empty : .wraps
        }
    }

    /// A row from `start` up to `end`, which is one past its last byte; an `end` of 0 is 2^64 for a row that starts above 0.
    init(start: UInt64, end: UInt64, type: MemoryType = .reserved, line: UInt32 = 0) {
        self.init(start: start, last: end &- 1, type: type, line: line)
        if end == start {
            last = self.start
            defect = .empty
        } else if end != 0, end < start {
            defect = .reversed
        }
    }
}
