/// Splits what arrives on a serial line into lines, in pieces of any size, and reads the events of a boot in them.
///
/// Nothing that a guest sends can make it keep more than one line of bounded length.
public struct SerialLineReader: Sendable {
    /// The longest line that is kept, in bytes; what is longer loses its end.
    public static let maximumLineLength = 16 << 10

    private var splitter = SerialLineSplitter(maximumLineLength: maximumLineLength)

    public init() {}

    /// The lines that `bytes` complete.
    ///
    /// - Complexity: O(*n*), where *n* is the number of bytes.
    public mutating func read(_ bytes: some Sequence<UInt8>) -> [SerialLine] { splitter.read(bytes).map(Self.line) }

    /// The last line where it lacks its end, or nil where there is none.
    public mutating func finish() -> SerialLine? { splitter.finish().map(Self.line) }

    /// The text of the line that has not ended yet.
    public var unfinishedText: String { splitter.unfinishedText }

    private static func line(_ parts: SerialLineSplitter.Line) -> SerialLine {
        guard let json = parts.json else { return SerialLine(number: parts.number, text: parts.text, event: nil) }
        guard !parts.isTruncated else {
            return SerialLine(
                number: parts.number, text: parts.text, event: .failure(.lineTooLong(limit: maximumLineLength)))
        }
        let event = Result { () throws(BootEventError) in try BootEvent(json: json) }
        return SerialLine(number: parts.number, text: parts.text, event: event)
    }
}
