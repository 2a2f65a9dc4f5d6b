extension MutableRawSpan {
    /// Sets the bytes of `range` to zero.
    ///
    /// - Precondition: `range` is inside the span.
    mutating func zero(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "range outside the memory")
        // The range is inside the buffer, whose bytes are trivial.
        unsafe withUnsafeMutableBytes { bytes in
            unsafe _ = UnsafeMutableRawBufferPointer(rebasing: bytes[range]).initializeMemory(as: UInt8.self, repeating: 0)
        }
    }

    /// Copies `source` to the bytes from `offset` on.
    ///
    /// - Precondition: All of them are inside the span.
    mutating func copy(_ source: RawSpan, at offset: Int) {
        precondition(offset >= 0 && offset <= byteCount && source.byteCount <= byteCount - offset, "copy outside the memory")
        // The target is inside the buffer and as long as the source; exclusive access keeps the two apart.
        unsafe withUnsafeMutableBytes { bytes in
            unsafe source.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + $0.count]).copyMemory(from: $0)
            }
        }
    }
}
