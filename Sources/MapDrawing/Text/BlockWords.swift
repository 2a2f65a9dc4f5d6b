import MapFormats
import MemoryMap
import MemoryReport

/// What a picture says of a block.
struct BlockWords {
    let block: MapBlock

    init(_ block: MapBlock) { self.block = block }

    var size: String { SizeText.bytes(block.range.size) }

    /// The type, or what there is instead of one.
    var type: String {
        switch block.content {
        case .region(let type, _): TypeText.of(type)
        case .hole: "not described"
        case .group(let group): Figures.count(group.regions, "small region")
        }
    }

    /// The source's own word, unless it is that of the type.
    var word: String { Self.plainWord(block.word) == Self.plainWord(type) ? "" : block.word }

    /// The source's own word where it says more than the type.
    private var tellingWord: String { block.isWordTelling && Self.plainWord(block.word) != "usable" ? word : "" }

    var attributes: String {
        if case .region(_, let attributes?) = block.content { TypeText.of(attributes) } else { "" }
    }

    /// The rows that the block has, and where they stand.
    var rows: String {
        guard block.rows > 0 else { return "" }
        return Figures.count(block.rows, "row")
    }

    var lines: String {
        guard let lines = block.lines else { return "" }
        return lines.count == 1 ? "line \(lines.lowerBound)" : "lines \(lines.lowerBound)–\(lines.upperBound)"
    }

    var alarm: String { block.isContested ? "described more than once" : "" }

    /// What a group is made of: "Reserved 12 MiB, ACPI 64 KiB".
    var parts: String {
        guard let group = block.group else { return "" }
        return group.parts.map { "\($0.category.label) \(SizeText.bytes($0.bytes))" }.joined(separator: ", ")
    }

    /// One line beside the block.
    var note: String {
        var notes: [String] = []
        if !tellingWord.isEmpty { notes.append(tellingWord) }
        if !parts.isEmpty { notes.append(parts) }
        if block.rows > 1 || block.rows == 0 && !block.isHole { notes.append(rows.isEmpty ? "no row of its own" : rows) }
        return notes.joined(separator: " · ")
    }

    /// Everything, a line each.
    var details: String {
        [
            "\(HexadecimalText.text(block.range.start.rawValue)) – \(HexadecimalText.text(block.range.last.rawValue))", size,
            type, word, parts, attributes,
            [rows, lines].filter { !$0.isEmpty }.joined(separator: ", "), alarm,
        ].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func plainWord(_ word: String) -> String {
        String(String.UnicodeScalarView(word.lowercased().unicodeScalars.filter { $0 != " " && $0 != "-" && $0 != "_" }))
    }
}
