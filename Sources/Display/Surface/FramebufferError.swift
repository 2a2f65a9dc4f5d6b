/// Why a framebuffer's geometry was refused.
public enum FramebufferError: Error, Hashable, Sendable {
    /// The width or the height is zero.
    case empty(width: UInt32, height: UInt32)

    /// A scan line holds fewer pixels than are visible.
    case scanLineTooShort(width: UInt32, pixelsPerScanLine: UInt32)

    /// A side is larger than `Framebuffer.largestSide`.
    case tooLarge(pixelsPerScanLine: UInt32, height: UInt32)

    /// The memory ends before the last visible pixel; both sizes in bytes.
    case memoryTooSmall(needed: UInt64, byteCount: UInt64)

    /// The memory does not start at a multiple of 4, so that pixels are no aligned words.
    case misaligned(address: UInt64)

    /// The last visible pixel would lie past the end of the address space.
    case pastAddressSpace(address: UInt64, needed: UInt64)
}
