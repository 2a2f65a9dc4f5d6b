// The one file of this module that reads memory by offset: every access is checked against the span's own bounds first.

extension RawSpan {
    /// The little-endian integer of type `T` at `offset`, which needs no alignment, or nil where it passes the end.
    ///
    /// - Complexity: O(1).
    @inlinable
    func littleEndian<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T? {
        guard offset >= 0, byteCount - offset >= MemoryLayout<T>.size else { return nil }
        // The guard proves that all bytes of the integer lie in the span, and every bit pattern is an integer.
        return T(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: T.self))
    }
}

extension MutableRawSpan {
    /// Puts `value` at `offset`, little-endian and without need of alignment.
    ///
    /// - Precondition: the integer ends within the span.
    /// - Complexity: O(1).
    @_lifetime(self: copy self)
    mutating func storeLittleEndian<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
    }
}

extension Span<UInt8> {
    /// The same bytes, raw.
    var raw: RawSpan {
        @_lifetime(copy self)
        get {
            // Bytes have no padding, so all that the raw view shows is initialized.
            unsafe bytes
        }
    }
}
