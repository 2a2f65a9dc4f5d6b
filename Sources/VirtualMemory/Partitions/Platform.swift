public import MemoryMap

/// A kind of Windows system as far as it shapes address spaces: page size, pointer width and where user mode ends.
public struct Platform: Hashable, Sendable {
    /// The width of the pointers of its programs.
    public enum PointerWidth: Hashable, Sendable {
        case bits32
        case bits64
    }

    /// The unit of protection and commitment in bytes: 4 KiB, or 8 KiB on IA-64.
    public let pageSize: UInt64

    /// The size of a large page in bytes.
    public let largePageSize: UInt64

    /// How wide addresses are in the structures that queries fill.
    public let pointerWidth: PointerWidth

    /// The first byte of the kernel partition.
    public let kernelStart: VirtualAddress

    /// The last byte that an address of this system can name.
    public let lastAddress: VirtualAddress

    /// Where user mode ends for a program that does not claim to be ready for large addresses.
    let smallAddressEnd: UInt64

    /// The unit of reservations in bytes: 64 KiB on every platform.
    public static let allocationGranularity: UInt64 = 0x1_0000

    private init(
        pageSize: UInt64 = 0x1000, largePageSize: UInt64 = 0x20_0000, pointerWidth: PointerWidth, kernelStart: UInt64,
        lastAddress: UInt64
    ) {
        self.pageSize = pageSize
        self.largePageSize = largePageSize
        self.pointerWidth = pointerWidth
        self.kernelStart = VirtualAddress(kernelStart)
        self.lastAddress = VirtualAddress(lastAddress)
        smallAddressEnd = min(kernelStart, 0x8000_0000)
    }

    /// 32-bit Windows: 2 GB for user mode.
    public static let x86 = Platform(pointerWidth: .bits32, kernelStart: 0x8000_0000, lastAddress: 0xFFFF_FFFF)

    /// 32-bit Windows with `IncreaseUserVa`: from 2048 (the default) up to 3072 MB for user mode, or nil for another number.
    public static func x86(increaseUserVA megabytes: UInt64) -> Platform? {
        guard 2048...3072 ~= megabytes else { return nil }
        return Platform(pointerWidth: .bits32, kernelStart: megabytes << 20, lastAddress: 0xFFFF_FFFF)
    }

    /// 64-bit Windows up to 8: 8 TB for user mode.
    public static let x64 = Platform(pointerWidth: .bits64, kernelStart: 0x800_0000_0000, lastAddress: .max)

    /// 64-bit Windows from 8.1 on, on x86-64 and AArch64: 128 TB for user mode.
    public static let x64Large = Platform(pointerWidth: .bits64, kernelStart: 0x8000_0000_0000, lastAddress: .max)

    /// Windows on Itanium: pages of 8 KiB and 7152 GB for user mode.
    public static let ia64 = Platform(
        pageSize: 0x2000, largePageSize: 0x100_0000, pointerWidth: .bits64, kernelStart: 0x6FC_0000_0000, lastAddress: .max)

    /// A 32-bit program on 64-bit Windows: 4 GB for user mode where it is ready for large addresses.
    public static let wow64 = Platform(pointerWidth: .bits32, kernelStart: 0x1_0000_0000, lastAddress: .max)
}
