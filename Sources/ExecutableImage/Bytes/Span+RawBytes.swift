// Bytes with a type, as those of an array are, for callers that need not know what is unsafe about looking at other elements
// that way: the standard library marks `bytes` unsafe for elements with padding, and bytes have none.

extension Span<UInt8> {
    var rawBytes: RawSpan {
        @_lifetime(copy self) get { unsafe bytes }
    }
}

extension ELFImage {
    /// Reads and validates an ELF file; see `init(validating:)` for raw bytes.
    @_lifetime(copy bytes)
    public init(validating bytes: Span<UInt8>) throws(ELFError) {
        try self.init(validating: bytes.rawBytes)
    }
}

extension SHA256 {
    /// The digest of `bytes`.
    public static func digest(of bytes: Span<UInt8>) -> SHA256Digest { digest(of: bytes.rawBytes) }

    /// Takes in more bytes.
    public mutating func update(_ bytes: Span<UInt8>) { update(bytes.rawBytes) }
}

extension SHA256Digest {
    /// Reads the digest from a line that `sha256sum` wrote; see `init(checksumLine:)` for raw bytes.
    public init(checksumLine: Span<UInt8>) throws(ChecksumLineError) { try self.init(checksumLine: checksumLine.rawBytes) }
}
