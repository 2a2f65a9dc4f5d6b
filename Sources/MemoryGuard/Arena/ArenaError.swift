/// Why a memory service refused a call; the names are those of the specification's status codes.
public enum ArenaError: Error, Hashable, Sendable {
    /// An argument that no call may have: a type or kind that does not exist, no pages, a size that overflows.
    case invalidParameter

    /// There is no such memory: not at that address, or not allocated that way.
    case notFound

    /// There is not enough free memory.
    case outOfResources
}
