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
            text.append(Key.kernel, kernel)
            if let checksum { text.append(Key.checksum, checksum) }
            if let initrd { text.append(Key.initrd, initrd) }
            if !commandLine.isEmpty { text.append(Key.commandLine, commandLine) }
            if verification == .optional { text.append(Key.verify, Word.optional.utf8Bytes) }
            if let resolution {
                text.append(
                    Key.resolution,
                    [UInt8].digits(UInt32(resolution.width)) + [UInt8(ascii: "x")] + [UInt8].digits(UInt32(resolution.height)))
            }
            for injection in injections { text.append(Key.inject, Self.text(of: injection)) }

            guard try LoaderConfiguration(parsing: text.span.rawBytes) == self else {
                throw LoaderConfigurationError(.unwritable, line: 1, offset: 0)
            }
            return text
        }
    }

    private static func text(of injection: Injection) -> [UInt8] {
        switch injection {
        case .mapChanges(let count): Word.mapChanges.utf8Bytes + [UInt8].digits(UInt32(count))
        case .badMagic: Word.badMagic.utf8Bytes
        case .badVersion: Word.badVersion.utf8Bytes
        case .badPointer: Word.badPointer.utf8Bytes
        }
    }
}
