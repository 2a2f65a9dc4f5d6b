extension ConfigurationText {
    func checkLength(of value: Piece, limit: Int) throws(LoaderConfigurationError) {
        guard value.range.count <= limit else {
            throw value.error(.valueTooLong(byteCount: value.range.count, limit: limit))
        }
    }

    /// An absolute path on the boot volume, of parts that each name a file or a folder.
    ///
    /// FAT knows no part that ends in a space or a full stop, and firmware drops them silently; so such a path would name
    /// another file than it says.
    func path(_ value: Piece) throws(LoaderConfigurationError) -> [UInt8] {
        guard !value.range.isEmpty else { throw value.error(.emptyValue) }
        try checkLength(of: value, limit: LoaderConfiguration.pathByteLimit)
        guard self[value.range.lowerBound] == UInt8(ascii: "\\") else { throw value.error(.relativePath) }
        var last: UInt8 = 0
        for offset in value.range {
            let byte = self[offset]
            let here = Piece(range: offset..<value.range.upperBound, line: value.line)
            guard isPathByte(byte) else { throw here.error(.badPathCharacter(byte)) }
            if byte == UInt8(ascii: "\\"), offset > value.range.lowerBound, !endsComponent(last) {
                throw here.error(.badPathComponent)
            }
            last = byte
        }
        guard endsComponent(last) else { throw value.error(.badPathComponent) }
        return copy(value)
    }

    /// Whether a byte of a UTF-8 text can stand in a path: firmware has 16 bits a character, so that no lead byte of a
    /// four-byte sequence can.
    private func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00..<0x20, 0x7F, 0xF0...0xFF: false
        case UInt8(ascii: "\""), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: "?"), UInt8(ascii: "|"):
            false
        default: true
        }
    }

    /// Whether a part of a path can end in this byte; one that ends in `\` is empty, `.` and `..` end in a full stop.
    private func endsComponent(_ byte: UInt8) -> Bool {
        byte != UInt8(ascii: "\\") && byte != UInt8(ascii: ".") && byte != UInt8(ascii: " ")
    }

    /// The decimal number from 1 to 999,999,999 that the digits stand for; nil for anything else, zeros in front included.
    func number(_ digits: Range<Int>) -> UInt32? {
        guard (1...9).contains(digits.count), self[digits.lowerBound] != UInt8(ascii: "0") else { return nil }
        var number: UInt32 = 0
        for offset in digits {
            let digit = self[offset]
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + UInt32(digit - UInt8(ascii: "0"))
        }
        return number
    }
}
