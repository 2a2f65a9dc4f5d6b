// A static string's bytes live as long as the program; here they are read within their count and nothing else. A string of
// one character may keep it in place of a pointer, so that only `withUTF8Buffer` gives the bytes of all.

extension StaticString {
    /// The indices of the UTF-8 bytes.
    @inlinable
    package var byteIndices: Range<Int> { 0..<withUTF8Buffer { $0.count } }

    /// The UTF-8 byte at `index`.
    ///
    /// - Precondition: `index` is one of ``byteIndices``.
    @inlinable
    package func byte(at index: Int) -> UInt8 {
        withUTF8Buffer { buffer in
            precondition(buffer.indices.contains(index), "a byte of the string")
            return unsafe buffer[index]
        }
    }

    /// A copy of the UTF-8 bytes, on the heap.
    @inlinable
    package var utf8Bytes: [UInt8] { withUTF8Buffer { buffer in unsafe [UInt8](buffer) } }
}
