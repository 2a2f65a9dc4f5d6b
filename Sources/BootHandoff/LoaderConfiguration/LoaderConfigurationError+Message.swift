extension LoaderConfigurationError {
    /// What is wrong with the line, and what was expected.
    public var message: StaticString {
        switch reason {
        case .fileTooLarge: "the file is larger than 64 KiB"
        case .invalidUTF8: "a byte that is not UTF-8"
        case .controlCharacter: "a control character; lines end in LF or CR LF"
        case .missingEquals: "no '='; a line is 'key = value' or a comment that starts with '#'"
        case .unknownKey: "unknown key; there are kernel, checksum, initrd, cmdline, verify, resolution and inject"
        case .duplicate: "this key stands in an earlier line already"
        case .emptyValue: "the key needs a value"
        case .valueTooLong: "the value is too long; paths have up to 255 bytes, command lines up to 4096"
        case .relativePath: "the path does not start with '\\'"
        case .badPathComponent: "a part of the path is empty, '.' or '..', or ends in a blank or a full stop"
        case .badPathCharacter: "a character that no path on a boot volume has"
        case .unknownValue: "the value is none of those that the key knows"
        case .unwritable: "a value that the file would not give back"
        }
    }
}
