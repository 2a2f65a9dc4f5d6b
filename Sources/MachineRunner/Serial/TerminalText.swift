/// Text from a guest made harmless for a terminal.
public enum TerminalText {
    private enum State {
        case text
        case escape
        case controlSequence
        case string
    }

    /// `bytes` without escape sequences (ECMA-48) and control characters, bad UTF-8 replaced; tabs become spaces.
    ///
    /// - Complexity: O(*n*), where *n* is the number of bytes.
    public static func plain(_ bytes: some Sequence<UInt8>) -> String {
        var kept: [UInt8] = []
        var state = State.text
        for byte in bytes {
            switch (state, byte) {
            case (_, 0x1B): state = .escape
            case (.text, UInt8(ascii: "\t")): kept.append(UInt8(ascii: " "))
            case (.text, 0x20...0x7E), (.text, 0x80...0xFF): kept.append(byte)
            case (.text, _): break
            case (.escape, UInt8(ascii: "[")): state = .controlSequence
            case (.escape, UInt8(ascii: "]")), (.escape, UInt8(ascii: "P")): state = .string
            case (.escape, 0x20...0x2F): break
            case (.escape, _): state = .text
            case (.controlSequence, 0x40...0x7E): state = .text
            case (.controlSequence, _): break
            case (.string, 0x07): state = .text
            case (.string, _): break
            }
        }
        return harmless(String(decoding: kept, as: UTF8.self))
    }

    /// `text` without the scalars that steer a terminal or turn the direction of writing.
    public static func harmless(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: break
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
