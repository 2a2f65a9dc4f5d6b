extension BootInfo {
    /// The 32 bytes of a SHA-256 digest.
    public struct Digest: Sendable {
        /// The digest's size in bytes.
        public static let byteCount = 32

        /// The bytes in the order in which the algorithm's specification (FIPS 180-4) puts them out.
        public let bytes: [32 of UInt8]

        @inlinable
        public init(_ bytes: [32 of UInt8]) { self.bytes = bytes }

        /// The digest with these bytes, or nil where there are not exactly 32.
        public init?(_ bytes: Span<UInt8>) {
            guard bytes.count == Self.byteCount else { return nil }
            self.bytes = [32 of UInt8] { index in bytes[index] }
        }
    }
}

extension BootInfo.Digest: Hashable {
    @inlinable
    public static func == (left: Self, right: Self) -> Bool {
        for index in left.bytes.indices where left.bytes[index] != right.bytes[index] { return false }
        return true
    }

    @inlinable
    public func hash(into hasher: inout Hasher) {
        for index in bytes.indices { hasher.combine(bytes[index]) }
    }
}
