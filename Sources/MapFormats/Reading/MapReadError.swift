/// Why a source cannot be read as memory maps.
public enum MapReadError: Error, Hashable, Sendable {
    /// The source has more rows than the limit; `line` is the first one too many.
    case tooManyRows(limit: Int, line: UInt32)

    /// The source has more lines than are counted.
    case tooManyLines
}
