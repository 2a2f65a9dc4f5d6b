public import MemoryMap

/// Where loader and kernel put what in the kernel's virtual address space.
///
/// Everything lies in the lower half, below 2^47, where one page-table root reaches it on x86-64 and on AArch64. It must:
/// the Swift runtime takes references with bit 63 set for immortal objects and packs type tags above bit 60.
///
/// | From              | What                                                                                    |
/// | ----------------- | --------------------------------------------------------------------------------------- |
/// | 0                 | one unmapped page, so that a null pointer faults                                        |
/// | 0x1000            | RAM, at its physical addresses, never executable                                        |
/// | 0x4000_0000_0000  | the kernel's image, each segment with its own permissions                               |
/// | 0x5000_0000_0000  | the kernel's stack between two stretches that are never mapped                          |
/// | 0x6000_0000_0000  | the firmware's runtime regions, at this base plus their physical addresses              |
public enum KernelAddressSpace {
    /// The part that maps RAM at its physical addresses; RAM further up is not mapped.
    public static let identityLimit: UInt64 = 0x4000_0000_0000

    /// The address of the kernel image's first byte.
    public static let imageBase = VirtualAddress(0x4000_0000_0000)

    /// The address of the kernel stack's lowest byte.
    public static let stackBase = VirtualAddress(0x5000_0000_0000)

    /// The size of the kernel's stack. Firmware may use 8 KiB of it in a runtime service (UEFI 2.10, 8.1).
    public static let stackPages = PageCount(32)

    /// The first address above the stack: the stack pointer that the kernel starts with.
    public static let stackTop = VirtualAddress(stackBase.rawValue + stackPages.rawValue * PageCount.pageSize)

    /// How far below the stack an access still counts as an overflow of the stack.
    private static let stackGuardByteCount: UInt64 = 1 << 20

    /// Whether an address lies right below the stack, where only a stack that has overflowed leads.
    public static func isStackGuard(_ address: VirtualAddress) -> Bool {
        address < stackBase && address.rawValue >= stackBase.rawValue - stackGuardByteCount
    }

    /// What is added to a runtime region's physical address for its virtual one.
    public static let runtimeServicesBase = VirtualAddress(0x6000_0000_0000)

    /// The physical addresses that have a place above ``runtimeServicesBase``.
    public static let runtimeServicesLimit: UInt64 = 0x1000_0000_0000

    /// The virtual address of a runtime region, or nil where it lies too far up.
    public static func runtimeServicesAddress(of range: PhysicalRange) -> VirtualAddress? {
        guard range.last.rawValue < runtimeServicesLimit else { return nil }
        return runtimeServicesBase.advanced(by: range.start.rawValue)
    }
}
