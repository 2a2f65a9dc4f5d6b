/// A sink that keeps the text in memory, on the heap.
public struct ByteBuffer: TextSink, Hashable, Sendable {
    /// The text so far, in UTF-8.
    public var bytes: [UInt8] = []

    public init() {}

    @inlinable
    public mutating func write(_ byte: UInt8) { bytes.append(byte) }
}

#if !hasFeature(Embedded)
    extension ByteBuffer {
        /// The text so far; bytes that are no UTF-8 are replaced.
        public var text: String { String(decoding: bytes, as: UTF8.self) }
    }
#endif
