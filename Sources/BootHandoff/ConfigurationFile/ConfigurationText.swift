import MemoryMap

/// The bytes of a configuration file, and how they divide into lines, keys and values.
struct ConfigurationText: ~Escapable {
    /// Some bytes of one line.
    struct Piece {
        var range: Range<Int>

        /// The number of the line, from 1.
        var line: Int

        func error(_ reason: LoaderConfigurationError.Reason) -> LoaderConfigurationError {
            LoaderConfigurationError(reason, line: line, offset: range.lowerBound)
        }
    }

    /// A line without its end, and where the next one starts.
    struct Line {
        var piece: Piece
        var next: Int
    }

    private static var lineFeed: UInt8 { 0x0A }
    private static var carriageReturn: UInt8 { 0x0D }

    private let bytes: RawSpan

    /// - Throws: `.fileTooLarge`.
    @_lifetime(copy bytes)
    init(bytes: RawSpan) throws(LoaderConfigurationError) {
        guard bytes.byteCount <= LoaderConfiguration.fileByteLimit else {
            throw LoaderConfigurationError(.fileTooLarge(byteCount: bytes.byteCount), line: 1, offset: 0)
        }
        self.bytes = bytes
    }

    /// The size of the file in bytes.
    var byteCount: Int { bytes.byteCount }

    /// The byte at `offset`, or 0 past the end.
    subscript(offset: Int) -> UInt8 { bytes.littleEndian(UInt8.self, at: offset) ?? 0 }

    /// The offset behind the byte order mark, if there is one.
    var startOfFirstLine: Int {
        self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF ? 3 : 0
    }

    /// The line that starts at `start`; it ends before LF or CR LF, or with the file.
    func line(from start: Int, number: Int) -> Line {
        var end = start
        while end < bytes.byteCount, self[end] != Self.lineFeed { end += 1 }
        let next = min(end + 1, bytes.byteCount)
        if end < bytes.byteCount, end > start, self[end - 1] == Self.carriageReturn { end -= 1 }
        return Line(piece: Piece(range: start..<end, line: number), next: next)
    }

    /// Checks that a line is UTF-8, and has no control character but tabs.
    func checkCharacters(of line: Line) throws(LoaderConfigurationError) {
        var offset = line.piece.range.lowerBound
        let end = line.piece.range.upperBound
        while offset < end {
            let byte = self[offset]
            let piece = Piece(range: offset..<end, line: line.piece.line)
            guard let length = scalarByteCount(at: offset, before: end) else { throw piece.error(.invalidUTF8(byte: byte)) }
            guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { throw piece.error(.controlCharacter(byte)) }
            offset += length
        }
    }

    /// The number of bytes of the UTF-8 sequence at `offset`, or nil where it is none, or passes `end`.
    ///
    /// The Unicode Standard 16.0, table 3-7: the second byte's range depends on the first, which keeps out overlong forms,
    /// surrogates and what lies above U+10FFFF.
    private func scalarByteCount(at offset: Int, before end: Int) -> Int? {
        let first = self[offset]
        let second: ClosedRange<UInt8>
        let byteCount: Int
        switch first {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: (byteCount, second) = (2, 0x80...0xBF)
        case 0xE0: (byteCount, second) = (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE...0xEF: (byteCount, second) = (3, 0x80...0xBF)
        case 0xED: (byteCount, second) = (3, 0x80...0x9F)
        case 0xF0: (byteCount, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (byteCount, second) = (4, 0x80...0xBF)
        case 0xF4: (byteCount, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard end - offset >= byteCount, second.contains(self[offset + 1]) else { return nil }
        for index in offset + 2..<max(offset + 2, offset + byteCount) where !(0x80...0xBF).contains(self[index]) { return nil }
        return byteCount
    }

    /// The key and the value of a line, without the white space around them; nil for a comment or a blank line.
    func entry(of line: Line) throws(LoaderConfigurationError) -> (key: Piece, value: Piece)? {
        let content = trimmed(line.piece)
        guard !content.range.isEmpty, self[content.range.lowerBound] != UInt8(ascii: "#") else { return nil }
        for offset in content.range where self[offset] == UInt8(ascii: "=") {
            let key = Piece(range: content.range.lowerBound..<offset, line: content.line)
            let value = Piece(range: offset + 1..<content.range.upperBound, line: content.line)
            return (trimmed(key), trimmed(value))
        }
        throw content.error(.missingEquals)
    }

    private func trimmed(_ piece: Piece) -> Piece {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var (start, end) = (piece.range.lowerBound, piece.range.upperBound)
        while start < end, isBlank(self[start]) { start += 1 }
        while start < end, isBlank(self[end - 1]) { end -= 1 }
        return Piece(range: start..<end, line: piece.line)
    }

    /// Whether a piece has exactly these characters.
    func matches(_ piece: Piece, _ word: StaticString) -> Bool {
        piece.range.count == word.utf8CodeUnitCount && starts(piece, with: word)
    }

    /// Whether a piece starts with these characters.
    func starts(_ piece: Piece, with word: StaticString) -> Bool {
        guard piece.range.count >= word.utf8CodeUnitCount else { return false }
        for index in 0..<word.utf8CodeUnitCount where word.byte(at: index) != self[piece.range.lowerBound + index] {
            return false
        }
        return true
    }

    /// A copy of the bytes of a piece.
    func copy(_ piece: Piece) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(piece.range.count)
        for offset in piece.range { copy.append(self[offset]) }
        return copy
    }
}
