import MemoryMap
import SimulatedMachine
import Testing

/// Tables written by hand, word by word, so that the unit is judged by the manual and not by what builds tables here.
@Suite struct AArch64MMUTests {
    /// T0SZ 16, walks cached and shareable, EPD1, IPS 40 bits; Attr0 Device, 1 NC, 2 WT, 3 WB, 4 WB transient, 5 inner NC.
    private let tcr: UInt64 = 0x2_8090_3510
    private let mair: UInt64 = 0xf477_ffbb_4400

    private func machine(_ words: [(UInt64, UInt64)]) throws -> (SparseMemory, AArch64MMU) {
        let memory = SparseMemory([try physicalRange(0x1000, 0x8000)])
        for (address, word) in words { try memory.store(word, at: PhysicalAddress(address)) }
        // The ASID is no part of the address.
        return (memory, try #require(AArch64MMU(ttbr0: 0x0042_0000_0000_1000, tcr: tcr, mair: mair)))
    }

    /// Page 5: AttrIndx 3, AP 00, AF.
    private let page: [(UInt64, UInt64)] = [(0x1000, 0x2003), (0x2000, 0x3003), (0x3000, 0x4003), (0x4028, 0x840f)]

    private func refusal(
        _ memory: SparseMemory, _ mmu: AArch64MMU, _ address: UInt64, _ access: MemoryAccess = .read,
        _ privilege: Privilege = .supervisor
    ) -> TranslationFault? {
        do throws(TranslationFault) {
            _ = try mmu.translate(VirtualAddress(address), for: access, by: privilege, in: memory)
            return nil
        } catch {
            return error
        }
    }

    @Test func pagesOfAllSizesAreFound() throws {
        let (memory, mmu) = try machine(page + [(0x2008, 0x4000_0c01), (0x3008, 0x12_3440_0401)])
        let small = try mmu.translate(VirtualAddress(0x5678), for: .read, by: .supervisor, in: memory)
        #expect(small.physicalAddress == PhysicalAddress(0x8678) && small.pageSize == 4096 && small.isGlobal)
        let medium = try mmu.translate(VirtualAddress(0x21_2345), for: .read, by: .supervisor, in: memory)
        #expect(medium.physicalAddress == PhysicalAddress(0x12_3441_2345) && medium.pageSize == 1 << 21)
        let large = try mmu.translate(VirtualAddress(0x7fff_ffff), for: .read, by: .supervisor, in: memory)
        #expect(large.physicalAddress == PhysicalAddress(0x7fff_ffff) && large.pageSize == 1 << 30 && !large.isGlobal)
    }

    /// Invalid, and the block pattern where there are no blocks (levels 0 and 3): translation faults of their level.
    @Test func invalidDescriptors() throws {
        for level in 0..<4 {
            for pattern in level == 0 || level == 3 ? [0b00, 0b10, 0b01] : [0b00, 0b10] as [UInt64] {
                var words = page
                words[level].1 = words[level].1 & ~0b11 | pattern
                let (memory, mmu) = try machine(words)
                let fault = try #require(refusal(memory, mmu, 0x5000))
                #expect(fault.cause == .notPresent && fault.level == level)
                #expect(fault.faultStatusCode == 0b000100 + UInt8(level))
            }
        }
    }

    @Test func otherFaults() throws {
        var (memory, mmu) = try machine(page + [(0x4028, 0x800f)])
        #expect(refusal(memory, mmu, 0x5000)?.cause == .accessFlag)
        #expect(refusal(memory, mmu, 0x5000)?.faultStatusCode == 0b001011)
        #expect(try memory.load(at: PhysicalAddress(0x4028)) == 0x800f)
        (memory, mmu) = try machine(page + [(0x4028, 1 << 40 | 0x840f), (0x2008, 1 << 40 | 0x3003), (0x2010, 1 << 48 | 0x401)])
        #expect(refusal(memory, mmu, 0x5000)?.cause == .addressSize && refusal(memory, mmu, 0x5000)?.level == 3)
        #expect(refusal(memory, mmu, 0x4000_0000)?.faultStatusCode == 0b000001)
        #expect(refusal(memory, mmu, 0x8000_0000)?.cause == .addressSize)
        (memory, mmu) = try machine(page + [(0x3000, 0x10_0003)])
        #expect(refusal(memory, mmu, 0x5000)?.cause == .busError(PhysicalAddress(0x10_0028)))
        #expect(refusal(memory, mmu, 0x5000)?.faultStatusCode == 0b010111)
        for address in [1 << 48, 0xffff_0000_0000_0000] as [UInt64] {
            #expect(refusal(memory, mmu, address)?.cause == .nonCanonical)
            #expect(refusal(memory, mmu, address)?.faultStatusCode == 0b000100)
        }
    }

    /// Section D8.4: AP[2:1] bits 7:6, PXN 53, UXN 54; read, write, execute.
    @Test func accessRights() throws {
        func rights(_ bits: UInt64, _ privilege: Privilege, table: UInt64 = 0, pan: Bool = false) throws -> [Bool] {
            var (memory, mmu) = try machine(page + [(0x4028, 0x840f | bits), (0x2000, 0x3003 | table)])
            mmu.privilegedAccessNever = pan
            return MemoryAccess.allCases.map { refusal(memory, mmu, 0x5000, $0, privilege) == nil }
        }
        let user: UInt64 = 1 << 6
        let readOnly: UInt64 = 1 << 7
        let pxn: UInt64 = 1 << 53
        let uxn: UInt64 = 1 << 54
        #expect(try rights(uxn, .supervisor) == [true, true, true])
        #expect(try rights(uxn, .user) == [false, false, false])
        #expect(try rights(0, .user) == [false, false, true])  // execute-only
        #expect(try rights(pxn | uxn, .supervisor) == [true, true, false])
        #expect(try rights(readOnly | uxn, .supervisor) == [true, false, true])
        #expect(try rights(user, .supervisor) == [true, true, false])  // EL0 may write it
        #expect(try rights(user | readOnly, .supervisor) == [true, false, true])
        #expect(try rights(user | readOnly | pxn, .user) == [true, false, true])
        #expect(try rights(user | pxn | uxn, .user) == [true, true, false])
        #expect(try rights(user | pxn, .supervisor, pan: true) == [false, false, false])
        #expect(try rights(pxn, .supervisor, pan: true) == [true, true, false])
        // Tables: PXNTable 59, UXNTable 60, APTable[0] 61, APTable[1] 62.
        #expect(try rights(uxn, .supervisor, table: 1 << 59) == [true, true, false])
        #expect(try rights(user, .user, table: 1 << 60) == [true, true, false])
        #expect(try rights(user | uxn, .user, table: 1 << 61) == [false, false, false])
        #expect(try rights(user, .supervisor, table: 1 << 61) == [true, true, true])
        #expect(try rights(user, .user, table: 1 << 62) == [true, false, true])
    }

    @Test func memoryTypes() throws {
        let expected: [TranslatedMemoryType] = [
            .uncacheable, .writeCombining, .writeThrough, .writeBack, .writeBack, .writeCombining, .uncacheable,
        ]
        for (index, type) in expected.enumerated() {
            let (memory, mmu) = try machine(page + [(0x4028, 0x8403 | UInt64(index) << 2)])
            let translation = try mmu.translate(VirtualAddress(0x5000), for: .read, by: .supervisor, in: memory)
            #expect(translation.memoryType == type, "AttrIndx \(index)")
        }
    }

    /// The unit says no to a TCR_EL1 whose tables it would misread.
    @Test func otherConfigurationsAreRefused() {
        for wrong in [tcr ^ 1, tcr | 1 << 7, tcr | 1 << 14, tcr & ~(1 << 23), tcr | 0b111 << 32, tcr | 1 << 37, tcr | 1 << 39] {
            #expect(AArch64MMU(ttbr0: 0x1000, tcr: wrong, mair: mair) == nil)
        }
    }
}
