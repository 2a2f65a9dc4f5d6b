/// The fields of a line, parted by blanks and commas.
struct TraceFields {
    private let line: [UInt8]
    private var position = 0

    init(_ line: [UInt8]) { self.line = line }

    mutating func next() -> Range<Int>? {
        while position < line.count, Self.isSeparator(line[position]) { position += 1 }
        guard position < line.count else { return nil }
        let start = position
        while position < line.count, !Self.isSeparator(line[position]) { position += 1 }
        return start..<position
    }

    func decimal(_ field: Range<Int>) -> UInt64? { number(field, radix: 10) }

    /// A hexadecimal number, behind `0x` where `prefixed`.
    func hexadecimal(_ field: Range<Int>, prefixed: Bool) -> UInt64? {
        guard prefixed else { return number(field, radix: 16) }
        guard field.count > 2, line[field.lowerBound] == UInt8(ascii: "0"), line[field.lowerBound + 1] | 0x20 == UInt8(ascii: "x")
        else { return nil }
        return number(field.lowerBound + 2..<field.upperBound, radix: 16)
    }

    private func number(_ field: Range<Int>, radix: UInt64) -> UInt64? {
        guard !field.isEmpty else { return nil }
        var value: UInt64 = 0
        for byte in line[field] {
            guard let digit = Self.digit(byte), digit < radix else { return nil }
            let (product, overflows) = value.multipliedReportingOverflow(by: radix)
            let (sum, carries) = product.addingReportingOverflow(digit)
            guard !overflows, !carries else { return nil }
            value = sum
        }
        return value
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: ",")
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
