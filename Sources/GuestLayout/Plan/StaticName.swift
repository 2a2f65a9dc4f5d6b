import MemoryMap

/// A text of the program's own that is compared by its bytes.
public struct StaticName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let text: StaticString

    public init(_ text: StaticString) { self.text = text }

    public init(stringLiteral value: StaticString) { text = value }

    public static func == (left: Self, right: Self) -> Bool {
        guard left.text.byteIndices == right.text.byteIndices else { return false }
        return left.text.byteIndices.allSatisfy { left.text.byte(at: $0) == right.text.byte(at: $0) }
    }

    /// Equal texts have equal lengths; more is not needed for the few names that there are.
    public func hash(into hasher: inout Hasher) { hasher.combine(text.utf8CodeUnitCount) }

    public var description: String { "\(text)" }
}
