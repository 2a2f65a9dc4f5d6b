import MemoryMap

/// A kernel's command line: words separated by blanks, each `key=value` or `key`.
///
/// There are no quotes and no escapes. Words that nobody asks for are left alone: they may be another part's. UTF-8, though only
/// keys in ASCII can be asked for.
public struct KernelCommandLine: ~Escapable {
    private let text: Span<UInt8>

    @_lifetime(copy text)
    public init(_ text: Span<UInt8>) { self.text = text }

    /// The value of the last word with this key, empty for a word without a value; nil where there is none.
    ///
    /// - Complexity: O(*n*) for *n* bytes.
    public func value(of key: StaticString) -> CommandLineValue? {
        var found: CommandLineValue?
        var start = 0
        while start < text.count {
            var end = start
            while end < text.count, text[end] != UInt8(ascii: " ") { end += 1 }
            if let value = value(in: start..<end, of: key) { found = value }
            start = end + 1
        }
        return found
    }

    private func value(in word: Range<Int>, of key: StaticString) -> CommandLineValue? {
        let count = key.byteIndices.count
        guard word.count >= count, key.byteIndices.allSatisfy({ text[word.lowerBound + $0] == key.byte(at: $0) }) else {
            return nil
        }
        guard word.count > count else { return CommandLineValue(text, word.upperBound..<word.upperBound) }
        guard text[word.lowerBound + count] == UInt8(ascii: "=") else { return nil }
        return CommandLineValue(text, word.lowerBound + count + 1..<word.upperBound)
    }
}

/// The value of a word of a command line, of at most 64 bytes: a longer one is none that anybody knows.
public struct CommandLineValue: Sendable {
    private var bytes = [64 of UInt8](repeating: 0)

    /// The number of bytes; 65 and more for a value that is too long to be kept.
    private let count: Int

    init(_ text: Span<UInt8>, _ range: Range<Int>) {
        count = range.count
        for index in 0..<min(range.count, 64) { bytes[index] = text[range.lowerBound + index] }
    }

    /// Whether the value is exactly this text.
    public static func == (value: CommandLineValue, text: StaticString) -> Bool {
        value.count == text.byteIndices.count && value.count <= 64
            && text.byteIndices.allSatisfy { value.bytes[$0] == text.byte(at: $0) }
    }

    /// The number that `0x` and hexadecimal digits write, or nil where that is not what the value is, or it passes 64 bits.
    public var hexadecimal: UInt64? {
        guard (3...18).contains(count), bytes[0] == UInt8(ascii: "0"), bytes[1] == UInt8(ascii: "x") else { return nil }
        var number: UInt64 = 0
        for index in 2..<count {
            let digit: UInt8
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[index] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[index] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[index] - UInt8(ascii: "A") + 10
            default: return nil
            }
            number = number << 4 | UInt64(digit)
        }
        return number
    }
}
