// The one place of this module that reads through raw pointers: a static string gives its text, and a raw span its bytes,
// in no other way. Both are read inside their bounds only.

extension TextSink where Self: ~Copyable {
    public mutating func write(_ text: StaticString) {
        guard text.hasPointerRepresentation else {
            // A single scalar kept in the string itself.
            write(text.unicodeScalar)
            return
        }
        for index in 0..<text.utf8CodeUnitCount { write(unsafe text.utf8Start[index]) }
    }

    /// Writes bytes that are UTF-8 already.
    public mutating func write(utf8 bytes: RawSpan) {
        for offset in bytes.byteOffsets { write(bytes.byte(at: offset)) }
    }
}

extension RawSpan {
    func byte(at offset: Int) -> UInt8 {
        precondition(byteOffsets.contains(offset), "inside the span")
        return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}
