// A static string's bytes live as long as the program. Here they are only read, within their count; nothing else in this module
// touches the pointer.

extension StaticString {
    /// The UTF-8 byte at `index`.
    ///
    /// - Precondition: `index` is below `utf8CodeUnitCount`.
    func byte(at index: Int) -> UInt8 {
        withUTF8Buffer { buffer in
            precondition(index >= 0 && index < buffer.count, "a byte of the string")
            return unsafe buffer[index]
        }
    }

    /// A copy of the UTF-8 bytes.
    var utf8Bytes: [UInt8] { withUTF8Buffer { buffer in unsafe [UInt8](buffer) } }
}
