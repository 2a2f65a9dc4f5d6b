/// The 32 bytes that SHA-256 gives for its input.
public struct SHA256Digest: Sendable {
    public let bytes: InlineArray<32, UInt8>

    public init(bytes: InlineArray<32, UInt8>) { self.bytes = bytes }

    /// Gives the digest as 64 lowercase hexadecimal digits in ASCII, one call each.
    public func writeHexadecimal(to sink: (UInt8) -> Void) {
        for index in 0..<32 {
            sink(Self.digit(bytes[index] >> 4))
            sink(Self.digit(bytes[index] & 15))
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x61 + value - 10 }
}

extension SHA256Digest: Equatable {
    /// Whether all bytes are the same; the time does not depend on how many are.
    public static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
        var difference: UInt8 = 0
        for index in 0..<32 { difference |= left.bytes[index] ^ right.bytes[index] }
        return difference == 0
    }
}
