public import MemoryMap

/// Why boot information was refused.
///
/// The first group is found in the bytes alone, the second by comparison with the memory map. Every case names the field, and
/// with it the offset, and the value that was found there.
public enum BootInfoError: Error, Hashable, Sendable {
    // MARK: The bytes

    /// There are fewer bytes than the structure has.
    case truncated(needed: Int, available: Int)

    /// The first eight bytes are not `STRATABI`.
    case wrongMagic(UInt64)

    /// The version is not one that this module reads.
    case unsupportedVersion(UInt32)

    /// The size is not the one that belongs to the version.
    case wrongSize(UInt32)

    /// A flag is set that the version does not define.
    case unknownFlags(UInt32)

    /// The byte at `offset`, which is reserved, is not zero.
    case reservedNotZero(offset: Int, value: UInt8)

    /// The descriptor size is below 40 or no multiple of 8.
    case badDescriptorSize(UInt64)

    /// The size of the memory map is no multiple of the descriptor size.
    case badMemoryMapSize(UInt64, descriptorSize: UInt64)

    /// The pixel format is none of those that the version defines.
    case unknownPixelFormat(UInt32)

    /// Two of the pixel masks share a bit, or a colour has none.
    case badPixelMasks

    /// A field is set that has no meaning beside the others: one of an absent framebuffer, a mask beside a format that has
    /// none, or the address of a range without bytes.
    case meaninglessValue(BootInfo.Field, UInt64)

    /// A range that has to be there is empty, or one that is there starts at address 0, which means absent.
    case missing(BootInfo.Field)

    /// A range passes 2^64.
    case wrapping(BootInfo.Field, address: UInt64, byteCount: UInt64)

    // MARK: The memory map

    /// An address lacks the alignment that its content needs.
    case misaligned(BootInfo.Field, address: UInt64, alignment: UInt64)

    /// The memory map has no memory for the whole of the range.
    case outsideMemoryMap(BootInfo.Field, PhysicalRange)

    /// The memory map does not give the whole of the range to the loader, so that the kernel would take it for free.
    case notLoaderMemory(BootInfo.Field, PhysicalRange)

    /// Two things that are handed on share memory.
    case overlapping(BootInfo.Field, PhysicalRange, with: BootInfo.Field, PhysicalRange)

    /// The framebuffer lies over RAM that the kernel may use.
    case framebufferInUsableMemory(PhysicalRange)

    /// The framebuffer has no pixels, or its scan line is shorter than its width.
    case badResolution(width: UInt32, height: UInt32, pixelsPerScanLine: UInt32)

    /// The lines of the framebuffer need more bytes than it has; `needed` is nil where that passes 2^64.
    case framebufferTooSmall(needed: UInt64?, available: UInt64)
}
