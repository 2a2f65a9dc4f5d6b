import BootHandoff

/// The text of the loader's configuration file for the user's options.
enum LoaderConfigurationFile {
    /// - Throws: `MachineError.optionInvalid` where the file cannot carry an option or the loader does not know it.
    static func bytes(for options: BootOptions) throws(MachineError) -> [UInt8] {
        var configuration = LoaderConfiguration()
        if let path = options.kernelPath { configuration.kernel = Array(path.utf8) }
        if options.initrd != nil { configuration.initrd = Array(#"\strata\initrd.img"#.utf8) }
        configuration.verification = options.allowsUnverifiedKernel ? .optional : .required
        configuration.injections = try injections(options.injections)
        // Whatever is left to be refused now can only be the command line.
        configuration.commandLine = Array(options.commandLine.utf8)
        do throws(LoaderConfigurationError) {
            return try configuration.text
        } catch {
            throw .optionInvalid(option: "--cmdline", reason: words(for: error))
        }
    }

    private static func injections(_ texts: [String]) throws(MachineError) -> [LoaderConfiguration.Injection] {
        var injections: [LoaderConfiguration.Injection] = []
        for text in texts {
            let line = Array("inject = \(text)\n".utf8)
            var parsed: LoaderConfiguration
            do throws(LoaderConfigurationError) {
                // The bytes of an array are all initialized, and the span does not outlive it.
                parsed = unsafe try LoaderConfiguration(parsing: line.span.bytes)
            } catch {
                throw .optionInvalid(option: "--inject", reason: "'\(text)' is none of \(known)")
            }
            let found = parsed.injections
            parsed.injections = []
            guard found.count == 1, parsed == LoaderConfiguration(), !injections.contains(found[0]) else {
                throw .optionInvalid(option: "--inject", reason: "'\(text)' is not one fault, or is given twice")
            }
            injections += found
        }
        return injections
    }

    private static let known = "map-changes:N, bad-magic, bad-version and bad-pointer"

    private static func words(for error: LoaderConfigurationError) -> String {
        switch error.reason {
        case .valueTooLong(let count, let limit): "\(count) bytes are too many, \(limit) are accepted"
        case .controlCharacter, .unwritable, .missingEquals:
            "the text must be one line without control characters and without blanks at its ends"
        case .fileTooLarge(let count): "\(count) bytes are too many"
        case .invalidUTF8: "the text must be UTF-8"
        default: "the loader cannot be told this"
        }
    }
}
