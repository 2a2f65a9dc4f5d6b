import MemoryMap

/// One listing of a memory map in a source: the rows that belong together, in their order.
public struct ListedMap: Sendable {
    /// The number of the map in its source, from 0 up.
    public let number: Int

    public let kind: MapKind

    /// Which of the source's maps it is ("BIOS-e820", "user", "memory"); empty where there is only one.
    public let label: String

    /// How the source printed the rows' ends.
    public let convention: EndConvention

    /// The boot of the machine in which it was printed, from 0 up.
    public let boot: Int

    public internal(set) var rows: [MapRow]

    /// What the source itself says the RAM adds up to, in bytes; nil where it does not.
    public internal(set) var statedTotal: UInt64?
}

/// What was read from one source.
public struct MapCollection: Sendable {
    /// The maps in the order of their first rows.
    public internal(set) var maps: [ListedMap] = []

    /// What else the source says about addresses.
    public internal(set) var facts: [MapFact] = []

    /// The sources' words for types, by their numbers in the rows.
    public internal(set) var words = WordTable()

    /// The lines that were read.
    public internal(set) var lineCount = 0

    /// The lines that were too long to be looked at; see ``MapReader/Limits/lineLength``.
    public internal(set) var overlongLines = 0

    /// The rows in all maps.
    public var rowCount: Int { maps.reduce(0) { $0 + $1.rows.count } }

    public init() {}

    /// The source's word for a row's type.
    public func word(of row: MapRow) -> String { words[row.word] }
}
