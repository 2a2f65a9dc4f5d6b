import MemoryMap

// How configurations write the lines that they read.

extension [UInt8] {
    /// Adds a line.
    mutating func append(_ key: some ConfigurationKey, _ value: [UInt8]) {
        append(contentsOf: key.name.utf8Bytes)
        append(contentsOf: [UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: " ")])
        append(contentsOf: value)
        append(UInt8(ascii: "\n"))
    }

    /// The decimal digits of a number.
    static func digits(_ number: UInt32) -> [UInt8] {
        var digits: [UInt8] = []
        var rest = number
        repeat {
            digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        digits.reverse()
        return digits
    }
}
