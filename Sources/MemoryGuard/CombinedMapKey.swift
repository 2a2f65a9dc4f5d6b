/// One key for two memory maps: it changes where either of theirs does, never comes back, and is never 0.
public struct CombinedMapKey: Hashable, Sendable {
    private var outer: UInt64
    private var inner: UInt64

    /// The key of the two maps as they were when ``update(outer:inner:)`` was called last.
    public private(set) var value: UInt64 = 1

    public init(outer: UInt64, inner: UInt64) {
        self.outer = outer
        self.inner = inner
    }

    /// Takes the two keys of this moment in.
    ///
    /// - Returns: whether either has changed, and with it ``value``.
    @discardableResult
    public mutating func update(outer: UInt64, inner: UInt64) -> Bool {
        guard outer != self.outer || inner != self.inner else { return false }
        self.outer = outer
        self.inner = inner
        value &+= 1
        if value == 0 { value = 1 }
        return true
    }
}
