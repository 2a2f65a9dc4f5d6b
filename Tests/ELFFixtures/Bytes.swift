/// Collects little-endian fields.
struct Bytes {
    var bytes: [UInt8] = []

    mutating func append<Field: FixedWidthInteger & UnsignedInteger>(_ field: Field) {
        for index in 0..<Field.bitWidth / 8 { bytes.append(UInt8(truncatingIfNeeded: field >> Field(8 * index))) }
    }

    mutating func pad(to count: Int) {
        if bytes.count < count { bytes += [UInt8](repeating: 0, count: count - bytes.count) }
    }

    mutating func appendProgramHeader(
        type: UInt32, flags: UInt32, offset: UInt64, address: UInt64, fileByteCount: UInt64, byteCount: UInt64,
        alignment: UInt64
    ) {
        append(type)
        append(flags)
        for field in [offset, address, address, fileByteCount, byteCount, alignment] { append(field) }
    }
}

extension [UInt8] {
    /// The same bytes with a little-endian field put at `offset`.
    public func replacing<Field: FixedWidthInteger & UnsignedInteger>(at offset: Int, with field: Field) -> [UInt8] {
        var copy = self
        for index in 0..<Field.bitWidth / 8 { copy[offset + index] = UInt8(truncatingIfNeeded: field >> Field(8 * index)) }
        return copy
    }

    /// The little-endian field at `offset`.
    public func field<Field: FixedWidthInteger & UnsignedInteger>(at offset: Int, as type: Field.Type) -> Field {
        var field: Field = 0
        for index in 0..<Field.bitWidth / 8 { field |= Field(self[offset + index]) << Field(8 * index) }
        return field
    }
}
