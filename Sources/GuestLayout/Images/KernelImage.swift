import MemoryMap

/// What a layout has to know about a kernel's file.
public enum KernelImage: Hashable, Sendable {
    /// A Linux kernel for x86 with a setup header, to be unpacked by itself.
    case bzImage(BzImage)

    /// An executable whose segments name their physical addresses.
    case elf(ELFKernel)

    /// A Linux kernel for AArch64.
    case arm64(ARM64Image)

    /// As `init(header:fileByteCount:)` for raw bytes.
    public init(header bytes: Span<UInt8>, fileByteCount: UInt64) throws(KernelImageError) {
        try self.init(header: bytes.rawBytes, fileByteCount: fileByteCount)
    }

    /// Takes any of the three from the first bytes of a file of `byteCount` bytes.
    ///
    /// `bytes` has to hold the header (2 KiB of a bzImage, 64 bytes of an arm64 Image) or, of an ELF file, the program headers too.
    ///
    /// - Throws: What is wrong with the header that the file's own signature announces, or `.unknown`.
    public init(header bytes: RawSpan, fileByteCount: UInt64) throws(KernelImageError) {
        if ELFKernel.isAnnounced(by: bytes) {
            self = .elf(try ELFKernel(header: bytes))
        } else if BzImage.isAnnounced(by: bytes) {
            self = .bzImage(try BzImage(header: bytes, fileByteCount: fileByteCount))
        } else if ARM64Image.isAnnounced(by: bytes) {
            self = .arm64(try ARM64Image(header: bytes, fileByteCount: fileByteCount))
        } else {
            throw .unknown
        }
    }
}

/// Why a file is no kernel that a layout can be made for.
public enum KernelImageError: Error, Hashable, Sendable {
    /// Neither an ELF file, nor a bzImage, nor an arm64 Image.
    case unknown

    /// The bytes end before the field at `offset`.
    case truncated(offset: UInt64)

    /// A field has a value that it cannot have.
    case badField(offset: UInt64, value: UInt64)

    /// A kernel that a boot loader cannot place high: its protocol is older than 2.02 or it is a zImage.
    case notBzImage(version: UInt16)

    /// The file has fewer bytes than its header promises.
    case fileTooShort(byteCount: UInt64, needed: UInt64)

    /// An ELF file without a loadable segment.
    case noSegments

    /// A segment whose physical addresses pass 2^64.
    case segmentWraps(offset: UInt64)

    /// A file for another machine; the number is ELF's.
    case machine(UInt16)
}
