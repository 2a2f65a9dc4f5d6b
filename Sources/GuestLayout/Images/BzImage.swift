import MemoryMap

/// The setup header of a Linux kernel for x86.
///
/// Linux, Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header".
public struct BzImage: Hashable, Sendable {
    /// The whole file in bytes, more than the setup part.
    public let byteCount: UInt64

    /// The 512-byte sectors of the setup part after the first one; a header's 0 means 4.
    public let setupSectors: UInt8

    /// The protocol's version, 0x020f for 2.15.
    public let version: UInt16

    /// `xloadflags`; 0 before version 2.12.
    public let extendedLoadFlags: UInt16

    /// `init_size`: the bytes that the kernel needs from its run-time start on; 0 before version 2.10.
    public let runTimeByteCount: UInt64

    /// `pref_address`; the load address before version 2.10.
    public let preferredAddress: UInt64

    public let isRelocatable: Bool

    /// `cmdline_size`: the longest command line without its NUL; 0 stands for 255.
    public let commandLineLimit: UInt64

    /// `initrd_addr_max`: the highest address that an initial RAM disk may have; a header's 0 means 0x37ffffff.
    public let initialRAMDiskLimit: UInt64

    /// Where the part in protected mode is loaded by everyone who follows the protocol's wish for 1 MiB or more here.
    static let usualInitialRAMDiskLimit: UInt64 = 0x37FF_FFFF

    /// A header put together by hand.
    ///
    /// - Precondition: None; values that no header has make plans that are refused.
    public init(
        byteCount: UInt64, setupSectors: UInt8 = 4, version: UInt16 = 0x020F, extendedLoadFlags: UInt16 = 0x3F,
        runTimeByteCount: UInt64, preferredAddress: UInt64 = 0x100_0000, isRelocatable: Bool = true,
        commandLineLimit: UInt64 = 2047, initialRAMDiskLimit: UInt64 = 0x7FFF_FFFF
    ) {
        self.byteCount = byteCount
        self.setupSectors = setupSectors
        self.version = version
        self.extendedLoadFlags = extendedLoadFlags
        self.runTimeByteCount = runTimeByteCount
        self.preferredAddress = preferredAddress
        self.isRelocatable = isRelocatable
        self.commandLineLimit = commandLineLimit
        self.initialRAMDiskLimit = initialRAMDiskLimit
    }

    /// Whether there is an entry for 64-bit mode, 0x200 bytes into the part in protected mode.
    public var hasLongModeEntry: Bool { extendedLoadFlags & 1 != 0 }

    /// Whether the kernel, its command line and its initial RAM disk may lie above 4 GiB.
    public var canLieAbove4GiB: Bool { extendedLoadFlags & 2 != 0 }

    /// The bytes of the boot sector and the setup part.
    public var setupByteCount: UInt64 { (UInt64(setupSectors == 0 ? 4 : setupSectors) + 1) * 512 }

    static func isAnnounced(by bytes: RawSpan) -> Bool {
        bytes.littleEndian(UInt32.self, at: 0x202) == 0x5372_6448 && bytes.littleEndian(UInt16.self, at: 0x1FE) == 0xAA55
    }

    init(header bytes: RawSpan, fileByteCount: UInt64) throws(KernelImageError) {
        func field<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, _ offset: Int) throws(KernelImageError) -> T {
            guard let value = bytes.littleEndian(type, at: offset) else { throw .truncated(offset: UInt64(offset)) }
            return value
        }
        let version = try field(UInt16.self, 0x206)
        let isLoadedHigh = try field(UInt8.self, 0x211) & 1 != 0
        guard version >= 0x0202, isLoadedHigh else { throw .notBzImage(version: version) }
        let sectors = try field(UInt8.self, 0x1F1)
        let alignment = version >= 0x0205 ? try field(UInt32.self, 0x230) : 0
        let isRelocatable = version >= 0x0205 ? try field(UInt8.self, 0x234) != 0 : false
        if isRelocatable, alignment == 0 || alignment & (alignment - 1) != 0 {
            throw .badField(offset: 0x230, value: UInt64(alignment))
        }
        let limit = version >= 0x0203 ? UInt64(try field(UInt32.self, 0x22C)) : 0
        self.init(
            byteCount: fileByteCount, setupSectors: sectors, version: version,
            extendedLoadFlags: version >= 0x020C ? try field(UInt16.self, 0x236) : 0,
            runTimeByteCount: version >= 0x020A ? UInt64(try field(UInt32.self, 0x260)) : 0,
            preferredAddress: version >= 0x020A ? try field(UInt64.self, 0x258) : 0x10_0000,
            isRelocatable: isRelocatable,
            commandLineLimit: version >= 0x0206 ? UInt64(try field(UInt32.self, 0x238)) : 0,
            initialRAMDiskLimit: limit)
        // `syssize`: the part in protected mode in units of 16 bytes, the last of which need not be full.
        let system = version >= 0x0204 ? 16 * UInt64(try field(UInt32.self, 0x1F4)) : 0
        let needed = setupByteCount + max(system, 16) - 15
        guard fileByteCount >= needed else { throw .fileTooShort(byteCount: fileByteCount, needed: needed) }
    }
}
