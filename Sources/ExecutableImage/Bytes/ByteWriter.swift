/// Collects little-endian integers into an array of bytes.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append<Integer: FixedWidthInteger & UnsignedInteger>(_ value: Integer) {
        var rest = value
        for _ in 0..<Integer.bitWidth / 8 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest = Integer.bitWidth == 8 ? 0 : rest >> 8
        }
    }

    mutating func append(_ contents: [UInt8]) { bytes.append(contentsOf: contents) }

    /// Appends zeros up to `count` bytes in all.
    mutating func pad(to count: Int) {
        if bytes.count < count { bytes.append(contentsOf: repeatElement(0, count: count - bytes.count)) }
    }

    /// Appends an ASCII name in a field of `count` bytes.
    mutating func append(_ name: StaticString, fieldOf count: Int) {
        let end = bytes.count + count
        name.withUTF8Buffer { unsafe bytes.append(contentsOf: $0.prefix(count)) }
        pad(to: end)
    }

    /// Replaces the four bytes at `offset`, which were appended before.
    mutating func replace(at offset: Int, with value: UInt32) {
        for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
    }
}
