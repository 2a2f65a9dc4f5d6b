import MemoryMap

extension GuardConfiguration {
    /// The bytes of a file that ``init(parsing:)`` reads as exactly this configuration. Allocates the bytes and, to prove them, a
    /// second configuration.
    ///
    /// - Throws: the error of the parser where a value is none that the file can carry, and `.unwritable` where the file
    ///   would say something else, as for white space around the arguments or a line feed in them.
    /// - Complexity: O(*n*), where *n* is the number of bytes.
    public var text: [UInt8] {
        get throws(LoaderConfigurationError) {
            var text: [UInt8] = []
            switch task {
            case .program(let path): text.append("program", path)
            case .shell: text.append("program", Word.shell.utf8Bytes)
            case .selfTest(let calls): text.append("selftest", Self.digits(calls))
            case .benchmark(let descriptors): text.append("benchmark", Self.digits(descriptors))
            }
            if !arguments.isEmpty { text.append("arguments", arguments) }
            switch arena {
            case .percent(let percent): text.append("arena", Self.digits(UInt32(percent)) + [UInt8(ascii: "%")])
            case .mebibytes(let count): text.append("arena", Self.digits(count) + [UInt8(ascii: "M")])
            }
            if services == .firmware { text.append("services", Word.firmware.utf8Bytes) }

            guard try GuardConfiguration(parsing: text.span.rawBytes) == self else {
                throw LoaderConfigurationError(.unwritable, line: 1, offset: 0)
            }
            return text
        }
    }

    private static func digits(_ number: UInt32) -> [UInt8] {
        var digits: [UInt8] = []
        var rest = number
        repeat {
            digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        digits.reverse()
        return digits
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ key: StaticString, _ value: [UInt8]) {
        append(contentsOf: key.utf8Bytes)
        append(contentsOf: [UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: " ")])
        append(contentsOf: value)
        append(UInt8(ascii: "\n"))
    }
}
