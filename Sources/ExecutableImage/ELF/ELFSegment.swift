public import MemoryMap

/// A loadable segment (`PT_LOAD`) of an ELF file, checked against the file it comes from.
public struct ELFSegment: Hashable, Sendable {
    /// Where the segment's bytes start in the file.
    public let fileOffset: UInt64

    /// How many bytes the file holds; the rest of the segment is zero.
    public let fileByteCount: UInt64

    /// The address the segment was linked at.
    public let start: VirtualAddress

    /// The size in memory in bytes, at least one and never below `fileByteCount`.
    public let byteCount: UInt64

    public let permissions: SegmentPermissions

    /// The alignment in bytes: a power of two of at least 4096. `start` and `fileOffset` are equal modulo it.
    public let alignment: UInt64

    /// The addresses of the segment's bytes.
    public var range: VirtualRange {
        guard let range = VirtualRange(start: start, byteCount: byteCount) else {
            preconditionFailure("a segment has at least one byte and ends below 2^64")
        }
        return range
    }

    /// Whether `byteCount` bytes at `address` lie inside the segment's memory.
    func holds(_ byteCount: UInt64, at address: VirtualAddress) -> Bool {
        guard let offset = start.distance(to: address), offset <= self.byteCount else { return false }
        return byteCount <= self.byteCount - offset
    }

    /// The file offset of `byteCount` bytes at `address`, or nil where they are not all in the file.
    func offset(of byteCount: UInt64, at address: VirtualAddress) -> UInt64? {
        guard let offset = start.distance(to: address), offset <= fileByteCount, byteCount <= fileByteCount - offset else {
            return nil
        }
        return fileOffset + offset
    }
}
