import MemoryMap

// Device trees are big-endian.
extension RawSpan {
    /// The big-endian word at `offset`, or nil where it passes the end.
    package func bigEndian32(at offset: Int) -> UInt32? { littleEndian(UInt32.self, at: offset)?.byteSwapped }

    /// The big-endian double word at `offset`, or nil where it passes the end.
    package func bigEndian64(at offset: Int) -> UInt64? { littleEndian(UInt64.self, at: offset)?.byteSwapped }
}
