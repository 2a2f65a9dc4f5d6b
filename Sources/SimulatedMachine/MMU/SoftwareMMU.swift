import MemoryMap

/// A processor's memory management unit in software: it walks the page tables in memory as the hardware would.
///
/// It knows the tables only by the architecture manuals and shares no code with what builds them, so that each is a check of the
/// other. It keeps no translations: every change of the tables takes effect at once.
public protocol SoftwareMMU {
    /// Translates an address for one access, and leaves the marks that the processor leaves.
    ///
    /// - Throws: `TranslationFault`; then no mark has been left.
    /// - Complexity: O(1), at most four loads and four stores.
    func translate<Memory: PhysicalMemory & ~Copyable>(
        _ address: VirtualAddress, for access: MemoryAccess, by privilege: Privilege, in memory: borrowing Memory
    ) throws(TranslationFault) -> AddressTranslation
}

/// What an access does.
public enum MemoryAccess: Hashable, CaseIterable, Sendable {
    case read
    case write

    /// An instruction fetch.
    case execute
}

/// Who accesses.
public enum Privilege: Hashable, CaseIterable, Sendable {
    /// x86-64 CPL 3, AArch64 EL0.
    case user

    /// x86-64 CPL 0 to 2, AArch64 EL1.
    case supervisor
}

/// What a successful walk found.
public struct AddressTranslation: Hashable, Sendable {
    /// Where the address that was asked for is in physical memory, to the byte.
    public let physicalAddress: PhysicalAddress

    /// The size of the page in bytes: 4 KiB, 2 MiB or 1 GiB.
    public let pageSize: UInt64

    /// How accesses to it are ordered and cached.
    public let memoryType: TranslatedMemoryType

    /// Whether the translation holds in every address space.
    public let isGlobal: Bool
}

/// How the processor treats the memory behind a page.
public enum TranslatedMemoryType: Hashable, Sendable {
    case writeBack
    case writeThrough

    /// Reads are cached, writes go past the caches (x86-64 only).
    case writeProtected

    /// x86-64 WC, AArch64 Normal Non-cacheable.
    case writeCombining

    /// x86-64 UC and UC-, AArch64 Device of any kind.
    case uncacheable
}
