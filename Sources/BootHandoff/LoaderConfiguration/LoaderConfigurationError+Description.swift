extension LoaderConfigurationError.Reason {
    /// The reason in a sentence for people, without its values.
    public var message: StaticString {
        switch self {
        case .fileTooLarge: "the file has more than 65536 bytes"
        case .invalidUTF8: "the file is not UTF-8"
        case .controlCharacter: "there is a control character"
        case .missingEquals: "the line is not of the form key = value"
        case .unknownKey: "there is no such key"
        case .duplicate: "the key, or the injection, stands in an earlier line already"
        case .secondTask: "an earlier line says already what to run"
        case .missingTask: "no line says what to run"
        case .emptyValue: "the key needs a value"
        case .valueTooLong: "the value is too long"
        case .relativePath: "the path does not start with a backslash"
        case .badPathComponent: "a part of the path is empty, . or .., or ends in a space or a full stop"
        case .badPathCharacter: "no path on a boot volume has this character"
        case .unknownValue: "the value is none of those that the key knows"
        case .unwritable: "the file would say something else than the configuration"
        }
    }
}
