import MemoryMap

/// The bytes of one line without its end. Bytes outside it read as zero, so that a reader of a short or hostile line needs no
/// bounds of its own.
struct Line: ~Escapable {
    let bytes: RawSpan

    @inline(__always)
    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) { self.bytes = bytes }

    @inline(__always)
    var count: Int { bytes.byteCount }

    @inline(__always)
    subscript(index: Int) -> UInt8 {
        index >= 0 && index < bytes.byteCount ? bytes.byte(at: index) : 0
    }
}

/// The value of a hexadecimal digit, or -1.
@inline(__always)
func hexValue(_ byte: UInt8) -> Int {
    let digit = byte &- UInt8(ascii: "0")
    if digit < 10 { return Int(digit) }
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter < 6 ? Int(letter) + 10 : -1
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

@inline(__always)
func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

@inline(__always)
func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

extension Line {
    /// From `start` up to `end`; empty where a hostile line has them the wrong way around.
    @inline(__always)
    func range(_ start: Int, _ end: Int) -> Range<Int> { start..<max(start, end) }

    /// Whether `text` stands at `index`.
    @inline(__always)
    func has(_ text: StaticString, at index: Int) -> Bool {
        text.withUTF8Buffer { buffer in
            guard index >= 0, index <= count - buffer.count else { return false }
            for offset in 0..<buffer.count where unsafe buffer[offset] != bytes.byte(at: index + offset) { return false }
            return true
        }
    }

    /// Whether exactly `text` stands in `range`, capital or small.
    @inline(__always)
    func equals(_ text: StaticString, _ range: Range<Int>) -> Bool {
        text.withUTF8Buffer { buffer in
            guard buffer.count == range.count, range.lowerBound >= 0, range.upperBound <= count else { return false }
            for offset in 0..<buffer.count {
                let (left, right) = (unsafe buffer[offset], bytes.byte(at: range.lowerBound + offset))
                if left != right, !isLetter(left) || left ^ right != 0x20 { return false }
            }
            return true
        }
    }

    /// Whether `text` ends at `index`, which is not part of it.
    @inline(__always)
    func has(_ text: StaticString, endingAt index: Int) -> Bool {
        has(text, at: index - text.withUTF8Buffer { $0.count })
    }

    /// The first index from `start` on, below `end`, at which `text` stands; nil where there is none.
    func index(of text: StaticString, from start: Int, to end: Int? = nil) -> Int? {
        let length = text.withUTF8Buffer { $0.count }
        var index = max(start, 0)
        let limit = min(end ?? count, count) - length
        while index <= limit {
            if has(text, at: index) { return index }
            index += 1
        }
        return nil
    }

    /// The first index from `start` on that holds no blank.
    @inline(__always)
    func skipBlanks(_ start: Int) -> Int {
        var index = start
        while isBlank(self[index]) { index += 1 }
        return index
    }

    /// `range` without blanks, carriage returns and a comma or quote at its end, and blanks at its start.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (max(range.lowerBound, 0), min(range.upperBound, count))
        while start < end, isBlank(self[start]) { start += 1 }
        while end > start, isBlank(self[end - 1]) || self[end - 1] == 13 { end -= 1 }
        return start..<max(start, end)
    }

    /// Reads hexadecimal digits from `index` on and moves it past them: the value, the number of digits, and whether it passed 2^64.
    @inline(__always)
    func hexadecimal(_ index: inout Int) -> (value: UInt64, digits: Int, overflow: Bool) {
        var (value, digits, overflow) = (UInt64(0), 0, false)
        while true {
            let digit = hexValue(self[index])
            guard digit >= 0 else { return (value, digits, overflow) }
            if value >> 60 != 0 { overflow = true }
            value = value << 4 | UInt64(digit)
            digits += 1
            index += 1
        }
    }

    /// Reads a number at `index` and moves it past: with "0x" in hexadecimal, otherwise in decimal; nil where there is none, or it
    /// does not fit 64 bits.
    @inline(__always)
    func number(_ index: inout Int) -> UInt64? {
        if self[index] == UInt8(ascii: "0"), self[index + 1] | 0x20 == UInt8(ascii: "x") {
            index += 2
            let (value, digits, overflow) = hexadecimal(&index)
            return digits > 0 && !overflow ? value : nil
        }
        return decimal(&index)
    }

    /// Reads decimal digits at `index`, moves it past them; nil where there are none or they do not fit 64 bits.
    @inline(__always)
    func decimal(_ index: inout Int) -> UInt64? {
        guard isDigit(self[index]) else { return nil }
        var (value, overflow) = (UInt64(0), false)
        while isDigit(self[index]) {
            let (product, high) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(self[index] &- UInt8(ascii: "0")))
            overflow = overflow || high || carry
            value = sum
            index += 1
        }
        return overflow ? nil : value
    }

    /// Reads hexadecimal digits with or without "0x" at `index`; nil where there are none or they do not fit.
    @inline(__always)
    func hexadecimalNumber(_ index: inout Int) -> UInt64? {
        if self[index] == UInt8(ascii: "0"), self[index + 1] | 0x20 == UInt8(ascii: "x") { index += 2 }
        let (value, digits, overflow) = hexadecimal(&index)
        return digits > 0 && !overflow ? value : nil
    }

    /// Moves `index` past `text` if it stands there.
    @inline(__always)
    func take(_ text: StaticString, _ index: inout Int) -> Bool {
        guard has(text, at: index) else { return false }
        index += text.withUTF8Buffer { $0.count }
        return true
    }
}
