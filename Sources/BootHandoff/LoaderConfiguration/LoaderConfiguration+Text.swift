import MemoryMap

extension LoaderConfiguration {
    /// The bytes of a file that ``init(parsing:)`` reads as exactly this configuration.
    ///
    /// Keys whose value is the default are left out, but for the kernel's path. Allocates the bytes and, to prove them, a
    /// second configuration.
    ///
    /// - Throws: the error of the parser where a value is none that the file can carry, and `.unwritable` where the file
    ///   would say something else, as for white space around a command line or a line feed in it.
    /// - Complexity: O(*n*), where *n* is the number of bytes.
    public var text: [UInt8] {
        get throws(LoaderConfigurationError) {
            var text: [UInt8] = []
            text.append(.kernel, kernel)
            if let checksum { text.append(.checksum, checksum) }
            if let initrd { text.append(.initrd, initrd) }
            if !commandLine.isEmpty { text.append(.commandLine, commandLine) }
            if verification == .optional { text.append(.verify, Word.optional.utf8Bytes) }
            if let resolution {
                text.append(.resolution, Self.digits(resolution.width) + [UInt8(ascii: "x")] + Self.digits(resolution.height))
            }
            for injection in injections { text.append(.inject, Self.text(of: injection)) }

            guard try LoaderConfiguration(parsing: text.span.rawBytes) == self else {
                throw LoaderConfigurationError(.unwritable, line: 1, offset: 0)
            }
            return text
        }
    }

    private static func text(of injection: Injection) -> [UInt8] {
        switch injection {
        case .mapChanges(let count): Word.mapChanges.utf8Bytes + digits(count)
        case .badMagic: Word.badMagic.utf8Bytes
        case .badVersion: Word.badVersion.utf8Bytes
        case .badPointer: Word.badPointer.utf8Bytes
        }
    }

    private static func digits(_ number: UInt16) -> [UInt8] {
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
    fileprivate mutating func append(_ key: LoaderConfiguration.Key, _ value: [UInt8]) {
        append(contentsOf: key.name.utf8Bytes)
        append(contentsOf: [UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: " ")])
        append(contentsOf: value)
        append(UInt8(ascii: "\n"))
    }
}
