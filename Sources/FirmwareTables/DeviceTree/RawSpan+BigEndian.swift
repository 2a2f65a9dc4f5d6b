import MemoryMap

// Device trees are big-endian.
extension RawSpan {
    /// The big-endian word at `offset`, or nil where it passes the end.
    func bigEndian32(at offset: Int) -> UInt32? { littleEndian(UInt32.self, at: offset)?.byteSwapped }
}
