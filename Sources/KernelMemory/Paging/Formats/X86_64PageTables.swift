import MemoryMap

/// Page tables of x86-64 with 4-level paging.
///
/// Intel SDM vol. 3A, section 5.5 (4.5 in older editions), tables of "Format of … Entry". The processor has to run with
/// CR0.WP = 1, EFER.NXE = 1, CR4.PGE = 1 and IA32_PAT = `pageAttributeTable`; protection keys are not used.
public struct X86_64PageTables: PageTableFormat, Hashable {
    /// CPUID.80000001H:EDX.Page1GB[bit 26].
    public let supportsGibibyteLeaves: Bool

    /// MAXPHYADDR: CPUID.80000008H:EAX[7:0].
    public let physicalAddressBits: UInt8

    @inlinable
    public init() { self.init(supportsGibibyteLeaves: false) }

    /// - Parameters:
    ///   - supportsGibibyteLeaves: CPUID.80000001H:EDX.Page1GB[bit 26].
    ///   - physicalAddressBits: MAXPHYADDR, taken as 32 or 52 where it is outside these limits of the architecture.
    @inlinable
    public init(supportsGibibyteLeaves: Bool, physicalAddressBits: UInt8 = 52) {
        self.supportsGibibyteLeaves = supportsGibibyteLeaves
        self.physicalAddressBits = min(max(physicalAddressBits, 32), 52)
    }

    /// The value of IA32_PAT (MSR 277H) that the entries are written for.
    ///
    /// Entries 0 to 3 are those after reset (WB, WT, UC-, UC), so that tables of the firmware keep their meaning; entry 4 becomes
    /// WC. Intel SDM vol. 3A, section 13.12 (PAT), memory type encodings UC 0, WC 1, WT 4, WB 6, UC- 7.
    public static let pageAttributeTable: UInt64 = 0x0007_0401_0007_0406

    public static var lowerLast: VirtualAddress { VirtualAddress(0x0000_7fff_ffff_ffff) }

    public static var upperStart: VirtualAddress? { VirtualAddress(0xffff_8000_0000_0000) }

    public static var breaksLeafBeforeSplit: Bool { false }

    public func breaksLeaf(from old: UInt64, to new: UInt64) -> Bool { false }

    public func isContiguous(leaf entry: UInt64) -> Bool { false }

    /// Bits 51:12, the widest address that an entry holds.
    static let addressMask: UInt64 = 0x000f_ffff_ffff_f000

    public func classify(_ entry: UInt64, at level: PageTableLevel) -> PageTableEntry {
        guard entry & Bit.present != 0 else { return .empty }
        let address = entry & Self.addressMask
        guard address >> UInt64(physicalAddressBits) == 0 else { return .reserved }
        if level != .level3 && entry & Bit.pageSize == 0 {
            return .table(PhysicalAddress(address), restrictions(ofTable: entry))
        }
        // Bit 7 of a level 0 entry is reserved, as are those of 1 GiB leaves on processors that have none.
        guard let size = level.leafSize, supports(size) else { return .reserved }
        // Bit 12 of a large leaf is the PAT bit; what lies between it and the address has to be zero.
        let start = level == .level3 ? address : address & ~Bit.largePAT
        guard start & (size.byteCount - 1) == 0 else { return .reserved }
        return .leaf(PhysicalAddress(start))
    }

    private func restrictions(ofTable entry: UInt64) -> TableRestrictions {
        var restrictions: TableRestrictions = []
        if entry & Bit.write == 0 { restrictions.insert(.noWrite) }
        if entry & Bit.user == 0 { restrictions.insert(.noUser) }
        if entry & Bit.executeDisable != 0 { restrictions.formUnion([.noUserExecute, .noKernelExecute]) }
        return restrictions
    }

    public func attributes(
        ofLeaf entry: UInt64, at level: PageTableLevel, under restrictions: TableRestrictions
    ) -> PageAttributes {
        var permissions: PagePermissions = []
        if entry & Bit.write != 0 && !restrictions.contains(.noWrite) { permissions.insert(.write) }
        if entry & Bit.user != 0 && !restrictions.contains(.noUser) { permissions.insert(.user) }
        if entry & Bit.executeDisable == 0 && !restrictions.contains(.noKernelExecute) { permissions.insert(.execute) }
        return PageAttributes(
            permissions: permissions, caching: caching(of: entry, at: level), isGlobal: entry & Bit.global != 0)
    }

    private func caching(of entry: UInt64, at level: PageTableLevel) -> MemoryCaching {
        let index =
            (entry & Bit.writeThrough != 0 ? 1 : 0) | (entry & Bit.cacheDisable != 0 ? 2 : 0)
            | (entry & patBit(at: level) != 0 ? 4 : 0)
        return switch index {
        case 0: .writeBack
        case 1, 5: .writeThrough
        case 4: .writeCombining
        default: .uncacheable
        }
    }

    public func tableEntry(to table: PhysicalAddress) -> UInt64 {
        table.rawValue & Self.addressMask | Bit.present | Bit.write | Bit.user
    }

    public func leafEntry(to address: PhysicalAddress, size: PageSize, attributes: PageAttributes) -> UInt64 {
        let level = size.level
        let large = level == .level3 ? 0 : Bit.pageSize
        return address.rawValue & Self.addressMask | Bit.present | large | bits(of: attributes, at: level)
    }

    public func leaf(_ entry: UInt64, at level: PageTableLevel, with attributes: PageAttributes) -> UInt64 {
        let owned =
            Bit.write | Bit.user | Bit.writeThrough | Bit.cacheDisable | patBit(at: level) | Bit.global | Bit.executeDisable
        return entry & ~owned | bits(of: attributes, at: level)
    }

    public func firstPart(ofLeaf entry: UInt64, at level: PageTableLevel) -> UInt64 {
        guard level == .level2 else { return entry }
        let smallPAT = entry & Bit.largePAT != 0 ? Bit.smallPAT : 0
        return entry & ~(Bit.pageSize | Bit.largePAT) | smallPAT
    }

    private func bits(of attributes: PageAttributes, at level: PageTableLevel) -> UInt64 {
        var bits: UInt64 = 0
        if attributes.permissions.contains(.write) { bits |= Bit.write }
        if attributes.permissions.contains(.user) { bits |= Bit.user }
        if !attributes.permissions.contains(.execute) { bits |= Bit.executeDisable }
        if attributes.isGlobal { bits |= Bit.global }
        switch attributes.caching {
        case .writeBack: break
        case .writeThrough: bits |= Bit.writeThrough
        case .writeCombining: bits |= patBit(at: level)
        case .uncacheable: bits |= Bit.writeThrough | Bit.cacheDisable
        }
        return bits
    }

    private func patBit(at level: PageTableLevel) -> UInt64 { level == .level3 ? Bit.smallPAT : Bit.largePAT }

    private enum Bit {
        static let present: UInt64 = 1 << 0
        static let write: UInt64 = 1 << 1
        static let user: UInt64 = 1 << 2
        static let writeThrough: UInt64 = 1 << 3
        static let cacheDisable: UInt64 = 1 << 4
        static let pageSize: UInt64 = 1 << 7
        static let smallPAT: UInt64 = 1 << 7
        static let global: UInt64 = 1 << 8
        static let largePAT: UInt64 = 1 << 12
        static let executeDisable: UInt64 = 1 << 63
    }
}
