/// Something that takes text byte by byte: a serial port, a console, a buffer.
///
/// The text is UTF-8; what this module writes of its own is ASCII. Writing cannot fail: what a device does with bytes that
/// it cannot take is its own affair. A sink is used as a generic parameter, never as an existential.
public protocol TextSink: ~Copyable {
    /// Takes one byte of text.
    mutating func write(_ byte: UInt8)
}

extension TextSink where Self: ~Copyable {
    /// Ends the line with a line feed; a sink that needs a carriage return adds it itself.
    @inlinable
    public mutating func newline() { write(UInt8(ascii: "\n")) }

    /// Writes `byte` `count` times; nothing where `count` is below 1.
    @inlinable
    public mutating func write(_ byte: UInt8, count: Int) {
        var left = count
        while left > 0 {
            write(byte)
            left -= 1
        }
    }

    @inlinable
    public mutating func write(utf8 bytes: Span<UInt8>) {
        for index in bytes.indices { write(bytes[index]) }
    }
}
