extension LoaderConfiguration {
    /// The configuration in the bytes of the file.
    ///
    /// Nothing is guessed: a line that is not understood refuses the file. Allocates the values, and nothing else.
    ///
    /// - Throws: `LoaderConfigurationError` for the first line at fault, with its number.
    /// - Complexity: O(*n*), where *n* is the number of bytes.
    public init(parsing file: RawSpan) throws(LoaderConfigurationError) {
        let text = try ConfigurationText(bytes: file)
        self.init()
        var cursor = ConfigurationCursor<Key>(text)
        var (keys, injections) = (FirstLines(), FirstLines())
        while let (key, value) = try cursor.next(in: text) {
            if key != .inject { try keys.note(key.rawValue, at: value) }
            try set(key, to: value, in: text, &injections)
        }
    }

    private mutating func set(
        _ key: Key, to value: ConfigurationText.Piece, in text: borrowing ConfigurationText, _ injectionLines: inout FirstLines
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
            try injectionLines.note(injection.number, at: value)
            injections.append(injection)
        }
    }
}

extension LoaderConfiguration.Injection {
    /// The number of the kind of injection; no kind stands twice.
    fileprivate var number: Int {
        switch self {
        case .mapChanges: 0
        case .badMagic: 1
        case .badVersion: 2
        case .badPointer: 3
        }
    }
}
