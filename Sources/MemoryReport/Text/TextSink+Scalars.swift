extension TextSink where Self: ~Copyable {
    /// Writes one character as UTF-8.
    public mutating func write(scalar: Unicode.Scalar) {
        let value = scalar.value
        func trailing(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(value >> shift & 0x3F) }
        switch value {
        case 0..<0x80:
            write(UInt8(value))
        case 0x80..<0x800:
            write(0xC0 | UInt8(value >> 6))
            write(trailing(0))
        case 0x800..<0x1_0000:
            write(0xE0 | UInt8(value >> 12))
            write(trailing(6))
            write(trailing(0))
        default:
            write(0xF0 | UInt8(value >> 18))
            write(trailing(12))
            write(trailing(6))
            write(trailing(0))
        }
    }
}
