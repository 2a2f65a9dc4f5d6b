import MemoryMap

/// Reads the memory maps in a text of any length, piece by piece, in a memory that does not grow with the text.
///
/// Every line is looked at on its own; what is no row is gone at once. Rows of every grammar are found by themselves, behind
/// whatever prefixes loggers and mail programs put before them, in UTF-8 or UTF-16, with any end of line, and when a mail program
/// broke a row in two.
///
///     var reader = MapReader()
///     try reader.read(bytes.span)
///     let maps = try reader.finish().maps
public struct MapReader {
    /// What keeps the memory bounded whatever the source.
    public struct Limits: Hashable, Sendable {
        /// The longest line in bytes that is looked at; longer ones are counted and passed over.
        public var lineLength = 16_384

        /// The most rows that are kept.
        public var rows = 4_000_000

        public init() {}
    }

    private let limits: Limits
    private var grammar = RowGrammar()
    private var grouping = MapGrouping()
    private var rows = 0
    private var lines: UInt32 = 0
    private var overlong = 0

    /// The start of a line whose end is in a later piece.
    private var carry: [UInt8] = []

    /// Whether the line at hand is too long and is passed over.
    private var isSkipping = false

    /// The first line of a row that may go on in the next.
    private var pending: [UInt8] = []
    private var pendingLine: UInt32 = 0
    private var pendingIsUsable = false

    private var decoder = TextDecoder()

    public init(limits: Limits = Limits()) { self.limits = limits }

    /// Reads the next piece of the text, of any size.
    ///
    /// - Throws: `tooManyRows`, `tooManyLines`; nothing more can be read then.
    /// - Complexity: O(*n*) for *n* bytes; allocates for rows and for a line that goes on in the next piece.
    public mutating func read(_ piece: Span<UInt8>) throws(MapReadError) {
        guard decoder.isPlain else {
            let decoded = decoder.decode(piece)
            return try split(decoded.span.rawBytes)
        }
        try split(piece.rawBytes)
    }

    /// Ends the text.
    ///
    /// - Returns: what was found, perhaps nothing.
    public consuming func finish() throws(MapReadError) -> MapCollection {
        let rest = decoder.finish()
        try split(rest.span.rawBytes)
        if !carry.isEmpty || isSkipping {
            let line = carry
            try take(Line(line.span.rawBytes))
        }
        try settlePending()
        return grouping.finish(lines: Int(lines), overlong: overlong)
    }

    private mutating func split(_ bytes: RawSpan) throws(MapReadError) {
        var start = 0
        let count = bytes.byteCount
        while start < count {
            let end = bytes.index(of: UInt8(ascii: "\n"), from: start, to: count)
            guard end < count else {
                keep(bytes.extracting(start..<end))
                return
            }
            if carry.isEmpty, !isSkipping {
                try take(Line(bytes.extracting(start..<end)))
            } else {
                keep(bytes.extracting(start..<end))
                let line = carry
                carry.removeAll(keepingCapacity: true)
                try take(Line(line.span.rawBytes))
            }
            start = end + 1
        }
    }

    /// Keeps the start of a line, unless it is too long already.
    private mutating func keep(_ part: RawSpan) {
        guard !isSkipping else { return }
        guard carry.count + part.byteCount <= limits.lineLength else {
            carry.removeAll()
            isSkipping = true
            return
        }
        for index in 0..<part.byteCount { carry.append(part.byte(at: index)) }
    }

    @inline(__always)
    private mutating func take(_ line: borrowing Line) throws(MapReadError) {
        guard lines < UInt32.max else { throw .tooManyLines }
        lines += 1
        if isSkipping || line.count > limits.lineLength {
            isSkipping = false
            overlong += 1
            return
        }
        var draft = RowDraft()
        let reading = grammar.read(line, &draft)
        if case .nothing = reading, pending.isEmpty { return }
        try take(reading, line, draft)
    }

    private mutating func take(_ reading: LineReading, _ line: borrowing Line, _ draft: RowDraft) throws(MapReadError) {
        if case .nothing = reading {
            if try joinPending(with: line) { return }
            return try settlePending()
        }
        try settlePending()
        switch reading {
        case .nothing: break
        case .row: try add(draft, line, lines)
        case .incomplete(let isUsable):
            for index in 0..<line.count { pending.append(line[index]) }
            pendingLine = lines
            pendingIsUsable = isUsable
        case .header(let header): grouping.take(header)
        case .fact(let kind, let range): grouping.take(kind, range, line: lines)
        case .facts(let facts): for (kind, range) in facts { grouping.take(kind, range, line: lines) }
        case .total(let total): grouping.take(total: total)
        }
    }

    /// Tries whether `line` is the rest of the row that is waiting.
    private mutating func joinPending(with line: borrowing Line) throws(MapReadError) -> Bool {
        var joined = pending
        while joined.last == 13 || joined.last == UInt8(ascii: " ") { joined.removeLast() }
        var start = 0
        while isBlank(line[start]) || line[start] == UInt8(ascii: ">") { start += 1 }
        guard start < line.count, joined.count + line.count < limits.lineLength else { return false }
        // Between the halves of a bracket nothing is missing; before a word there was a blank.
        joined.append(UInt8(ascii: " "))
        for index in start..<line.count { joined.append(line[index]) }
        var draft = RowDraft()
        let bytes = Line(joined.span.rawBytes)
        switch grammar.read(bytes, &draft) {
        case .row where !draft.row.marks.contains(.unknownWord):
            try add(draft, bytes, pendingLine)
        case .incomplete(isUsable: false) where !pendingIsUsable && joined.count < 512:
            // Three lines and more: wait on.
            pending = joined
            return true
        default: return false
        }
        pending.removeAll(keepingCapacity: true)
        return true
    }

    /// Takes the row that is waiting as it is, or lets it go.
    private mutating func settlePending() throws(MapReadError) {
        guard !pending.isEmpty else { return }
        let bytes = pending
        pending.removeAll(keepingCapacity: true)
        guard pendingIsUsable else { return }
        var draft = RowDraft()
        let line = Line(bytes.span.rawBytes)
        if case .incomplete = grammar.read(line, &draft) { try add(draft, line, pendingLine) }
    }

    private mutating func add(_ draft: RowDraft, _ line: borrowing Line, _ number: UInt32) throws(MapReadError) {
        guard rows < limits.rows else { throw .tooManyRows(limit: limits.rows, line: number) }
        rows += 1
        grouping.take(draft, line: line, number: number)
    }
}
