import MemoryMap

extension TextSink where Self: ~Copyable {
    public mutating func write(_ text: StaticString) {
        for index in text.byteIndices { write(text.byte(at: index)) }
    }

    /// Writes bytes that are UTF-8 already.
    public mutating func write(utf8 bytes: RawSpan) {
        for offset in bytes.byteOffsets { write(bytes.byte(at: offset)) }
    }
}
