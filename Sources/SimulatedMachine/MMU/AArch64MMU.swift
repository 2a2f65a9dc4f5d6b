import KernelMemory
import MemoryMap

/// Stage 1 of the EL1&0 translation regime of an AArch64 processor through TTBR0_EL1: 4 KiB granule, 48-bit input addresses.
///
/// Arm ARM, chapter D8: D8.2 the walk, D8.3 descriptors, D8.4 permissions, D8.5 the access flag, D8.6 memory types.
public struct AArch64MMU: SoftwareMMU, Hashable, Sendable {
    /// TTBR0_EL1: bits 47:12 are the address of the root; ASID and CnP are not looked at.
    public var ttbr0: UInt64

    /// MAIR_EL1.
    public var mair: UInt64

    /// PSTATE.PAN: EL1 does not touch the data of EL0's pages.
    public var privilegedAccessNever = false

    /// The number of address bits that TCR_EL1.IPS allows.
    public let outputAddressBits: UInt64

    /// - Returns: nil where TCR_EL1 asks for anything but T0SZ = 16, TG0 = 4 KiB, EPD0 = 0, EPD1 = 1, IPS up to 48 bits, and
    ///   hardware that neither ignores the top byte nor sets access flags (TBI0 = HA = HD = 0).
    public init?(ttbr0: UInt64, tcr: UInt64, mair: UInt64) {
        guard tcr & 0x3f == 16, tcr >> 14 & 0b11 == 0, !tcr.bit(7), tcr.bit(23), !tcr.bit(37), !tcr.bit(39), !tcr.bit(40) else {
            return nil
        }
        let sizes: [UInt64] = [32, 36, 40, 42, 44, 48]
        let size = Int(tcr >> 32 & 0b111)
        guard size < sizes.count else { return nil }
        outputAddressBits = sizes[size]
        self.ttbr0 = ttbr0
        self.mair = mair
    }

    /// A processor with the registers that Strata's kernel loads.
    ///
    /// - Parameters:
    ///   - root: The first table.
    ///   - memoryModelFeatures: ID_AA64MMFR0_EL1, of which PARange counts; without, 48 address bits.
    public init(kernelRoot root: PhysicalAddress, memoryModelFeatures: UInt64 = 5) {
        let registers = AArch64MMU(
            ttbr0: root.rawValue, tcr: AArch64TranslationRegisters.translationControl(memoryModelFeatures: memoryModelFeatures),
            mair: AArch64TranslationRegisters.memoryAttributeIndirection)
        guard let registers else { preconditionFailure("the registers are those that the kernel loads") }
        self = registers
    }

    public func translate<Memory: PhysicalMemory & ~Copyable>(
        _ address: VirtualAddress, for access: MemoryAccess, by privilege: Privilege, in memory: borrowing Memory
    ) throws(TranslationFault) -> AddressTranslation {
        func fault(_ cause: TranslationFault.Cause, _ level: Int?) -> TranslationFault {
            TranslationFault(cause: cause, address: address, access: access, privilege: privilege, level: level)
        }
        let input = address.rawValue
        guard input < 1 << 48 else { throw fault(.nonCanonical, nil) }

        var rights = HierarchicalRights()
        var table = ttbr0 & 0x0000_ffff_ffff_f000
        guard isInOutputRange(table) else { throw fault(.addressSize, 0) }
        for level in 0...3 {
            let shift = UInt64(39 - 9 * level)
            let descriptorAddress = PhysicalAddress(table + (input >> shift & 0x1ff) * 8)
            let descriptor: UInt64
            do throws(PhysicalMemoryError) {
                descriptor = try memory.load(at: descriptorAddress)
            } catch {
                throw fault(.busError(descriptorAddress), level)
            }
            switch (descriptor & 0b11, level) {
            case (0b11, 0...2):
                let next = descriptor & 0x0003_ffff_ffff_f000
                guard isInOutputRange(next) else { throw fault(.addressSize, level) }
                rights.narrow(byTable: descriptor)
                table = next
            case (0b01, 1...2), (0b11, 3):
                let offsetMask = (UInt64(1) << shift) - 1
                let output = descriptor & 0x0003_ffff_ffff_f000 & ~offsetMask
                guard isInOutputRange(output) else { throw fault(.addressSize, level) }
                guard descriptor.bit(10) else { throw fault(.accessFlag, level) }
                guard isAllowed(access, by: privilege, leaf: descriptor, rights: rights) else {
                    throw fault(.permission, level)
                }
                return AddressTranslation(
                    physicalAddress: PhysicalAddress(output | input & offsetMask), pageSize: offsetMask + 1,
                    memoryType: memoryType(of: descriptor), isGlobal: !descriptor.bit(11))
            default:
                // Bit 0 clear is invalid; the block pattern at levels 0 and 3 is reserved and faults in the same way.
                throw fault(.notPresent, level)
            }
        }
        throw fault(.notPresent, 3)
    }

    private func isInOutputRange(_ address: UInt64) -> Bool { address >> outputAddressBits == 0 }

    /// What table descriptors take away from all below them (section D8.4.4).
    private struct HierarchicalRights {
        var noWrite = false
        var noUnprivileged = false
        var userExecuteNever = false
        var privilegedExecuteNever = false

        mutating func narrow(byTable descriptor: UInt64) {
            privilegedExecuteNever = privilegedExecuteNever || descriptor.bit(59)
            userExecuteNever = userExecuteNever || descriptor.bit(60)
            noUnprivileged = noUnprivileged || descriptor.bit(61)
            noWrite = noWrite || descriptor.bit(62)
        }
    }

    private func isAllowed(
        _ access: MemoryAccess, by privilege: Privilege, leaf: UInt64, rights: HierarchicalRights
    ) -> Bool {
        let unprivileged = leaf.bit(6) && !rights.noUnprivileged
        let writable = !leaf.bit(7) && !rights.noWrite
        switch (privilege, access) {
        case (.user, .read): return unprivileged
        case (.user, .write): return unprivileged && writable
        case (.user, .execute): return !leaf.bit(54) && !rights.userExecuteNever
        case (.supervisor, .read): return !(unprivileged && privilegedAccessNever)
        case (.supervisor, .write): return writable && !(unprivileged && privilegedAccessNever)
        case (.supervisor, .execute):
            // What EL0 may write, EL1 never executes, whatever PXN says.
            return !leaf.bit(53) && !rights.privilegedExecuteNever && !(unprivileged && writable)
        }
    }

    /// The byte of MAIR_EL1 that AttrIndx chooses: outer attributes in the upper, inner ones in the lower half.
    private func memoryType(of descriptor: UInt64) -> TranslatedMemoryType {
        let attribute = mair >> ((descriptor >> 2 & 0b111) * 8) & 0xff
        let outer = attribute >> 4
        let inner = attribute & 0xf
        guard outer != 0, inner != 0 else { return .uncacheable }
        if outer == 0b0100 || inner == 0b0100 { return .writeCombining }
        // 01RW and 11RW are write-back, 00RW and 10RW write-through.
        return outer.bit(2) && inner.bit(2) ? .writeBack : .writeThrough
    }
}
