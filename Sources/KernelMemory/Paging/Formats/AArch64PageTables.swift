import MemoryMap

/// Page tables of AArch64: EL1&0 stage 1 through TTBR0_EL1, 4 KiB granule, 48-bit addresses.
///
/// Arm ARM, section D8.3 (translation table descriptor formats). The processor has to run with MAIR_EL1 and TCR_EL1 as
/// `AArch64TranslationRegisters` gives them; the accessed flag is set by whoever writes the entry, not by hardware.
public struct AArch64PageTables: PageTableFormat, Hashable {
    /// Whether leaves of 1 GiB are made; every processor with the 4 KiB granule has them.
    public let supportsGibibyteLeaves: Bool

    /// The output address size: 32 to 48.
    public let physicalAddressBits: UInt8

    @inlinable
    public init() { self.init(supportsGibibyteLeaves: true) }

    /// - Parameters:
    ///   - supportsGibibyteLeaves: false where tables without level 1 blocks are wanted.
    ///   - physicalAddressBits: as `AArch64TranslationRegisters.physicalAddressBits(memoryModelFeatures:)` says, taken as 32 or 48
    ///     where it is outside these limits.
    @inlinable
    public init(supportsGibibyteLeaves: Bool = true, physicalAddressBits: UInt8 = 48) {
        self.supportsGibibyteLeaves = supportsGibibyteLeaves
        self.physicalAddressBits = min(max(physicalAddressBits, 32), 48)
    }

    public static var lowerLast: VirtualAddress { VirtualAddress(0x0000_ffff_ffff_ffff) }

    public static var upperStart: VirtualAddress? { nil }

    public static var breaksLeafBeforeSplit: Bool { true }

    public func breaksLeaf(from old: UInt64, to new: UInt64) -> Bool {
        (old ^ new) & (Field.attributeIndex | Field.shareability | Field.notGlobal) != 0
    }

    public func isContiguous(leaf entry: UInt64) -> Bool { entry & Field.contiguous != 0 }

    /// Bits 47:12, the address with the 4 KiB granule.
    static let addressMask: UInt64 = 0x0000_ffff_ffff_f000

    public func classify(_ entry: UInt64, at level: PageTableLevel) -> PageTableEntry {
        guard entry & Field.valid != 0 else { return .empty }
        let address = entry & Self.addressMask
        // Bits 49:48 belong to wider addresses, which this granule has only with FEAT_LPA2.
        guard entry & Field.wideAddress == 0, address >> UInt64(physicalAddressBits) == 0 else { return .reserved }
        let isTableOrPage = entry & Field.tableOrPage != 0
        if level != .level3 && isTableOrPage {
            return .table(PhysicalAddress(address), restrictions(ofTable: entry))
        }
        // A block at level 0 and the block pattern at level 3 are reserved.
        guard let size = level.leafSize, isTableOrPage == (level == .level3) else { return .reserved }
        let start = level == .level3 ? address : address & ~Field.blockNoTranslation
        guard start & (size.byteCount - 1) == 0 else { return .reserved }
        return .leaf(PhysicalAddress(start))
    }

    private func restrictions(ofTable entry: UInt64) -> TableRestrictions {
        var restrictions: TableRestrictions = []
        if entry & Field.tableReadOnly != 0 { restrictions.insert(.noWrite) }
        if entry & Field.tableNoUser != 0 { restrictions.insert(.noUser) }
        if entry & Field.tableUserExecuteNever != 0 { restrictions.insert(.noUserExecute) }
        if entry & Field.tablePrivilegedExecuteNever != 0 { restrictions.insert(.noKernelExecute) }
        return restrictions
    }

    /// The attributes of a leaf; a page counts as executable where either exception level may fetch from it.
    public func attributes(
        ofLeaf entry: UInt64, at level: PageTableLevel, under restrictions: TableRestrictions
    ) -> PageAttributes {
        let isUser = entry & Field.user != 0 && !restrictions.contains(.noUser)
        let isWritable = entry & Field.readOnly == 0 && !restrictions.contains(.noWrite)
        let userExecutes = entry & Field.userExecuteNever == 0 && !restrictions.contains(.noUserExecute)
        // EL1 never executes what EL0 may write (Arm ARM, section D8.4).
        let kernelExecutes =
            entry & Field.privilegedExecuteNever == 0 && !restrictions.contains(.noKernelExecute) && !(isUser && isWritable)
        var permissions: PagePermissions = []
        if isUser { permissions.insert(.user) }
        if isWritable { permissions.insert(.write) }
        if userExecutes || kernelExecutes { permissions.insert(.execute) }
        let caching: MemoryCaching =
            switch (entry & Field.attributeIndex) >> 2 {
            case 1: .writeCombining
            case 2: .writeThrough
            case 3: .writeBack
            default: .uncacheable
            }
        return PageAttributes(permissions: permissions, caching: caching, isGlobal: entry & Field.notGlobal == 0)
    }

    public func tableEntry(to table: PhysicalAddress) -> UInt64 {
        table.rawValue & Self.addressMask | Field.valid | Field.tableOrPage
    }

    public func leafEntry(to address: PhysicalAddress, size: PageSize, attributes: PageAttributes) -> UInt64 {
        let page = size == .size4KiB ? Field.tableOrPage : 0
        return address.rawValue & Self.addressMask | Field.valid | page | Field.accessed | bits(of: attributes)
    }

    public func leaf(_ entry: UInt64, at level: PageTableLevel, with attributes: PageAttributes) -> UInt64 {
        let owned =
            Field.attributeIndex | Field.user | Field.readOnly | Field.shareability | Field.notGlobal | Field.dirtyModifier
            | Field.privilegedExecuteNever | Field.userExecuteNever
        return entry & ~owned | bits(of: attributes)
    }

    public func firstPart(ofLeaf entry: UInt64, at level: PageTableLevel) -> UInt64 {
        let part = entry & ~Field.blockNoTranslation
        return level == .level2 ? part | Field.tableOrPage : part
    }

    private func bits(of attributes: PageAttributes) -> UInt64 {
        var bits: UInt64 = 0
        if !attributes.permissions.contains(.write) { bits |= Field.readOnly }
        if attributes.permissions.contains(.user) { bits |= Field.user }
        switch (attributes.permissions.contains(.execute), attributes.permissions.contains(.user)) {
        case (false, _): bits |= Field.userExecuteNever | Field.privilegedExecuteNever
        case (true, false): bits |= Field.userExecuteNever
        case (true, true): bits |= Field.privilegedExecuteNever
        }
        if !attributes.isGlobal { bits |= Field.notGlobal }
        switch attributes.caching {
        case .uncacheable: break  // AttrIndx 0; devices are outer shareable whatever SH says.
        case .writeCombining: bits |= 1 << 2 | Field.shareability
        case .writeThrough: bits |= 2 << 2 | Field.shareability
        case .writeBack: bits |= 3 << 2 | Field.shareability
        }
        return bits
    }

    private enum Field {
        static let valid: UInt64 = 1 << 0
        static let tableOrPage: UInt64 = 1 << 1
        static let attributeIndex: UInt64 = 0b111 << 2
        static let user: UInt64 = 1 << 6
        static let readOnly: UInt64 = 1 << 7
        /// SH; all ones means inner shareable.
        static let shareability: UInt64 = 0b11 << 8
        static let accessed: UInt64 = 1 << 10
        static let notGlobal: UInt64 = 1 << 11
        /// nT of a block (FEAT_BBM), an address bit in a page.
        static let blockNoTranslation: UInt64 = 1 << 16
        static let wideAddress: UInt64 = 0b11 << 48
        static let dirtyModifier: UInt64 = 1 << 51
        static let contiguous: UInt64 = 1 << 52
        static let privilegedExecuteNever: UInt64 = 1 << 53
        static let userExecuteNever: UInt64 = 1 << 54
        static let tablePrivilegedExecuteNever: UInt64 = 1 << 59
        static let tableUserExecuteNever: UInt64 = 1 << 60
        static let tableNoUser: UInt64 = 1 << 61
        static let tableReadOnly: UInt64 = 1 << 62
    }
}
