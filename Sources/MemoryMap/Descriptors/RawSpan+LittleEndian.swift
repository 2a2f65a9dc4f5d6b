// The only loads and stores of raw bytes in this module. The standard library's are marked unsafe because they can make any
// type out of any bytes; integers have no invalid bytes, and the bounds are checked here whatever the caller did.

extension RawSpan {
    /// Whether `count` bytes from `offset` on lie inside.
    @inlinable
    func holds(_ count: Int, at offset: Int) -> Bool {
        offset >= 0 && byteCount >= count && offset <= byteCount - count
    }

    @inlinable
    func littleEndian32(at offset: Int) -> UInt32 {
        precondition(holds(4, at: offset), "inside the span")
        return UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inlinable
    func littleEndian64(at offset: Int) -> UInt64 {
        precondition(holds(8, at: offset), "inside the span")
        return UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

extension Span<UInt8> {
    /// The same bytes without a type. The standard library marks this unsafe for elements with padding; bytes have none.
    @usableFromInline
    var rawBytes: RawSpan {
        @_lifetime(copy self) get { unsafe bytes }
    }
}

extension MutableRawSpan {
    /// Stores the word with its lowest byte first.
    @inlinable
    mutating func store(_ value: UInt64, at offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
    }
}
