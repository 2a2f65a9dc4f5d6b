import MemoryMap

extension TextSink where Self: ~Copyable {
    /// Writes `value` in decimal.
    ///
    /// - Parameters:
    ///   - width: The least number of characters; shorter numbers are padded on the left with `padding`.
    ///   - padding: The character to pad with, a blank unless said otherwise.
    ///   - thousands: Whether a comma stands after every three digits, counted from the right. Commas count for `width`, padding gets none.
    public mutating func write(
        decimal value: UInt64, width: Int = 0, padding: UInt8 = UInt8(ascii: " "), thousands: Bool = false
    ) {
        var digits: [26 of UInt8] = .init(repeating: 0)
        var (count, groups, rest) = (0, 0, value)
        repeat {
            if thousands, groups == 3 {
                digits[count] = UInt8(ascii: ",")
                count += 1
                groups = 0
            }
            digits[count] = UInt8(ascii: "0") + UInt8(rest % 10)
            count += 1
            groups += 1
            rest /= 10
        } while rest > 0
        write(padding, count: width - count)
        while count > 0 {
            count -= 1
            write(digits[count])
        }
    }

    /// Writes `value` in decimal, with a minus sign where it is below zero.
    public mutating func write(decimal value: Int) {
        if value < 0 { write(UInt8(ascii: "-")) }
        write(decimal: UInt64(value.magnitude))
    }

    /// Writes `value` in lower-case hexadecimal.
    ///
    /// - Parameters:
    ///   - digits: The least number of digits; shorter numbers get zeroes on the left.
    ///   - prefix: Whether "0x" stands before it.
    public mutating func write(hexadecimal value: UInt64, digits: Int = 1, prefix: Bool = true) {
        if prefix { write("0x") }
        let significant = (64 - value.leadingZeroBitCount + 3) / 4
        write(UInt8(ascii: "0"), count: digits - max(significant, 1))
        var shift = max(significant, 1) * 4
        while shift > 0 {
            shift -= 4
            write(hexadecimalDigit: UInt8(value >> UInt64(shift) & 0xF))
        }
    }

    /// Writes two digits for each byte, without a prefix.
    public mutating func write(hexadecimal bytes: RawSpan) {
        for offset in bytes.byteOffsets {
            let byte = bytes.byte(at: offset)
            write(hexadecimalDigit: byte >> 4)
            write(hexadecimalDigit: byte & 0xF)
        }
    }

    /// Writes two digits for each byte, without a prefix.
    public mutating func write(hexadecimal bytes: Span<UInt8>) { write(hexadecimal: bytes.rawBytes) }

    private mutating func write(hexadecimalDigit digit: UInt8) {
        write(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
}
