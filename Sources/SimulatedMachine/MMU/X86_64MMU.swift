import MemoryMap

/// The paging unit of an x86-64 processor in IA-32e mode with 4-level paging.
///
/// Intel SDM vol. 3A, chapter 5 (4 in older editions): 5.5 the walk, 5.6 access rights, 5.7 reserved bits, 5.8 accessed and dirty
/// flags, 5.9 memory typing.
public struct X86_64MMU: SoftwareMMU, Hashable, Sendable {
    /// Bits 51:12 are the address of the root; the rest is not looked at.
    public var cr3: UInt64

    /// CR0.WP: read-only pages are so for the supervisor too.
    public var writeProtect = true

    /// CR4.PGE: the G bit counts.
    public var globalPages = true

    /// CR4.SMEP: the supervisor does not execute user pages.
    public var supervisorExecutionPrevention = false

    /// CR4.SMAP with EFLAGS.AC = 0: the supervisor does not touch the data of user pages.
    public var supervisorAccessPrevention = false

    /// EFER.NXE: bit 63 of an entry forbids execution; without it the bit is reserved.
    public var noExecuteEnable = true

    /// IA32_PAT; this is its value after reset.
    public var pageAttributeTable: UInt64 = 0x0007_0406_0007_0406

    /// MAXPHYADDR, 32 to 52.
    public var physicalAddressWidth: UInt64 = 52

    /// CPUID Page1GB: level 1 entries may be leaves.
    public var gibibytePages = true

    public init(cr3: UInt64) { self.cr3 = cr3 }

    public func translate<Memory: PhysicalMemory & ~Copyable>(
        _ address: VirtualAddress, for access: MemoryAccess, by privilege: Privilege, in memory: borrowing Memory
    ) throws(TranslationFault) -> AddressTranslation {
        func fault(_ cause: TranslationFault.Cause, _ level: Int?) -> TranslationFault {
            TranslationFault(cause: cause, address: address, access: access, privilege: privilege, level: level)
        }
        let linear = address.rawValue
        guard Int64(bitPattern: linear << 16) >> 16 == Int64(bitPattern: linear) else { throw fault(.nonCanonical, nil) }

        var visited: [(address: PhysicalAddress, entry: UInt64)] = []
        var table = cr3 & 0x000f_ffff_ffff_f000
        var writable = true
        var userMode = true
        var executeDisabled = false
        for (level, shift) in [UInt64(39), 30, 21, 12].enumerated() {
            let entryAddress = PhysicalAddress(table + (linear >> shift & 0x1ff) * 8)
            let entry: UInt64
            do throws(PhysicalMemoryError) {
                entry = try memory.load(at: entryAddress)
            } catch {
                throw fault(.busError(entryAddress), level)
            }
            guard entry.bit(0) else { throw fault(.notPresent, level) }
            let isLeaf = level == 3 || entry.bit(7)
            guard entry & reservedBits(level: level, isLeaf: isLeaf) == 0 else { throw fault(.reservedBit, level) }
            writable = writable && entry.bit(1)
            userMode = userMode && entry.bit(2)
            executeDisabled = executeDisabled || entry.bit(63)
            visited.append((entryAddress, entry))
            guard isLeaf else {
                table = entry & 0x000f_ffff_ffff_f000
                continue
            }
            let allowed = isAllowed(
                access, by: privilege, writable: writable, userMode: userMode, executeDisabled: executeDisabled)
            guard allowed else { throw fault(.permission, level) }
            try mark(visited, for: access, in: memory, fault)
            let offsetMask = (UInt64(1) << shift) - 1
            let frame = entry & 0x000f_ffff_ffff_f000 & ~offsetMask
            return AddressTranslation(
                physicalAddress: PhysicalAddress(frame | linear & offsetMask), pageSize: offsetMask + 1,
                memoryType: memoryType(of: entry, patBit: level == 3 ? 7 : 12), isGlobal: globalPages && entry.bit(8))
        }
        throw fault(.notPresent, 3)
    }

    /// The bits that have to be zero in an entry: figure 5-11 and tables 5-15 to 5-20.
    private func reservedBits(level: Int, isLeaf: Bool) -> UInt64 {
        var bits = ~((UInt64(1) << physicalAddressWidth) - 1) & 0x000f_ffff_ffff_ffff
        if !noExecuteEnable { bits |= 1 << 63 }
        switch (level, isLeaf) {
        case (0, true): bits |= 1 << 7
        case (1, true): bits |= gibibytePages ? 0x3fff_e000 : 1 << 7
        case (2, true): bits |= 0x001f_e000
        default: break
        }
        return bits
    }

    private func isAllowed(
        _ access: MemoryAccess, by privilege: Privilege, writable: Bool, userMode: Bool, executeDisabled: Bool
    ) -> Bool {
        switch (privilege, access) {
        case (.user, .read): userMode
        case (.user, .write): userMode && writable
        case (.user, .execute): userMode && !executeDisabled
        case (.supervisor, .read): !(userMode && supervisorAccessPrevention)
        case (.supervisor, .write): !(userMode && supervisorAccessPrevention) && (writable || !writeProtect)
        case (.supervisor, .execute): !(userMode && supervisorExecutionPrevention) && !executeDisabled
        }
    }

    /// Sets the accessed flag of every entry used, and the dirty flag of the leaf that is written through.
    private func mark<Memory: PhysicalMemory & ~Copyable>(
        _ visited: [(address: PhysicalAddress, entry: UInt64)], for access: MemoryAccess, in memory: borrowing Memory,
        _ fault: (TranslationFault.Cause, Int?) -> TranslationFault
    ) throws(TranslationFault) {
        for (level, (address, entry)) in visited.enumerated() {
            let isLeaf = level == visited.count - 1
            let marked = entry | 1 << 5 | (isLeaf && access == .write ? 1 << 6 : 0)
            guard marked != entry else { continue }
            do throws(PhysicalMemoryError) {
                try memory.store(marked, at: address)
            } catch {
                throw fault(.busError(address), level)
            }
        }
    }

    /// Table 5-21 and section 13.12.3: PAT, PCD and PWT choose one of eight fields of IA32_PAT.
    private func memoryType(of entry: UInt64, patBit: Int) -> TranslatedMemoryType {
        let field = (entry.bit(patBit) ? 4 : 0) + (entry.bit(4) ? 2 : 0) + (entry.bit(3) ? 1 : 0)
        return switch pageAttributeTable >> UInt64(field * 8) & 7 {
        case 1: .writeCombining
        case 4: .writeThrough
        case 5: .writeProtected
        case 6: .writeBack
        default: .uncacheable
        }
    }
}
