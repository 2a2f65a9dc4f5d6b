/// Splits what arrives on a serial line into lines, and each line into text and the JSON of an event.
struct SerialLineSplitter: Sendable {
    struct Line: Sendable {
        /// Counted from 1.
        var number: Int

        /// What a person reads of it: see ``TerminalText/plain(_:)``.
        var text: String

        /// What begins as an event does, up to the end of the line; nil where nothing does.
        var json: [UInt8]?

        /// Whether the line was longer than what is kept of it.
        var isTruncated: Bool
    }

    private let maximumLineLength: Int
    private var pending: [UInt8] = []
    /// What came of a line beyond what is kept of it: its end, and no more than twice as much as that.
    private var rest: [UInt8] = []
    private var isTruncated = false
    private var lineCount = 0

    init(maximumLineLength: Int) { self.maximumLineLength = maximumLineLength }

    /// The lines that `bytes` complete.
    mutating func read(_ bytes: some Sequence<UInt8>) -> [Line] {
        var lines: [Line] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(takeLine())
            } else if pending.count < maximumLineLength {
                pending.append(byte)
            } else {
                isTruncated = true
                rest.append(byte)
                if rest.count == 2 * maximumLineLength { rest.removeFirst(maximumLineLength) }
            }
        }
        return lines
    }

    /// The last line where it lacks its end, or nil where there is none.
    mutating func finish() -> Line? { pending.isEmpty ? nil : takeLine() }

    /// The text of the line that has not ended yet; of one that is longer than what is kept of lines, its end.
    var unfinishedText: String { TerminalText.plain(rest.isEmpty ? pending : (pending + rest).suffix(maximumLineLength)) }

    private mutating func takeLine() -> Line {
        lineCount += 1
        defer {
            pending.removeAll(keepingCapacity: true)
            rest.removeAll()
            isTruncated = false
        }
        while pending.last == UInt8(ascii: "\r") { pending.removeLast() }
        guard let start = Self.firstIndex(of: BootEvent.marker, in: pending) else {
            return Line(number: lineCount, text: TerminalText.plain(pending), json: nil, isTruncated: isTruncated)
        }
        return Line(
            number: lineCount, text: TerminalText.plain(pending[..<start]), json: Array(pending[start...]),
            isTruncated: isTruncated)
    }

    private static func firstIndex(of marker: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= marker.count else { return nil }
        for start in 0...(bytes.count - marker.count) where bytes[start] == marker[0] {
            if bytes[start..<(start + marker.count)].elementsEqual(marker) { return start }
        }
        return nil
    }
}
