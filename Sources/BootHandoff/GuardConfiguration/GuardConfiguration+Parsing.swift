import MemoryMap

extension GuardConfiguration {
    enum Key: Int, ConfigurationKey {
        case program, arguments, arena, services, selfTest, benchmark

        var name: StaticString {
            switch self {
            case .program: "program"
            case .arguments: "arguments"
            case .arena: "arena"
            case .services: "services"
            case .selfTest: "selftest"
            case .benchmark: "benchmark"
            }
        }
    }

    /// The words that stand as values.
    enum Word {
        static var shell: StaticString { "shell" }
        static var strata: StaticString { "strata" }
        static var firmware: StaticString { "firmware" }
    }

    /// The configuration in the bytes of the file.
    ///
    /// Nothing is guessed: a line that is not understood refuses the file, and so does a file that names no task, or two.
    /// Allocates the values, and nothing else.
    ///
    /// - Throws: `LoaderConfigurationError` for the first line at fault, with its number; `.missingTask` with the number of the
    ///   last line.
    /// - Complexity: O(*n*), where *n* is the number of bytes.
    public init(parsing file: RawSpan) throws(LoaderConfigurationError) {
        let text = try ConfigurationText(bytes: file)
        self.init(.shell)
        var cursor = ConfigurationCursor<Key>(text)
        var keys = FirstLines()
        var taskLine = 0
        while let (key, value) = try cursor.next(in: text) {
            try keys.note(key.rawValue, at: value)
            if key == .program || key == .selfTest || key == .benchmark {
                guard taskLine == 0 else { throw value.error(.secondTask(first: taskLine)) }
                taskLine = value.line
            }
            try set(key, to: value, in: text)
        }
        guard taskLine > 0 else {
            throw LoaderConfigurationError(.missingTask, line: max(cursor.lineCount, 1), offset: file.byteCount)
        }
    }

    private mutating func set(
        _ key: Key, to value: ConfigurationText.Piece, in text: borrowing ConfigurationText
    ) throws(LoaderConfigurationError) {
        guard key == .arguments || !value.range.isEmpty else { throw value.error(.emptyValue) }
        switch key {
        case .program: task = text.matches(value, Word.shell) ? .shell : .program(path: try text.path(value))
        case .arguments:
            try text.checkLength(of: value, limit: LoaderConfiguration.commandLineByteLimit)
            arguments = text.copy(value)
        case .arena: arena = try Self.arena(value, in: text)
        case .services:
            if text.matches(value, Word.strata) {
                services = .strata
            } else if text.matches(value, Word.firmware) {
                services = .firmware
            } else {
                throw value.error(.unknownValue)
            }
        case .selfTest: task = .selfTest(calls: try Self.number(value.range, of: value, in: text))
        case .benchmark: task = .benchmark(descriptors: try Self.number(value.range, of: value, in: text))
        }
    }

    private static func arena(
        _ value: ConfigurationText.Piece, in text: borrowing ConfigurationText
    ) throws(LoaderConfigurationError) -> Arena {
        let number = try number(value.range.dropLast(), of: value, in: text)
        switch text[value.range.upperBound - 1] {
        case UInt8(ascii: "%") where number <= 95: return .percent(UInt8(number))
        case UInt8(ascii: "M") where number <= 1 << 24: return .mebibytes(number)
        default: throw value.error(.unknownValue)
        }
    }

    private static func number(
        _ digits: Range<Int>, of value: ConfigurationText.Piece, in text: borrowing ConfigurationText
    ) throws(LoaderConfigurationError) -> UInt32 {
        guard let number = text.number(digits) else { throw value.error(.unknownValue) }
        return number
    }
}
