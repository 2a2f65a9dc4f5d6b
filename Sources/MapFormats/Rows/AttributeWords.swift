import MemoryMap

/// The words by which sources call attributes.
enum AttributeWords {
    /// Reads the attributes in `range`: short names between bars or blanks, "attr=0x…" or "ISA=0x…", bare numbers.
    ///
    /// Columns may be empty and there may be any number of them: kernels of every age print a different one.
    /// - Returns: nil where something else stands there.
    static func read(_ line: borrowing Line, _ range: Range<Int>) -> MemoryAttributes? {
        var attributes: MemoryAttributes = []
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = line[index]
            if isBlank(byte) || byte == UInt8(ascii: "|") || byte == 13 {
                index += 1
                continue
            }
            var end = index
            while end < range.upperBound, !isBlank(line[end]), line[end] != UInt8(ascii: "|"), line[end] != 13 { end += 1 }
            guard let attribute = word(line, index..<end) else { return nil }
            attributes.formUnion(attribute)
            index = end
        }
        return attributes
    }

    /// The attribute that a word of two or three letters is, by its letters as a number.
    private static func word(_ line: borrowing Line, _ range: Range<Int>) -> MemoryAttributes? {
        if range.count <= 3 {
            var letters: UInt32 = 0
            for index in range { letters = letters << 8 | UInt32(line[index]) }
            switch letters {
            case 0x5743: return .writeCombining
            case 0x5543: return .uncacheable
            case 0x5754: return .writeThrough
            case 0x5742: return .writeBack
            case 0x55_4345: return .uncacheableExported
            case 0x5750: return .writeProtected
            case 0x5250: return .readProtected
            case 0x5850: return .executeProtected
            case 0x4E56: return .nonVolatile
            case 0x4D52: return .moreReliable
            case 0x524F: return .readOnly
            case 0x5350: return .specificPurpose
            case 0x4343, 0x43_5259: return .cpuCrypto
            case 0x4850: return .hotPluggable
            case 0x52_554E, 0x5254: return .runtime
            default: break
            }
        }
        var index = range.lowerBound
        if line.equals("RUNTIME", range) { return .runtime }
        if line.equals("MORE_RELIABLE", range) { return .moreReliable }
        if line.take("attr=", &index) || line.has("0x", at: index) {
            return line.hexadecimalNumber(&index).flatMap { index == range.upperBound ? MemoryAttributes(rawValue: $0) : nil }
        }
        if line.take("ISA=", &index) {
            guard let field = line.hexadecimalNumber(&index), index == range.upperBound, field <= 0xFFFF else { return nil }
            return MemoryAttributes(rawValue: field << 44).union(.isaValid)
        }
        return nil
    }
}
