// The one place of this module that reads through raw pointers: a static string gives its text, and a raw span its bytes,
// in no other way. Both are read inside their bounds only.

extension TextSink where Self: ~Copyable {
    public mutating func write(_ text: StaticString) {
        for index in text.byteIndices { write(text.byte(at: index)) }
    }

    /// Writes bytes that are UTF-8 already.
    public mutating func write(utf8 bytes: RawSpan) {
        for offset in bytes.byteOffsets { write(bytes.byte(at: offset)) }
    }
}

extension StaticString {
    var byteIndices: Range<Int> { 0..<withUTF8Buffer { $0.count } }

    func byte(at index: Int) -> UInt8 {
        precondition(byteIndices.contains(index), "inside the text")
        return withUTF8Buffer { unsafe $0[index] }
    }
}

extension Span<UInt8> {
    /// The same bytes without a type. The standard library marks this unsafe for elements with padding; bytes have none.
    var rawBytes: RawSpan {
        @_lifetime(copy self) get { unsafe bytes }
    }
}

extension RawSpan {
    func byte(at offset: Int) -> UInt8 {
        precondition(byteOffsets.contains(offset), "inside the span")
        return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}
