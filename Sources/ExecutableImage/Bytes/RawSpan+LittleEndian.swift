extension RawSpan {
    /// The little-endian integer whose first byte is at `offset`, or nil where it does not lie inside the span.
    @inlinable
    func littleEndian<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: UInt64, as type: Integer.Type) -> Integer? {
        let size = UInt64(MemoryLayout<Integer>.size)
        let count = UInt64(byteCount)
        guard size <= count, offset <= count - size else { return nil }
        // The bounds are checked above, the alignment does not matter, and every bit pattern is an integer: nothing else
        // can go wrong with this load.
        return Integer(littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: Int(offset), as: Integer.self))
    }

    /// The byte at `offset`.
    ///
    /// - Precondition: `offset` is inside the span.
    func byte(at offset: Int) -> UInt8 {
        // `unsafeLoad` checks the bounds; every byte is a `UInt8`.
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }
}
