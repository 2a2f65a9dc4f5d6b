import MemoryMap

/// Two hexadecimal numbers with a hyphen between them, as most grammars print a range.
struct RangeToken {
    /// The numbers as printed.
    var first: UInt64 = 0
    var second: UInt64 = 0

    /// Where the first number starts, its "0x" included, and where the second one ends.
    var start = 0
    var end = 0

    /// Whether both numbers have "0x" before them.
    var isPrefixed = false

    /// Whether blanks stand around the hyphen.
    var isSpaced = false

    /// Whether a number has more than 16 digits that count.
    var overflows = false

    /// The digits of the second number.
    var digits = 0

    /// The first token in `line` from `start` on; nil where there is none.
    ///
    /// Numbers without "0x" need at least 8 digits: dates, identifiers and words with a hyphen are no ranges.
    @inline(__always)
    static func first(in line: borrowing Line, from start: Int) -> RangeToken? {
        var index = start
        let end = line.count
        while true {
            index = line.bytes.index(of: UInt8(ascii: "-"), from: index, to: end)
            guard index < end else { return nil }
            let right = line[index + 1]
            if hexValue(right) >= 0 {
                if hexValue(line[index - 1]) >= 0, let token = at(line, left: index - 1, right: index + 1, isSpaced: false) {
                    return token
                }
            } else if right == UInt8(ascii: " "), line[index - 1] == UInt8(ascii: " "), hexValue(line[index - 2]) >= 0,
                hexValue(line[index + 2]) >= 0, let token = at(line, left: index - 2, right: index + 2, isSpaced: true)
            {
                return token
            }
            index += 1
        }
    }

    private static func at(_ line: borrowing Line, left: Int, right: Int, isSpaced: Bool) -> RangeToken? {
        var token = RangeToken()
        token.isSpaced = isSpaced
        token.isPrefixed = line[right] == UInt8(ascii: "0") && line[right + 1] | 0x20 == UInt8(ascii: "x")
        // The left number, backwards.
        var start = left
        while hexValue(line[start - 1]) >= 0 { start -= 1 }
        if token.isPrefixed {
            guard line[start - 1] | 0x20 == UInt8(ascii: "x"), line[start - 2] == UInt8(ascii: "0") else { return nil }
            token.start = start - 2
        } else {
            guard left - start >= 7, line[start - 1] | 0x20 != UInt8(ascii: "x"), !isLetter(line[start - 1]) else { return nil }
            token.start = start
        }
        var index = start
        let (first, _, firstOverflow) = line.hexadecimal(&index)
        index = right + (token.isPrefixed ? 2 : 0)
        let (second, digits, secondOverflow) = line.hexadecimal(&index)
        guard digits >= (token.isPrefixed ? 1 : 8), !isLetter(line[index]) else { return nil }
        token.first = first
        token.second = second
        token.digits = digits
        token.overflows = firstOverflow || secondOverflow
        token.end = index
        return token
    }
}
