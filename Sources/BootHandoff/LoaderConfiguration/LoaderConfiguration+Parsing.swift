extension LoaderConfiguration {
    /// The configuration in the bytes of the file.
    ///
    /// Nothing is guessed: a line that is not understood refuses the file. Allocates the values, and nothing else.
    ///
    /// - Throws: `LoaderConfigurationError` for the first line at fault, with its number.
    /// - Complexity: O(*n*), where *n* is the number of bytes.
    public init(parsing file: RawSpan) throws(LoaderConfigurationError) {
        guard file.byteCount <= Self.fileByteLimit else {
            throw LoaderConfigurationError(.fileTooLarge(byteCount: file.byteCount), line: 1, offset: 0)
        }
        self.init()
        let text = ConfigurationText(bytes: file)
        var firstLines = FirstLines()
        var offset = text.startOfFirstLine
        var number = 0
        while offset < file.byteCount {
            number += 1
            let line = text.line(from: offset, number: number)
            try text.checkCharacters(of: line)
            if let (name, value) = try text.entry(of: line) {
                let key = try text.key(name)
                try firstLines.note(key, at: value)
                try set(key, to: value, in: text, &firstLines)
            }
            offset = line.next
        }
    }

    private mutating func set(
        _ key: Key, to value: ConfigurationText.Piece, in text: borrowing ConfigurationText, _ firstLines: inout FirstLines
    ) throws(LoaderConfigurationError) {
        switch key {
        case .kernel: kernel = try text.path(value)
        case .checksum: checksum = try text.path(value)
        case .initrd: initrd = try text.path(value)
        case .commandLine:
            try text.checkLength(of: value, limit: Self.commandLineByteLimit)
            commandLine = text.copy(value)
        case .verify: verification = try text.verification(value)
        case .resolution: resolution = try text.resolution(value)
        case .inject:
            let injection = try text.injection(value)
            try firstLines.note(injection, at: value)
            injections.append(injection)
        }
    }
}

/// The line in which each key, and each kind of injection, stood first; 0 where it did not stand yet.
private struct FirstLines {
    private var keys = [7 of Int](repeating: 0)
    private var injections = [4 of Int](repeating: 0)

    mutating func note(
        _ key: LoaderConfiguration.Key, at piece: ConfigurationText.Piece
    ) throws(LoaderConfigurationError) {
        guard key != .inject else { return }
        guard keys[key.rawValue] == 0 else { throw piece.error(.duplicate(first: keys[key.rawValue])) }
        keys[key.rawValue] = piece.line
    }

    mutating func note(
        _ injection: LoaderConfiguration.Injection, at piece: ConfigurationText.Piece
    ) throws(LoaderConfigurationError) {
        let index =
            switch injection {
            case .mapChanges: 0
            case .badMagic: 1
            case .badVersion: 2
            case .badPointer: 3
            }
        guard injections[index] == 0 else { throw piece.error(.duplicate(first: injections[index])) }
        injections[index] = piece.line
    }
}
