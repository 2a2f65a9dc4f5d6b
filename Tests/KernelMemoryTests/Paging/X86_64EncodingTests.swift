import KernelMemory
import MemoryMap
import Testing

/// Values worked out by hand from the Intel SDM vol. 3A, section 5.5.4 (4.5.4 in older editions), tables "Format of a … Entry".
@Suite struct X86_64EncodingTests {
    let format = X86_64PageTables(supportsGibibyteLeaves: true, physicalAddressBits: 46)

    struct Leaf: Sendable {
        let address: UInt64
        let size: PageSize
        let attributes: PageAttributes
        let entry: UInt64
    }

    static let leaves: [Leaf] = [
        // PTE (table 5-20): P 0, R/W 1, U/S 2, PWT 3, PCD 4, PAT 7, G 8, XD 63.
        Leaf(address: 0x1_2345_6000, size: .size4KiB, attributes: .readOnly, entry: 0x8000_0001_2345_6001),
        Leaf(address: 0x1_2345_6000, size: .size4KiB, attributes: .readWrite, entry: 0x8000_0001_2345_6003),
        Leaf(address: 0x1_2345_6000, size: .size4KiB, attributes: .readExecute, entry: 0x0000_0001_2345_6001),
        Leaf(address: 0x1_2345_6000, size: .size4KiB, attributes: .readWriteExecute, entry: 0x0000_0001_2345_6003),
        Leaf(address: 0x1_2345_6000, size: .size4KiB, attributes: .device, entry: 0x8000_0001_2345_601b),
        Leaf(
            address: 0x3fff_ffff_f000, size: .size4KiB, attributes: PageAttributes(permissions: .write, isGlobal: true),
            entry: 0x8000_3fff_ffff_f103),
        Leaf(
            address: 0, size: .size4KiB,
            attributes: PageAttributes(permissions: [.write, .user], caching: .writeCombining), entry: 0x8000_0000_0000_0087),
        Leaf(
            address: 0x1000, size: .size4KiB, attributes: PageAttributes(permissions: [.execute, .user]),
            entry: 0x0000_0000_0000_1005),
        // PDE that maps 2 MiB (table 5-18): PS 7, PAT 12.
        Leaf(address: 0x4000_0000, size: .size2MiB, attributes: .readWrite, entry: 0x8000_0000_4000_0083),
        Leaf(address: 0x4020_0000, size: .size2MiB, attributes: .device, entry: 0x8000_0000_4020_009b),
        Leaf(
            address: 0x4000_0000, size: .size2MiB, attributes: PageAttributes(permissions: .write, caching: .writeCombining),
            entry: 0x8000_0000_4000_1083),
        // PDPTE that maps 1 GiB (table 5-16): PS 7, PAT 12.
        Leaf(
            address: 0x1_8000_0000, size: .size1GiB,
            attributes: PageAttributes(permissions: [.execute, .user], caching: .writeThrough), entry: 0x0000_0001_8000_008d),
        Leaf(
            address: 0x1_8000_0000, size: .size1GiB, attributes: PageAttributes(caching: .writeCombining, isGlobal: true),
            entry: 0x8000_0001_8000_1181),
    ]

    @Test(arguments: leaves) func leafIsWrittenAsTheManualSays(_ leaf: Leaf) {
        let address = PhysicalAddress(leaf.address)
        #expect(format.leafEntry(to: address, size: leaf.size, attributes: leaf.attributes) == leaf.entry)
        #expect(format.classify(leaf.entry, at: leaf.size.level) == .leaf(address))
        #expect(format.attributes(ofLeaf: leaf.entry, at: leaf.size.level, under: []) == leaf.attributes)
    }

    /// Section 5.6: the rights of a page are those that all entries on the way give, so a table entry gives all.
    @Test func tableEntryTakesNothingAway() {
        #expect(format.tableEntry(to: PhysicalAddress(0xabc_d000)) == 0xabc_d007)
        #expect(format.classify(0xabc_d007, at: .level0) == .table(PhysicalAddress(0xabc_d000), []))
        #expect(format.classify(0xabc_d005, at: .level1) == .table(PhysicalAddress(0xabc_d000), .noWrite))
        #expect(
            format.classify(0x8000_0000_0abc_d003, at: .level2)
                == .table(PhysicalAddress(0xabc_d000), [.noUser, .noUserExecute, .noKernelExecute]))
    }

    /// Figure 5-11: reserved bits, with MAXPHYADDR 46.
    @Test(
        arguments: [
            (0x0000_4000_0000_0001, PageTableLevel.level3), (0x0008_0000_0000_0007, .level1), (0x81, .level0),
            (0x0000_0000_4000_2083, .level1), (0x0000_0000_2000_0083, .level1), (0x0000_0000_4000_2083, .level2),
            (0x0000_0000_4010_0083, .level2),
        ] as [(UInt64, PageTableLevel)])
    func reservedBitsAreSeen(_ entry: UInt64, at level: PageTableLevel) {
        #expect(format.classify(entry, at: level) == .reserved)
    }

    @Test func gibibyteLeafIsReservedOnProcessorsWithoutThem() {
        #expect(X86_64PageTables().classify(0x4000_0083, at: .level1) == .reserved)
        #expect(X86_64PageTables().classify(0x4000_0083, at: .level2) == .leaf(PhysicalAddress(0x4000_0000)))
    }

    /// Bit 0 clear: all other bits are ignored.
    @Test func entryWithoutPresentBitIsEmpty() {
        for level in PageTableLevel.allCases { #expect(format.classify(.max - 1, at: level) == .empty) }
    }

    @Test func splittingMovesThePATBit() {
        // 2 MiB, WC, accessed and dirty: the PAT bit goes from 12 to 7, which was PS.
        #expect(format.firstPart(ofLeaf: 0x8000_0000_4000_10e3, at: .level2) == 0x8000_0000_4000_00e3)
        #expect(format.firstPart(ofLeaf: 0x8000_0000_4000_00e3, at: .level2) == 0x8000_0000_4000_0063)
        #expect(format.firstPart(ofLeaf: 0x8000_0000_4000_10e3, at: .level1) == 0x8000_0000_4000_10e3)
    }

    @Test func newAttributesLeaveMarksAndSoftwareBits() {
        // Accessed, dirty, bits 11:9 and 62:52 set, RW, WB, XD.
        #expect(format.leaf(0xfff0_0000_0000_1e63, at: .level3, with: .readExecute) == 0x7ff0_0000_0000_1e61)
    }

    /// Section 13.12.2: IA32_PAT after reset is 0007040600070406H; only field 4 differs (WC = 1).
    @Test func pageAttributeTableKeepsTheFieldsOfTheReset() {
        #expect(X86_64PageTables.pageAttributeTable ^ 0x0007_0406_0007_0406 == 0x07 << 32)
        #expect(X86_64PageTables.pageAttributeTable >> 32 & 7 == 1)
    }

    @Test func foreignIndicesOfThePATAreRead() {
        // UC- (index 2 and 6), UC (3 and 7), WT (5).
        let cachings: [(UInt64, MemoryCaching)] = [
            (0x11, .uncacheable), (0x91, .uncacheable), (0x19, .uncacheable), (0x99, .uncacheable), (0x89, .writeThrough),
        ]
        for (entry, caching) in cachings {
            #expect(format.attributes(ofLeaf: entry, at: .level3, under: []).caching == caching)
        }
    }
}
