/// Why a configuration was refused.
public struct LoaderConfigurationError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// The file has more than ``LoaderConfiguration/fileByteLimit`` bytes.
        case fileTooLarge(byteCount: Int)

        /// A byte that is not UTF-8: wrong where it stands, or the start of a sequence that is cut short.
        case invalidUTF8(byte: UInt8)

        /// A control character other than a tab, such as NUL or a CR that is not followed by LF.
        case controlCharacter(UInt8)

        /// The line has no `=`.
        case missingEquals

        /// There is no such key.
        case unknownKey

        /// The key, or the injection, stands already in line `first`.
        case duplicate(first: Int)

        /// The file says in two keys what to run; the other one stands in line `first`.
        case secondTask(first: Int)

        /// The file does not say what to run.
        case missingTask

        /// The key needs a value.
        case emptyValue

        /// The value has more than `limit` bytes.
        case valueTooLong(byteCount: Int, limit: Int)

        /// The path does not start with `\`.
        case relativePath

        /// A part of the path is empty, `.` or `..`, or ends in a space or a full stop.
        case badPathComponent

        /// A character that no path on a boot volume has: one of `" * / : < > ? |`, or one above U+FFFF.
        case badPathCharacter(UInt8)

        /// The value is none of those that the key knows.
        case unknownValue

        /// The configuration to be written has a value that the file would not give back, as white space around it.
        case unwritable
    }

    public let reason: Reason

    /// The number of the line, from 1.
    public let line: Int

    /// The offset of the offending line, value or byte from the start of the file, in bytes.
    public let offset: Int

    public init(_ reason: Reason, line: Int, offset: Int) {
        self.reason = reason
        self.line = line
        self.offset = offset
    }
}
