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
            case .program(let path): text.append(Key.program, path)
            case .shell: text.append(Key.program, Word.shell.utf8Bytes)
            case .selfTest(let calls): text.append(Key.selfTest, .digits(calls))
            case .benchmark(let descriptors): text.append(Key.benchmark, .digits(descriptors))
            }
            if !arguments.isEmpty { text.append(Key.arguments, arguments) }
            switch arena {
            case .percent(let percent): text.append(Key.arena, [UInt8].digits(UInt32(percent)) + [UInt8(ascii: "%")])
            case .mebibytes(let count): text.append(Key.arena, [UInt8].digits(count) + [UInt8(ascii: "M")])
            }
            if services == .firmware { text.append(Key.services, Word.firmware.utf8Bytes) }

            guard try GuardConfiguration(parsing: text.span.rawBytes) == self else {
                throw LoaderConfigurationError(.unwritable, line: 1, offset: 0)
            }
            return text
        }
    }
}
