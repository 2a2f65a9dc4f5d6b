/// A short piece of text that is put together before it is written, so that its width is known: a cell of a table.
///
/// Lives on the stack. What does not fit its 64 bytes is cut off.
public struct TextField: TextSink {
    /// The most bytes that a field holds.
    public static let capacity = 64

    private var bytes: [64 of UInt8] = .init(repeating: 0)

    /// The number of bytes so far.
    public private(set) var count = 0

    public init() {}

    public mutating func write(_ byte: UInt8) {
        guard count < Self.capacity else { return }
        bytes[count] = byte
        count += 1
    }

    /// The byte number `index`.
    ///
    /// - Precondition: `index` is in `0..<count`.
    public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "inside the text")
        return bytes[index]
    }
}

/// On which side of its column a text stands.
public enum TextAlignment: Hashable, Sendable {
    case left
    case right
}

extension TextSink where Self: ~Copyable {
    /// Writes a field, and blanks up to a width of `width` bytes.
    public mutating func write(_ field: TextField, width: Int = 0, alignment: TextAlignment = .left) {
        if alignment == .right { write(UInt8(ascii: " "), count: width - field.count) }
        for index in 0..<field.count { write(field[index]) }
        if alignment == .left { write(UInt8(ascii: " "), count: width - field.count) }
    }

    /// Writes a text, and blanks up to a width of `width` bytes.
    public mutating func write(_ text: StaticString, width: Int, alignment: TextAlignment = .left) {
        var field = TextField()
        field.write(text)
        write(field, width: width, alignment: alignment)
    }
}
