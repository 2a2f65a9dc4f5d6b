import MemoryMap
import MemoryReport

extension MapWriter {
    func writeJSON(_ map: ListedMap, _ words: WordTable, _ number: Int, _ sink: inout ByteBuffer) {
        let (label, source) = (Array(map.label.utf8), Array(source.utf8))
        sink.writeJSONLine { line in
            line.number("map", number)
            line.string("source", utf8: source.span)
            line.string("kind", map.kind.name)
            line.string("label", utf8: label.span)
            line.string("convention", map.convention.name)
            line.number("boot", map.boot)
            line.number("rows", map.rows.count)
            if let total = map.statedTotal { line.number("statedTotal", total) }
        }
        for row in map.rows {
            let word = Array(words[row.word].utf8)
            sink.writeJSONLine { line in
                line.hexadecimal("start", row.start)
                line.hexadecimal("last", row.last)
                if let range = row.range { line.number("bytes", range.size) }
                line.number("type", UInt64(row.type.rawValue))
                line.string("name", row.type.name)
                if row.attributes.rawValue != 0 || row.hasAttributes { line.hexadecimal("attributes", row.attributes.rawValue) }
                line.number("number", UInt64(row.number))
                line.number("marks", UInt64(row.marks.rawValue))
                if row.defect != .none { line.string("defect", row.defect.name) }
                line.string("word", utf8: word.span)
                line.number("line", UInt64(row.line))
            }
        }
    }

    func writeCSV(_ map: ListedMap, _ words: WordTable, _ number: Int, _ sink: inout ByteBuffer) {
        for row in map.rows {
            sink.write(decimal: number)
            field(map.kind.name, &sink)
            field(map.label, &sink)
            field(map.convention.name, &sink)
            field(row.start.rawValue, &sink)
            field(row.last.rawValue, &sink)
            sink.write(",")
            if let range = row.range { for digit in String(range.size).utf8 { sink.write(digit) } }
            sink.write(",")
            sink.write(decimal: UInt64(row.type.rawValue))
            field(row.type.name, &sink)
            if row.attributes.rawValue != 0 || row.hasAttributes {
                field(row.attributes.rawValue, &sink)
            } else {
                sink.write(",")
            }
            sink.write(",")
            sink.write(decimal: UInt64(row.number))
            sink.write(",")
            sink.write(decimal: UInt64(row.marks.rawValue))
            field(row.defect.name, &sink)
            field(words[row.word], &sink)
            sink.write(",")
            sink.write(decimal: UInt64(row.line))
            field(source, &sink)
            sink.newline()
        }
    }

    private func field(_ value: UInt64, _ sink: inout ByteBuffer) {
        sink.write(",")
        sink.write(hexadecimal: value)
    }

    private func field(_ text: StaticString, _ sink: inout ByteBuffer) {
        sink.write(",")
        sink.write(text)
    }

    /// Texts with commas are quoted; quotes become apostrophes and control characters blanks, which no other program's words have.
    private func field(_ text: String, _ sink: inout ByteBuffer) {
        sink.write(",")
        let isQuoted = text.utf8.contains(UInt8(ascii: ","))
        if isQuoted { sink.write("\"") }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): sink.write("'")
            case 0..<0x20, 0x7F: sink.write(" ")
            default: sink.write(byte)
            }
        }
        if isQuoted { sink.write("\"") }
    }
}
