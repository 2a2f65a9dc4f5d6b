import MemoryMap

// How the builders of this module write integers: one after the other at the end of an array, or over what is there.

extension [UInt8] {
    /// Appends `value`, lowest byte first.
    mutating func appendLittleEndian<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        var rest = value
        for _ in 0..<(T.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: rest))
            rest = T.bitWidth == 8 ? 0 : rest >> 8
        }
    }

    /// Appends `value`, highest byte first.
    mutating func appendBigEndian<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        appendLittleEndian(value.byteSwapped)
    }

    /// Appends the UTF-8 bytes of a literal.
    mutating func append(_ text: StaticString) {
        for index in text.byteIndices { append(text.byte(at: index)) }
    }

    /// Appends `count` zero bytes.
    mutating func appendZeros(_ count: Int) {
        for _ in 0..<count { append(0) }
    }

    /// Appends zero bytes until the count is a multiple of `alignment`.
    mutating func pad(to alignment: Int) {
        while count % alignment != 0 { append(0) }
    }

    /// Puts `value` over the bytes at `offset`, lowest byte first.
    ///
    /// - Precondition: the integer ends within the array.
    mutating func store<T: FixedWidthInteger & UnsignedInteger>(_ value: T, at offset: Int) {
        var rest = value
        for index in 0..<(T.bitWidth / 8) {
            self[offset + index] = UInt8(truncatingIfNeeded: rest)
            rest = T.bitWidth == 8 ? 0 : rest >> 8
        }
    }

    /// The byte that makes the sum of all bytes of `range` zero modulo 256, whatever is at `offset`, stored there.
    mutating func storeChecksum(of range: Range<Int>, at offset: Int) {
        self[offset] = 0
        var sum: UInt8 = 0
        for index in range { sum &+= self[index] }
        self[offset] = 0 &- sum
    }
}
