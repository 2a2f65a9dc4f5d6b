/// What keeps a picture small whatever is drawn.
public struct DrawingLimits: Hashable, Sendable {
    /// The most blocks of one map; what is left of a larger one is drawn together, smallest first (``MapBlock/Group``).
    public var blocksPerMap = 512

    /// The most blocks of all maps of a picture.
    public var blocks = 8_192

    /// The most maps of a picture.
    public var maps = 64

    public init() {}

    /// How many blocks each of `maps` maps may have, at least 16.
    func share(ofMaps maps: Int) -> Int { max(min(blocksPerMap, blocks / max(maps, 1)), 16) }
}
