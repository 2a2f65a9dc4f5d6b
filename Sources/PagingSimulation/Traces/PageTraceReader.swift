import PageReplacement

/// Reads a trace piece by piece; every line is a reference in one of three formats, told apart line by line.
///
/// - `l 0x1ffe0000 4`, `s …`: a load or a store at an address, as simulators of processors write them;
/// - ` L 1ffe0000,4`, ` S …`, ` M …`, `I  …`: the same as `valgrind --tool=lackey --trace-mem=yes` prints it, where `M` loads and
///   stores; valgrind's own lines, `==…`, are passed over;
/// - `1234`: a block of a file; lines with `*` or `#` in front are comments.
///
/// A reference counts for the page of its first byte.
public struct PageTraceReader {
    private static let longestLine = 256

    private let pageShift: UInt64
    private var trace = PageTrace()
    private var numbering = PageNumbering()
    private var line: [UInt8] = []
    private var lineNumber = 1

    /// Makes a reader for pages of `1 << pageShift` bytes.
    public init(pageShift: UInt64 = 12) {
        precondition(pageShift < 64, "a page is smaller than the address space")
        self.pageShift = pageShift
        line.reserveCapacity(Self.longestLine)
    }

    /// Reads the next piece, of any size.
    public mutating func read(_ piece: Span<UInt8>) throws(PageTraceError) {
        for index in piece.indices {
            let byte = piece[index]
            if byte == UInt8(ascii: "\n") {
                try endLine()
                lineNumber += 1
            } else if line.count < Self.longestLine {
                line.append(byte)
            } else if !isComment {
                throw .tooLong(line: lineNumber)
            }
        }
    }

    /// Ends the text.
    public consuming func finish() throws(PageTraceError) -> PageTrace {
        try endLine()
        guard !trace.pages.isEmpty else { throw .empty }
        trace.population = numbering.count
        return trace
    }

    private var isComment: Bool {
        switch line.first {
        case UInt8(ascii: "*"), UInt8(ascii: "#"), UInt8(ascii: "="), UInt8(ascii: "-"): true
        default: false
        }
    }

    private mutating func endLine() throws(PageTraceError) {
        defer { line.removeAll(keepingCapacity: true) }
        var fields = TraceFields(line)
        guard !isComment, let first = fields.next() else { return }
        guard trace.pages.count < Int(UInt32.max) - 1 else { throw .tooManyReferences(line: lineNumber) }
        let letter: UInt8? = first.count == 1 ? line[first.lowerBound] : nil
        switch letter {
        case UInt8(ascii: "l"), UInt8(ascii: "s"):
            guard let address = fields.next().flatMap({ fields.hexadecimal($0, prefixed: true) }) else { break }
            return append(address, isWrite: letter == UInt8(ascii: "s"))
        case UInt8(ascii: "L"), UInt8(ascii: "S"), UInt8(ascii: "M"), UInt8(ascii: "I"):
            guard let address = fields.next().flatMap({ fields.hexadecimal($0, prefixed: false) }) else { break }
            return append(address, isWrite: letter == UInt8(ascii: "S") || letter == UInt8(ascii: "M"))
        default:
            guard let block = fields.decimal(first), fields.next() == nil else { break }
            return trace.append(numbering.index(of: block), isWrite: false)
        }
        throw .unreadable(line: lineNumber)
    }

    private mutating func append(_ address: UInt64, isWrite: Bool) {
        trace.backing = .pagingFile
        trace.append(numbering.index(of: address >> pageShift), isWrite: isWrite)
    }
}
