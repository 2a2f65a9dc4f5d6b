/// Splits what arrives on a serial line into lines, in pieces of any size.
///
/// Nothing that a guest sends can make it keep more than one line of bounded length.
public struct SerialLineReader: Sendable {
    /// The longest line that is kept, in bytes; what is longer loses its end.
    public static let maximumLineLength = 16 << 10

    private var pending: [UInt8] = []
    private var isTruncated = false
    private var lineCount = 0

    public init() {}

    /// The lines that `bytes` complete.
    ///
    /// - Complexity: O(*n*), where *n* is the number of bytes.
    public mutating func read(_ bytes: some Sequence<UInt8>) -> [SerialLine] {
        var lines: [SerialLine] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(takeLine())
            } else if pending.count < Self.maximumLineLength {
                pending.append(byte)
            } else {
                isTruncated = true
            }
        }
        return lines
    }

    /// The last line where it lacks its end, or nil where there is none.
    public mutating func finish() -> SerialLine? {
        pending.isEmpty ? nil : takeLine()
    }

    /// The text of the line that has not ended yet.
    public var unfinishedText: String { TerminalText.plain(pending) }

    private mutating func takeLine() -> SerialLine {
        lineCount += 1
        defer {
            pending.removeAll(keepingCapacity: true)
            isTruncated = false
        }
        while pending.last == UInt8(ascii: "\r") { pending.removeLast() }
        guard let start = Self.firstIndex(of: BootEvent.marker, in: pending) else {
            return SerialLine(number: lineCount, text: TerminalText.plain(pending), event: nil)
        }
        let text = TerminalText.plain(pending[..<start])
        guard !isTruncated else {
            return SerialLine(
                number: lineCount, text: text, event: .failure(.lineTooLong(limit: Self.maximumLineLength)))
        }
        let json = pending[start...]
        let event = Result { () throws(BootEventError) in try BootEvent(json: json) }
        return SerialLine(number: lineCount, text: text, event: event)
    }

    private static func firstIndex(of marker: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= marker.count else { return nil }
        for start in 0...(bytes.count - marker.count) where bytes[start] == marker[0] {
            if bytes[start..<(start + marker.count)].elementsEqual(marker) { return start }
        }
        return nil
    }
}
