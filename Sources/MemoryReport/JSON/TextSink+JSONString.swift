import MemoryMap

extension TextSink where Self: ~Copyable {
    /// Writes a JSON string with its quotes.
    mutating func write(jsonString text: StaticString) {
        write("\"")
        for index in text.byteIndices { write(jsonASCIIOrPart: text.byte(at: index)) }
        write("\"")
    }

    /// Writes a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
    mutating func write(jsonString bytes: RawSpan) {
        write("\"")
        write(jsonText: bytes)
        write("\"")
    }

    /// Writes the inside of a JSON string.
    ///
    /// Escaped are quotes, backslashes and all control characters, those of the second block too (U+0080 to U+009F), as terminals
    /// obey them. Each maximal part of a broken sequence becomes one U+FFFD, as the Unicode standard advises.
    mutating func write(jsonText bytes: RawSpan) {
        var offset = 0
        while offset < bytes.byteCount {
            let length = bytes.lengthOfScalar(at: offset)
            guard length > 0 else {
                write(scalar: "\u{FFFD}")
                offset += -length
                continue
            }
            let byte = bytes.byte(at: offset)
            if length == 1 {
                write(jsonASCIIOrPart: byte)
            } else if length == 2, byte == 0xC2, bytes.byte(at: offset + 1) < 0xA0 {
                write("\\u00")
                write(hexadecimal: UInt64(bytes.byte(at: offset + 1)), digits: 2, prefix: false)
            } else {
                for part in offset..<offset + length { write(bytes.byte(at: part)) }
            }
            offset += length
        }
    }

    /// Writes an ASCII character escaped as JSON wants it; other bytes, parts of a longer character, as they are.
    private mutating func write(jsonASCIIOrPart byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): write("\\\"")
        case UInt8(ascii: "\\"): write("\\\\")
        case UInt8(ascii: "\n"): write("\\n")
        case UInt8(ascii: "\r"): write("\\r")
        case UInt8(ascii: "\t"): write("\\t")
        case 0..<0x20, 0x7F:
            write("\\u00")
            write(hexadecimal: UInt64(byte), digits: 2, prefix: false)
        default: write(byte)
        }
    }
}

extension RawSpan {
    /// The number of bytes of the well-formed character at `offset`, or, below zero, of the broken part there that one replacement
    /// character stands for.
    ///
    /// Unicode 15, table 3-7: which second bytes follow which first bytes.
    fileprivate func lengthOfScalar(at offset: Int) -> Int {
        let first = byte(at: offset)
        let (length, low, high): (Int, UInt8, UInt8) =
            switch first {
            case 0..<0x80: (1, 0, 0)
            case 0xC2..<0xE0: (2, 0x80, 0xBF)
            case 0xE0: (3, 0xA0, 0xBF)
            case 0xED: (3, 0x80, 0x9F)
            case 0xE1..<0xF0: (3, 0x80, 0xBF)
            case 0xF0: (4, 0x90, 0xBF)
            case 0xF1..<0xF4: (4, 0x80, 0xBF)
            case 0xF4: (4, 0x80, 0x8F)
            default: (0, 0, 0)
            }
        guard length > 0 else { return -1 }
        for position in 1..<max(length, 1) {
            guard offset + position < byteCount else { return -position }
            let next = byte(at: offset + position)
            guard position == 1 ? low <= next && next <= high : next & 0xC0 == 0x80 else { return -position }
        }
        return length
    }
}
