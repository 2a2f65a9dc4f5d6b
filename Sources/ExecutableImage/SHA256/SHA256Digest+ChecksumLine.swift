import MemoryMap

/// Why a line is not one that `sha256sum` writes, with the offset of the byte at fault.
public enum ChecksumLineError: Error, Hashable, Sendable {
    /// The line ends at `offset`, before 64 digits.
    case tooShort(offset: Int)

    /// The byte is no hexadecimal digit.
    case notHexadecimal(offset: Int, byte: UInt8)

    /// What follows the digits is neither the end of the line nor a space, a space or `*`, and a name.
    case badSeparator(offset: Int)
}

extension SHA256Digest {
    /// Reads the digest from the first line of a file that `sha256sum` wrote: 64 hexadecimal digits in either case, a space, a
    /// space or `*`, and the name of the file, which may be left out together with what is before it.
    ///
    /// A backslash before the digits, which says that the name has escaped characters in it, is skipped. The name and all
    /// further lines are not looked at.
    ///
    /// - Throws: `ChecksumLineError`.
    public init(checksumLine: RawSpan) throws(ChecksumLineError) {
        let start = checksumLine.byteCount > 0 && checksumLine.byte(at: 0) == 0x5C ? 1 : 0
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        for index in 0..<64 {
            let offset = start + index
            guard offset < checksumLine.byteCount else { throw .tooShort(offset: offset) }
            let byte = checksumLine.byte(at: offset)
            guard byte != 0x0A, byte != 0x0D else { throw .tooShort(offset: offset) }
            guard let value = Self.value(ofDigit: byte) else { throw .notHexadecimal(offset: offset, byte: byte) }
            bytes[index / 2] = bytes[index / 2] << 4 | value
        }
        try Self.checkName(in: checksumLine, from: start + 64)
        self.init(bytes: bytes)
    }

    private static func checkName(in line: RawSpan, from offset: Int) throws(ChecksumLineError) {
        func byte(_ index: Int) -> UInt8 { offset + index < line.byteCount ? line.byte(at: offset + index) : 0x0A }
        if byte(0) == 0x0A || (byte(0) == 0x0D && byte(1) == 0x0A) { return }
        guard byte(0) == 0x20 else { throw .badSeparator(offset: offset) }
        guard byte(1) == 0x20 || byte(1) == 0x2A else { throw .badSeparator(offset: offset + 1) }
        guard byte(2) != 0x0A, byte(2) != 0x0D else { throw .badSeparator(offset: offset + 2) }
    }

    private static func value(ofDigit byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
