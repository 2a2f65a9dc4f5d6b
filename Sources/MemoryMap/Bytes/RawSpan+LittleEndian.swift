// The only loads and stores of raw bytes in the core. The standard library's are marked unsafe because they can make any
// type out of any bytes; integers have no invalid bytes, and the bounds are checked here whatever the caller did.

extension RawSpan {
    /// Whether `count` bytes from `offset` on lie inside.
    @inlinable
    package func holds(_ count: Int, at offset: Int) -> Bool {
        offset >= 0 && byteCount >= count && offset <= byteCount - count
    }

    /// The little-endian integer of type `T` at `offset`, which needs no alignment, or nil where it passes an end.
    @inlinable
    package func littleEndian<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T? {
        guard holds(MemoryLayout<T>.size, at: offset) else { return nil }
        return T(littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: T.self))
    }

    /// The little-endian integer of type `T` at an offset that a file may have made up.
    @inlinable
    package func littleEndian<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: UInt64) -> T? {
        Int(exactly: offset).flatMap { littleEndian(type, at: $0) }
    }

    /// - Precondition: the word lies inside the span.
    @inlinable
    package func littleEndian32(at offset: Int) -> UInt32 {
        precondition(holds(4, at: offset), "inside the span")
        return UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
    }

    /// - Precondition: the word lies inside the span.
    @inlinable
    package func littleEndian64(at offset: Int) -> UInt64 {
        precondition(holds(8, at: offset), "inside the span")
        return UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }

    /// - Precondition: the byte lies inside the span.
    @inlinable
    package func byte(at offset: Int) -> UInt8 {
        precondition(holds(1, at: offset), "inside the span")
        return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }
}

extension Span<UInt8> {
    /// The same bytes without a type. The standard library marks this unsafe for elements with padding; bytes have none.
    @inlinable
    package var rawBytes: RawSpan {
        @_lifetime(copy self) get { unsafe bytes }
    }
}

extension MutableRawSpan {
    /// Puts `value` at `offset`, lowest byte first and without need of alignment.
    ///
    /// - Precondition: the integer ends within the span.
    @inlinable
    @_lifetime(self: copy self)
    package mutating func storeLittleEndian<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
    }
}
