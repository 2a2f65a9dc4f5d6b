/// Puts the raw memory map of a guest together: its announcement and, in order, its pieces.
struct MapCollector: Sendable {
    /// The largest raw memory map that is taken, in bytes.
    static let maximumByteCount: UInt64 = 4 << 20

    /// What the guest announced, nil as long as it did not.
    private(set) var header: MapHeader?

    /// The bytes that have come.
    private(set) var bytes: [UInt8] = []

    /// Takes the announcement in.
    ///
    /// - Throws: `BootEventError.mapSizeRefused`, or `repetition` for a second one; nothing has changed then.
    mutating func begin(_ header: MapHeader, repetition: BootEventError) throws(BootEventError) {
        guard header.byteCount <= Self.maximumByteCount else {
            throw .mapSizeRefused(byteCount: header.byteCount, limit: Self.maximumByteCount)
        }
        try self.header.fill(with: header, repetition: repetition)
    }

    /// Takes a piece in.
    ///
    /// - Throws: The error of the `mapChunk…` family that fits, or `prematurity` before the announcement; nothing has changed then.
    mutating func append(_ chunk: MapChunk, prematurity: BootEventError) throws(BootEventError) {
        guard let header else { throw prematurity }
        let expected = UInt64(bytes.count)
        guard chunk.offset == expected else { throw .mapChunkMisplaced(offset: chunk.offset, expected: expected) }
        guard let piece = HexadecimalDigits.bytes(of: chunk.hex) else { throw .mapChunkNotHexadecimal(offset: chunk.offset) }
        let end = expected + UInt64(piece.count)
        guard end <= header.byteCount else { throw .mapChunkTooLong(end: end, byteCount: header.byteCount) }
        bytes += piece
    }
}

extension Optional {
    /// Puts in what a guest says once.
    ///
    /// - Throws: `repetition` where it has been said; nothing has changed then.
    mutating func fill(with value: Wrapped, repetition: BootEventError) throws(BootEventError) {
        guard self == nil else { throw repetition }
        self = value
    }
}

extension Array {
    /// Adds what a guest may say many times.
    ///
    /// - Throws: `BootEventError.tooManyEvents` where it was said `limit` times; nothing has changed then.
    mutating func append(_ value: Element, upTo limit: Int) throws(BootEventError) {
        guard count < limit else { throw .tooManyEvents(limit: limit) }
        append(value)
    }
}
