public import MemoryMap

/// What a boot loader tells the kernel: the ABI between the two, version 1.
///
/// The loader fills a `BootInfo`, encodes it into 8-byte aligned memory that survives the exit of boot services, and enters the
/// kernel with its physical address. The kernel decodes it with ``init(decoding:)``, which judges the bytes by themselves, and
/// then calls ``validate(at:against:policy:)``, which judges them against the memory map:
///
/// ```swift
/// let info = try BootInfo(decoding: bytes)
/// // ... make a map of the table at info.memoryMap ...
/// try info.validate(at: location, against: map, policy: .linuxX86)
/// ```
///
/// Everything is little-endian, there is no padding, and reserved bytes are zero. The same layout for C is in
/// `strata/boot_info.h`.
///
/// | Offset | Size | Field                                                                                   |
/// | -----: | ---: | --------------------------------------------------------------------------------------- |
/// |      0 |    8 | magic: the ASCII bytes `STRATABI`                                                       |
/// |      8 |    4 | version: 1                                                                              |
/// |     12 |    4 | size of this structure: 256                                                             |
/// |     16 |    4 | flags: bit 0 tells that the kernel's hash was verified; the others are zero             |
/// |     20 |    4 | reserved                                                                                |
/// |     24 |   32 | SHA-256 of the kernel file                                                              |
/// |     56 |    8 | memory map: physical address                                                            |
/// |     64 |    8 | memory map: size in bytes, a multiple of the descriptor size                            |
/// |     72 |    8 | memory map: descriptor size in bytes, a multiple of 8, at least 40                      |
/// |     80 |    4 | memory map: descriptor version                                                          |
/// |     84 |    4 | framebuffer: format (0 none, 1 RGBX, 2 BGRX, 3 bit masks); all below is zero with 0     |
/// |     88 |    8 | framebuffer: physical address                                                           |
/// |     96 |    8 | framebuffer: size in bytes                                                              |
/// |    104 |    4 | framebuffer: width in pixels                                                            |
/// |    108 |    4 | framebuffer: height in pixels                                                           |
/// |    112 |    4 | framebuffer: pixels per scan line, at least the width                                   |
/// |    116 |    4 | framebuffer: red mask; the four masks are zero unless the format is 3                   |
/// |    120 |    4 | framebuffer: green mask                                                                 |
/// |    124 |    4 | framebuffer: blue mask                                                                  |
/// |    128 |    4 | framebuffer: reserved mask                                                              |
/// |    132 |    4 | reserved                                                                                |
/// |    136 |    8 | kernel: physical address                                                                |
/// |    144 |    8 | kernel: size in memory, in bytes                                                        |
/// |    152 |    8 | kernel: virtual address of its first byte                                               |
/// |    160 |    8 | initial RAM disk: physical address, 0 where there is none                               |
/// |    168 |    8 | initial RAM disk: size in bytes, 0 where there is none                                  |
/// |    176 |    8 | command line: physical address, 0 where it is empty                                     |
/// |    184 |    8 | command line: size in bytes; UTF-8 without a terminator                                 |
/// |    192 |    8 | ACPI RSDP: physical address, 0 where there is none                                      |
/// |    200 |    8 | SMBIOS entry point: physical address, 0 where there is none                             |
/// |    208 |    8 | device tree blob: physical address, 0 where there is none                               |
/// |    216 |    8 | EFI system table: physical address, 0 where there is none                               |
/// |    224 |   32 | reserved                                                                                |
///
/// ``Field`` has these offsets as constants.
public struct BootInfo: Hashable, Sendable {
    /// The size of the encoded structure in bytes.
    public static let byteCount = 256

    /// The version of the layout that this module writes and reads.
    public static let version: UInt32 = 1

    /// The ASCII bytes `STRATABI`, read as a little-endian integer.
    public static let magic: UInt64 = 0x4942_4154_4152_5453

    /// The alignment in bytes that the encoded structure has in memory.
    public static let alignment: UInt64 = 8

    /// Whether the loader compared the kernel file's hash with the one that was published beside it.
    public var isKernelVerified: Bool

    /// The SHA-256 of the kernel file as the loader read it.
    public var kernelDigest: Digest

    /// The firmware's memory map: the one whose key `ExitBootServices` accepted.
    public var memoryMap: MemoryMapTable

    /// Where the kernel can draw, if the firmware had a graphics mode.
    public var framebuffer: Framebuffer?

    /// The memory that the kernel's image fills, from its first segment to the end of its last.
    public var kernel: PhysicalRange

    /// The virtual address at which the kernel's first byte is mapped.
    public var kernelVirtualBase: VirtualAddress

    /// The initial RAM disk, if the configuration named one.
    public var initrd: PhysicalRange?

    /// The command line in UTF-8, without a terminator; nil where it is empty.
    public var commandLine: PhysicalRange?

    /// The ACPI root system description pointer.
    public var rsdp: PhysicalAddress?

    /// The SMBIOS entry point, of either generation; its anchor string tells which.
    public var smbios: PhysicalAddress?

    /// The flattened device tree.
    public var deviceTree: PhysicalAddress?

    /// The EFI system table, whose runtime services the kernel may go on using.
    public var systemTable: PhysicalAddress?

    /// Boot information with what every kernel needs; all the rest is absent and can be set.
    public init(
        memoryMap: MemoryMapTable, kernel: PhysicalRange, kernelVirtualBase: VirtualAddress,
        kernelDigest: Digest, isKernelVerified: Bool
    ) {
        self.memoryMap = memoryMap
        self.kernel = kernel
        self.kernelVirtualBase = kernelVirtualBase
        self.kernelDigest = kernelDigest
        self.isKernelVerified = isKernelVerified
    }
}
