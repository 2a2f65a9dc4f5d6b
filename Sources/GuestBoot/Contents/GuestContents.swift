public import MemoryMap

/// What lies in a guest's memory at the moment its processor starts: segments in the order of their addresses, none of which
/// meets another.
///
/// The rest of the memory is zero.
public struct GuestContents: Sendable {
    public private(set) var segments: [GuestSegment] = []

    public init() {}

    /// Puts a segment in.
    ///
    /// - Throws: `GuestBootError.overlap`, which names both; nothing is changed then.
    /// - Complexity: O(*n*), where *n* is the number of segments.
    public mutating func add(_ segment: GuestSegment) throws(GuestBootError) {
        var index = segments.count
        for (position, other) in segments.enumerated() {
            guard !other.range.overlaps(segment.range) else {
                throw .overlap(segment.content, segment.range, other.content, other.range)
            }
            if other.address > segment.address, index > position { index = position }
        }
        segments.insert(segment, at: index)
    }

    /// As ``add(_:)``, for bytes that have no segment yet; without any bytes nothing is put in.
    ///
    /// - Throws: `GuestBootError`.
    public mutating func add(
        _ content: GuestSegment.Content, at address: PhysicalAddress, _ bytes: [UInt8]
    ) throws(GuestBootError) {
        guard !bytes.isEmpty else { return }
        try add(GuestSegment(content, at: address, bytes))
    }

    /// The first segment with this content, or nil where there is none.
    public func first(_ content: GuestSegment.Content) -> GuestSegment? {
        for segment in segments where segment.content == content { return segment }
        return nil
    }
}
