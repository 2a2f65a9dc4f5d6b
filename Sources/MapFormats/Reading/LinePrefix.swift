/// What loggers and mail programs put before a row: quotes, levels, time stamps, the host's name.
enum LinePrefix {
    /// The index of the first byte that is part of what was logged.
    static func length(of line: borrowing Line) -> Int {
        var index = 0
        while index < line.count {
            let byte = line[index]
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "|"):
                index += 1
            case UInt8(ascii: "<"):
                guard let end = level(line, index) else { return index }
                index = end
            case UInt8(ascii: "["):
                guard let end = bracket(line, index) else { return index }
                index = end
            case 0x1B:
                index = escape(line, index)
            default:
                guard let end = syslog(line, index) else { return index }
                index = end
            }
        }
        return index
    }

    /// "<6>".
    private static func level(_ line: borrowing Line, _ start: Int) -> Int? {
        var index = start + 1
        while isDigit(line[index]), index < start + 5 { index += 1 }
        return index > start + 1 && line[index] == UInt8(ascii: ">") ? index + 1 : nil
    }

    /// "[    0.000000]", "[   T12]", "[Tue Jan 20 10:17:44 2026]", "[2026-01-20T10:17:44]".
    private static func bracket(_ line: borrowing Line, _ start: Int) -> Int? {
        var index = line.skipBlanks(start + 1)
        let first = line[index]
        let isCaller = first == UInt8(ascii: "T") || first == UInt8(ascii: "C")
        if isCaller, isDigit(line[index + 1]) { index += 1 }
        let hasWeekday =
            isLetter(first) && isLetter(line[index + 1]) && isLetter(line[index + 2]) && line[index + 3] == UInt8(ascii: " ")
        guard isDigit(line[index]) || hasWeekday else { return nil }
        var (dots, colons) = (0, 0)
        let limit = start + 48
        while index < limit {
            let byte = line[index]
            switch byte {
            case UInt8(ascii: "]"):
                guard isCaller || hasWeekday || dots == 1 || colons > 1 else { return nil }
                return index + 1
            case UInt8(ascii: "."): dots += 1
            case UInt8(ascii: ":"): colons += 1
            case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: " "): break
            default: guard isDigit(byte) || isLetter(byte) else { return nil }
            }
            // An address range in brackets has an "x" that no time stamp has.
            if byte == UInt8(ascii: "x") { return nil }
            index += 1
        }
        return nil
    }

    /// An escape sequence of a terminal.
    private static func escape(_ line: borrowing Line, _ start: Int) -> Int {
        guard line[start + 1] == UInt8(ascii: "[") else { return start + 1 }
        var index = start + 2
        while index < line.count, line[index] < 0x40 { index += 1 }
        return index + 1
    }

    /// "Nov 21 08:43:20 host kernel: ", "2026-08-09T08:08:43.080727+00:00 host kernel: ".
    private static func syslog(_ line: borrowing Line, _ start: Int) -> Int? {
        let isMonth =
            isLetter(line[start]) && isLetter(line[start + 1]) && isLetter(line[start + 2])
            && line[start + 3] == UInt8(ascii: " ")
            && isDigit(line[start + 5])
        let isISODate = isDigit(line[start]) && isDigit(line[start + 3]) && line[start + 4] == UInt8(ascii: "-")
        guard isMonth || isISODate else { return nil }
        return line.index(of: "kernel: ", from: start, to: start + 160).map { $0 + 8 }
    }
}
