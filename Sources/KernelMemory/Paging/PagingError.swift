import MemoryMap

/// Why page tables could not be made, read or changed; nothing has changed when one is thrown.
public enum PagingError: Error, Hashable, Sendable {
    /// The first byte of the range, or the byte after its last, is not at the start of a 4 KiB page.
    case misalignedRange(VirtualAddress)

    /// The physical address to map to is not at the start of a 4 KiB page.
    case misalignedTarget(PhysicalAddress)

    /// The tables cannot translate the address: not canonical (x86-64), or outside the 48 bits of TTBR0 (AArch64).
    case untranslatable(VirtualAddress)

    /// The physical address has more bits than the processor.
    case physicalAddressTooWide(PhysicalAddress)

    /// The attributes ask for a page that is both writable and executable, which has to be allowed expressly.
    case writableAndExecutable(VirtualAddress)

    /// The address is mapped.
    case alreadyMapped(VirtualAddress)

    /// The address is not mapped.
    case notMapped(VirtualAddress)

    /// The frame source gave fewer frames than the change needs; those that it gave are back with it.
    case outOfFrames(needed: UInt64)

    /// The frame source gave a frame that is misaligned, beyond the processor's physical addresses, or not memory.
    case unusableFrame(PhysicalAddress)

    /// The root is misaligned, beyond the processor's physical addresses, or not memory.
    case unusableRoot(PhysicalAddress)

    /// The entry at this physical address is damaged.
    case corruptEntry(PhysicalAddress, CorruptEntry)

    /// The table entry at this physical address takes away a permission that the change is to give.
    case restrictedByTable(PhysicalAddress)

    /// The leaf at this address carries the contiguous hint of AArch64, which binds it to its neighbours; it can be read, not changed.
    case contiguousLeaf(VirtualAddress)

    /// The existing tables are more than the limit given.
    case tooManyTables(limit: Int)

    /// Memory refused an access that it had taken before; only then may a change be half done.
    case memory(PhysicalMemoryError)
}

/// What is wrong with an entry.
public enum CorruptEntry: Hashable, Sendable {
    /// A reserved bit is set, or the address has more bits than the processor.
    case reservedBits

    /// It points to a table where no memory is.
    case absentTable

    /// It points to a table on its own way from the root.
    case loop

    /// It points to a table that another entry points to as well.
    case sharedTable
}
