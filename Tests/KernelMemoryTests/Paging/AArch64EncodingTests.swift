import KernelMemory
import MemoryMap
import Testing

/// Values worked out by hand from the Arm ARM, section D8.3 (VMSAv8-64 descriptor formats, 4 KiB granule, 48-bit output address).
@Suite struct AArch64EncodingTests {
    let format = AArch64PageTables()

    struct Leaf: Sendable {
        let address: UInt64
        let size: PageSize
        let attributes: PageAttributes
        let entry: UInt64
    }

    static let leaves: [Leaf] = [
        // Page (bits 1:0 = 11): AttrIndx 4:2, AP 7:6, SH 9:8, AF 10, nG 11, PXN 53, UXN 54.
        Leaf(address: 0x1_2345_6000, size: .size4KiB, attributes: .readOnly, entry: 0x0060_0001_2345_6f8f),
        Leaf(address: 0x1_2345_6000, size: .size4KiB, attributes: .readWrite, entry: 0x0060_0001_2345_6f0f),
        Leaf(address: 0x1_2345_6000, size: .size4KiB, attributes: .readExecute, entry: 0x0040_0001_2345_6f8f),
        Leaf(address: 0x1_2345_6000, size: .size4KiB, attributes: .readWriteExecute, entry: 0x0040_0001_2345_6f0f),
        Leaf(address: 0xffff_ffff_f000, size: .size4KiB, attributes: .device, entry: 0x0060_ffff_ffff_fc03),
        Leaf(
            address: 0x1_2345_6000, size: .size4KiB, attributes: PageAttributes(permissions: .execute, isGlobal: true),
            entry: 0x0040_0001_2345_678f),
        Leaf(
            address: 0x1_2345_6000, size: .size4KiB, attributes: PageAttributes(permissions: [.user, .write]),
            entry: 0x0060_0001_2345_6f4f),
        Leaf(
            address: 0x1_2345_6000, size: .size4KiB, attributes: PageAttributes(permissions: [.user, .execute]),
            entry: 0x0020_0001_2345_6fcf),
        // Block (bits 1:0 = 01) of 2 MiB and 1 GiB.
        Leaf(address: 0x4000_0000, size: .size2MiB, attributes: .device, entry: 0x0060_0000_4000_0c01),
        Leaf(
            address: 0x4020_0000, size: .size2MiB, attributes: PageAttributes(caching: .writeThrough),
            entry: 0x0060_0000_4020_0f89),
        Leaf(
            address: 0x1_8000_0000, size: .size1GiB, attributes: PageAttributes(permissions: .write, caching: .writeCombining),
            entry: 0x0060_0001_8000_0f05),
    ]

    @Test(arguments: leaves) func leafIsWrittenAsTheManualSays(_ leaf: Leaf) {
        let address = PhysicalAddress(leaf.address)
        #expect(format.leafEntry(to: address, size: leaf.size, attributes: leaf.attributes) == leaf.entry)
        #expect(format.classify(leaf.entry, at: leaf.size.level) == .leaf(address))
        #expect(format.attributes(ofLeaf: leaf.entry, at: leaf.size.level, under: []) == leaf.attributes)
    }

    /// Section D8.3.1: table descriptor, PXNTable 59, UXNTable 60, APTable 62:61.
    @Test func tableDescriptors() {
        let table = PhysicalAddress(0xabc_d000)
        #expect(format.tableEntry(to: table) == 0xabc_d003)
        #expect(format.classify(0xabc_d003, at: .level0) == .table(table, []))
        #expect(format.classify(0xabc_d003 | 1 << 62, at: .level1) == .table(table, .noWrite))
        #expect(format.classify(0xabc_d003 | 1 << 61, at: .level1) == .table(table, .noUser))
        #expect(format.classify(0xabc_d003 | 0b11 << 59, at: .level2) == .table(table, [.noUserExecute, .noKernelExecute]))
    }

    /// Blocks at level 0 and 3, output addresses beyond 48 (or the processor's 40) bits, RES0 bits below a block's address.
    @Test func reservedDescriptors() {
        #expect(format.classify(0x4000_0001, at: .level0) == .reserved)
        #expect(format.classify(0x4000_0001, at: .level3) == .reserved)
        #expect(format.classify(0x0001_0000_4000_0003, at: .level3) == .reserved)
        #expect(format.classify(0x0000_0000_4000_1001, at: .level2) == .reserved)
        #expect(format.classify(0x0000_0000_4020_0001, at: .level1) == .reserved)
        #expect(AArch64PageTables(physicalAddressBits: 40).classify(0x0000_0100_0000_0003, at: .level3) == .reserved)
        for level in PageTableLevel.allCases { #expect(format.classify(.max - 1, at: level) == .empty) }
    }

    /// nT (bit 16) of a block is a hint about invalidation, no part of the address.
    @Test func blockMayCarryTheNoTranslationHint() {
        #expect(format.classify(0x0000_0000_4001_0401, at: .level2) == .leaf(PhysicalAddress(0x4000_0000)))
        #expect(format.firstPart(ofLeaf: 0x0000_0000_4001_0401, at: .level2) == 0x4000_0403)
        #expect(format.firstPart(ofLeaf: 0x0000_0000_4001_0401, at: .level1) == 0x4000_0401)
    }

    @Test func newAttributesLeaveTheAccessFlagAndSoftwareBits() {
        // AF clear, software bits 58:55 set, DBM set: DBM goes, for it would give write access back.
        #expect(format.leaf(0x07e8_0000_0000_1b0f, at: .level3, with: .readOnly) == 0x07e0_0000_0000_1b8f)
    }

    /// Section D8.17.1: memory type, shareability and nG change only by way of an invalid entry, permissions at once.
    @Test func breakBeforeMake() {
        let page = PhysicalAddress(0x1000)
        let readWrite = format.leafEntry(to: page, size: .size4KiB, attributes: .readWrite)
        #expect(!format.breaksLeaf(from: readWrite, to: format.leaf(readWrite, at: .level3, with: .readExecute)))
        #expect(format.breaksLeaf(from: readWrite, to: format.leaf(readWrite, at: .level3, with: .device)))
        let global = PageAttributes(permissions: .write, isGlobal: true)
        #expect(format.breaksLeaf(from: readWrite, to: format.leaf(readWrite, at: .level3, with: global)))
    }

    /// A page that either level may execute counts as executable: an audit must not overlook one.
    @Test func executionByEitherLevelCounts() {
        func permissions(_ entry: UInt64, _ restrictions: TableRestrictions = []) -> PagePermissions {
            format.attributes(ofLeaf: entry, at: .level3, under: restrictions).permissions
        }
        #expect(permissions(0x0020_0000_0000_0403) == [.write, .execute])  // AP 00, UXN clear: EL0 executes, EL1 writes
        #expect(permissions(0x0040_0000_0000_0443) == [.write, .user])  // AP 01, PXN clear: EL1 does not execute
        #expect(permissions(0x0000_0000_0000_0403, [.noUserExecute, .noKernelExecute]) == .write)
        #expect(permissions(0x0000_0000_0000_0443, [.noUser, .noWrite, .noUserExecute]) == .execute)
    }

    /// Section D19.2: fields of TCR_EL1, with PARange 2 (40 bits), 5 (48 bits) and 6 (52 bits, out of reach of 4 KiB tables).
    @Test func translationRegisters() {
        #expect(AArch64TranslationRegisters.translationControl(memoryModelFeatures: 0x1122) == 0x2_8090_3510)
        #expect(AArch64TranslationRegisters.translationControl(memoryModelFeatures: 0x1125) == 0x5_8090_3510)
        #expect(AArch64TranslationRegisters.translationControl(memoryModelFeatures: 0x1126) == 0x5_8090_3510)
        let sizes = (UInt64(0)...7).map { AArch64TranslationRegisters.physicalAddressBits(memoryModelFeatures: 0xf0 | $0) }
        #expect(sizes == [32, 36, 40, 42, 44, 48, 48, 48])
        // Attr0 device, Attr1 NC, Attr2 WT, Attr3 WB.
        #expect(AArch64TranslationRegisters.memoryAttributeIndirection == 0xffbb_4400)
    }
}
