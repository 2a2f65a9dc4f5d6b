import MemoryMap

/// The header of a Linux kernel for AArch64.
///
/// Linux, Documentation/arch/arm64/booting.rst, "Call the kernel image".
public struct ARM64Image: Hashable, Sendable {
    /// The whole file in bytes, at least 64.
    public let byteCount: UInt64

    /// `text_offset`: the distance of the image from a base that is a multiple of 2 MiB.
    public let textOffset: UInt64

    /// `image_size`: the bytes that have to be free from the image's start on; 0 in kernels before 3.17, which gives no such figure.
    public let imageByteCount: UInt64

    /// A header put together by hand.
    public init(byteCount: UInt64, textOffset: UInt64 = 0, imageByteCount: UInt64) {
        self.byteCount = byteCount
        self.textOffset = textOffset
        self.imageByteCount = imageByteCount
    }

    /// The text offset that counts: kernels that give no image size mean 0x80000 whatever their field says.
    public var effectiveTextOffset: UInt64 { imageByteCount == 0 ? 0x8_0000 : textOffset }

    /// The bytes that the image takes: those of the file, or more where the header says so.
    public var windowByteCount: UInt64 { max(byteCount, imageByteCount) }

    static func isAnnounced(by bytes: RawSpan) -> Bool { bytes.littleEndian(UInt32.self, at: 0x38) == 0x644D_5241 }

    init(header bytes: RawSpan, fileByteCount: UInt64) throws(KernelImageError) {
        guard let textOffset = bytes.littleEndian(UInt64.self, at: 8), let size = bytes.littleEndian(UInt64.self, at: 16),
            let flags = bytes.littleEndian(UInt64.self, at: 24)
        else { throw .truncated(offset: UInt64(bytes.byteCount)) }
        guard fileByteCount >= 64 else { throw .fileTooShort(byteCount: fileByteCount, needed: 64) }
        // A big-endian kernel.
        guard flags & 1 == 0 else { throw .badField(offset: 24, value: flags) }
        self.init(byteCount: fileByteCount, textOffset: textOffset, imageByteCount: size)
    }
}
