/// The keys of a configuration file.
protocol ConfigurationKey: CaseIterable, RawRepresentable where RawValue == Int, AllCases == [Self] {
    var name: StaticString { get }
}

/// Where the reading of a configuration file is: gives its entries in their order.
struct ConfigurationCursor<Key: ConfigurationKey> {
    /// The number of lines that have been read.
    private(set) var lineCount = 0

    private var offset: Int

    init(_ text: borrowing ConfigurationText) { offset = text.startOfFirstLine }

    /// The next entry, or nil at the end of the file.
    ///
    /// - Throws: What is wrong with a line, as far as any file's rules say so, and `.unknownKey`.
    mutating func next(
        in text: borrowing ConfigurationText
    ) throws(LoaderConfigurationError) -> (key: Key, value: ConfigurationText.Piece)? {
        while offset < text.byteCount {
            lineCount += 1
            let line = text.line(from: offset, number: lineCount)
            try text.checkCharacters(of: line)
            offset = line.next
            guard let (name, value) = try text.entry(of: line) else { continue }
            return (try Self.key(name, in: text), value)
        }
        return nil
    }

    private static func key(
        _ name: ConfigurationText.Piece, in text: borrowing ConfigurationText
    ) throws(LoaderConfigurationError) -> Key {
        for key in Key.allCases where text.matches(name, key.name) { return key }
        throw name.error(.unknownKey)
    }
}

/// The line in which each of up to eight things stood first; 0 where it did not stand yet.
struct FirstLines {
    private var lines = [8 of Int](repeating: 0)

    /// Takes note of a thing.
    ///
    /// - Throws: `.duplicate` where it stands in an earlier line.
    mutating func note(_ number: Int, at piece: ConfigurationText.Piece) throws(LoaderConfigurationError) {
        guard lines[number] == 0 else { throw piece.error(.duplicate(first: lines[number])) }
        lines[number] = piece.line
    }
}
