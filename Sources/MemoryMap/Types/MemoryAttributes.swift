/// The attribute word of a memory region: what it can do and what protects it. Bits without a name are kept.
///
/// In a memory map the cache and protection bits say what a region is capable of, not how it is mapped. UEFI 2.10, section
/// 7.2.3, `EFI_MEMORY_*`; the hot-pluggable bit came later.
public struct MemoryAttributes: OptionSet, Hashable, Sendable {
    public let rawValue: UInt64

    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Can be uncached.
    public static let uncacheable = MemoryAttributes(rawValue: 0x1)

    /// Can be write-combining.
    public static let writeCombining = MemoryAttributes(rawValue: 0x2)

    /// Can be cached with write-through.
    public static let writeThrough = MemoryAttributes(rawValue: 0x4)

    /// Can be cached with write-back, as RAM is.
    public static let writeBack = MemoryAttributes(rawValue: 0x8)

    /// Can be uncached and exported, with semaphores by fetch-and-add.
    public static let uncacheableExported = MemoryAttributes(rawValue: 0x10)

    /// Can be write-protected, by cache policy on processors that have such a one.
    public static let writeProtected = MemoryAttributes(rawValue: 0x1000)

    /// Can be protected from reading.
    public static let readProtected = MemoryAttributes(rawValue: 0x2000)

    /// Can be protected from execution.
    public static let executeProtected = MemoryAttributes(rawValue: 0x4000)

    /// Keeps its contents without power.
    public static let nonVolatile = MemoryAttributes(rawValue: 0x8000)

    /// More reliable than the other memory of the machine, by mirroring for instance.
    public static let moreReliable = MemoryAttributes(rawValue: 0x1_0000)

    /// Can be made read-only by page tables.
    public static let readOnly = MemoryAttributes(rawValue: 0x2_0000)

    /// Set aside for a specific purpose: not to be used as ordinary memory. Linux calls it soft reserved.
    public static let specificPurpose = MemoryAttributes(rawValue: 0x4_0000)

    /// Can be encrypted by the processor.
    public static let cpuCrypto = MemoryAttributes(rawValue: 0x8_0000)

    /// May be removed while the machine runs.
    public static let hotPluggable = MemoryAttributes(rawValue: 0x10_0000)

    /// The field of 16 bits whose meaning the processor architecture defines, in bits 44 to 59.
    public static let isaSpecific = MemoryAttributes(rawValue: 0x0FFF_F000_0000_0000)

    /// The field of ``isaSpecific`` holds a value.
    public static let isaValid = MemoryAttributes(rawValue: 0x4000_0000_0000_0000)

    /// Needs a virtual mapping when the operating system calls runtime services.
    public static let runtime = MemoryAttributes(rawValue: 0x8000_0000_0000_0000)

    /// The cache policies that every ordinary RAM region offers: 0xF.
    public static let allCachePolicies: MemoryAttributes = [.uncacheable, .writeCombining, .writeThrough, .writeBack]
}

extension MemoryAttributes {
    /// Every bit that the specification gives a meaning.
    public static let known = MemoryAttributes(rawValue: 0x4FFF_F000_001F_F01F).union(.runtime)

    /// The bits that have no meaning in the specification.
    @inlinable
    public var unknown: MemoryAttributes { subtracting(.known) }

    /// The 16 bits of the field that the processor architecture defines, as a number.
    @inlinable
    public var isaField: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 44) }
}
