/// A 64-bit address or attribute word that travels in JSON as a string `"0x…"`.
public struct HexadecimalWord: Hashable, Sendable {
    public let rawValue: UInt64

    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Reads `0x` and 1 to 16 hexadecimal digits, or nil where `text` is anything else.
    public init?(_ text: String) {
        let digits = text.utf8.dropFirst(2)
        guard text.utf8.starts(with: "0x".utf8), (1...16).contains(digits.count) else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard let nibble = HexadecimalDigits.value(of: digit) else { return nil }
            value = value << 4 | UInt64(nibble)
        }
        rawValue = value
    }
}

extension HexadecimalWord: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let word = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text.prefix(32))' is no 0x… word")
        }
        self = word
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension HexadecimalWord: CustomStringConvertible {
    public var description: String { "0x" + String(rawValue, radix: 16) }
}

/// Hexadecimal digits and what they stand for.
enum HexadecimalDigits {
    static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The bytes that pairs of digits spell, or nil where the count is odd or a digit is none.
    static func bytes(of text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(of: digits[index]), let low = value(of: digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
