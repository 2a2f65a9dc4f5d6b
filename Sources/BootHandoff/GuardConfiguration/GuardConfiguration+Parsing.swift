import MemoryMap

extension GuardConfiguration {
    private enum Key: Int, CaseIterable {
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
        guard file.byteCount <= LoaderConfiguration.fileByteLimit else {
            throw LoaderConfigurationError(.fileTooLarge(byteCount: file.byteCount), line: 1, offset: 0)
        }
        self.init(.shell)
        let text = ConfigurationText(bytes: file)
        var firstLines = [6 of Int](repeating: 0)
        var taskLine = 0
        var offset = text.startOfFirstLine
        var number = 0
        while offset < file.byteCount {
            number += 1
            let line = text.line(from: offset, number: number)
            try text.checkCharacters(of: line)
            if let (name, value) = try text.entry(of: line) {
                let key = try Self.key(name, in: text)
                guard firstLines[key.rawValue] == 0 else { throw value.error(.duplicate(first: firstLines[key.rawValue])) }
                firstLines[key.rawValue] = number
                if key == .program || key == .selfTest || key == .benchmark {
                    guard taskLine == 0 else { throw value.error(.secondTask(first: taskLine)) }
                    taskLine = number
                }
                try set(key, to: value, in: text)
            }
            offset = line.next
        }
        guard taskLine > 0 else { throw LoaderConfigurationError(.missingTask, line: max(number, 1), offset: file.byteCount) }
    }

    private static func key(
        _ name: ConfigurationText.Piece, in text: borrowing ConfigurationText
    ) throws(LoaderConfigurationError) -> Key {
        for key in Key.allCases where text.matches(name, key.name) { return key }
        throw name.error(.unknownKey)
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

    /// The decimal number from 1 to 999,999,999 that the digits stand for, without zeros in front.
    private static func number(
        _ digits: Range<Int>, of value: ConfigurationText.Piece, in text: borrowing ConfigurationText
    ) throws(LoaderConfigurationError) -> UInt32 {
        guard (1...9).contains(digits.count), text[digits.lowerBound] != UInt8(ascii: "0") else {
            throw value.error(.unknownValue)
        }
        var number: UInt32 = 0
        for offset in digits {
            let digit = text[offset]
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { throw value.error(.unknownValue) }
            number = number * 10 + UInt32(digit - UInt8(ascii: "0"))
        }
        return number
    }
}
