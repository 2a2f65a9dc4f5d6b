/// The SHA-256 hash function, fed piece by piece.
///
/// ```
/// var hash = SHA256()
/// hash.update(firstPart)
/// hash.update(secondPart)
/// let digest = hash.finalize()
/// ```
///
/// It allocates nothing. How the input is cut into pieces makes no difference.
///
/// Specification: FIPS 180-4, sections 5.1.1, 5.3.3 and 6.2.
public struct SHA256: Sendable {
    /// The number of bytes that are hashed at a time.
    static let blockByteCount = 64

    private var state = SHA256State()

    /// The bytes that do not make a block yet.
    private var pending = InlineArray<64, UInt8>(repeating: 0)

    private var pendingCount = 0

    private var byteCount: UInt64 = 0

    public init() {}

    /// The digest of `bytes`.
    ///
    /// - Complexity: O(*n*) for *n* bytes.
    public static func digest(of bytes: RawSpan) -> SHA256Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    /// Takes in more bytes.
    ///
    /// - Complexity: O(*n*) for *n* bytes.
    public mutating func update(_ bytes: RawSpan) {
        // The standard gives a meaning to less than 2^61 bytes; no machine gets there.
        byteCount &+= UInt64(bytes.byteCount)
        var offset = 0
        if pendingCount > 0 {
            offset = min(Self.blockByteCount - pendingCount, bytes.byteCount)
            append(bytes, from: 0, to: offset)
            guard pendingCount == Self.blockByteCount else { return }
            compressPending()
        }
        let blockCount = (bytes.byteCount - offset) / Self.blockByteCount
        state.compress(bytes, at: offset, blockCount: blockCount)
        append(bytes, from: offset + blockCount * Self.blockByteCount, to: bytes.byteCount)
    }

    /// The digest of all bytes taken in so far; more may follow.
    public func finalize() -> SHA256Digest {
        var end = self
        end.pad()
        return end.state.digest
    }

    /// Appends a one bit, zeros up to the last 8 bytes of a block, and the number of bits.
    private mutating func pad() {
        let bitCount = byteCount &* 8
        pending[pendingCount] = 0x80
        pendingCount += 1
        if pendingCount > Self.blockByteCount - 8 {
            for index in pendingCount..<Self.blockByteCount { pending[index] = 0 }
            compressPending()
        }
        for index in pendingCount..<Self.blockByteCount - 8 { pending[index] = 0 }
        for index in 0..<8 {
            pending[Self.blockByteCount - 1 - index] = UInt8(truncatingIfNeeded: bitCount >> UInt64(8 * index))
        }
        compressPending()
    }

    private mutating func append(_ bytes: RawSpan, from start: Int, to end: Int) {
        for offset in start..<end {
            pending[pendingCount] = bytes.byte(at: offset)
            pendingCount += 1
        }
    }

    private mutating func compressPending() {
        state.compress(pending.span.rawBytes, at: 0, blockCount: 1)
        pendingCount = 0
    }
}
