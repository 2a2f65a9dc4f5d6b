import MemoryMap
import SimulatedMachine
import Testing

/// Tables written by hand, word by word, so that the unit is judged by the manual and not by what builds tables here.
@Suite struct X86_64MMUTests {
    /// PML4 at 1000H, PDPT at 2000H, PD at 3000H, PT at 4000H; a word at each place that maps something.
    private func machine(_ words: [(UInt64, UInt64)]) throws -> (SparseMemory, X86_64MMU) {
        let memory = SparseMemory([try physicalRange(0x1000, 0x8000)])
        for (address, word) in words { try memory.store(word, at: PhysicalAddress(address)) }
        var mmu = X86_64MMU(cr3: 0x1018)  // PWT and PCD of CR3 are no part of the address
        mmu.physicalAddressWidth = 40
        return (memory, mmu)
    }

    private let page: [(UInt64, UInt64)] = [(0x1000, 0x2007), (0x2000, 0x3007), (0x3000, 0x4007), (0x4028, 0x8003)]

    private func refusal(
        _ memory: SparseMemory, _ mmu: X86_64MMU, _ address: UInt64, _ access: MemoryAccess = .read,
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
        let (memory, mmu) = try machine(page + [(0x2008, 0x0000_0000_4000_1083), (0x3008, 0x0000_0012_3440_0181)])
        let small = try mmu.translate(VirtualAddress(0x5678), for: .read, by: .supervisor, in: memory)
        #expect(small.physicalAddress == PhysicalAddress(0x8678) && small.pageSize == 4096 && !small.isGlobal)
        let medium = try mmu.translate(VirtualAddress(0x21_2345), for: .read, by: .supervisor, in: memory)
        #expect(medium.physicalAddress == PhysicalAddress(0x12_3441_2345) && medium.pageSize == 1 << 21 && medium.isGlobal)
        let large = try mmu.translate(VirtualAddress(0x7fff_ffff), for: .read, by: .supervisor, in: memory)
        #expect(large.physicalAddress == PhysicalAddress(0x7fff_ffff) && large.pageSize == 1 << 30)
    }

    /// Section 5.8: accessed in every entry on the way, dirty in the leaf and only by writes; nothing when the access fails.
    @Test func accessedAndDirtyFlags() throws {
        let (memory, mmu) = try machine(page)
        #expect(refusal(memory, mmu, 0x5000, .read, .user)?.cause == .permission)
        #expect(try memory.load(at: PhysicalAddress(0x1000)) == 0x2007)
        _ = try mmu.translate(VirtualAddress(0x5000), for: .read, by: .supervisor, in: memory)
        #expect(try memory.load(at: PhysicalAddress(0x1000)) == 0x2027)
        #expect(try memory.load(at: PhysicalAddress(0x3000)) == 0x4027)
        #expect(try memory.load(at: PhysicalAddress(0x4028)) == 0x8023)
        _ = try mmu.translate(VirtualAddress(0x5000), for: .write, by: .supervisor, in: memory)
        #expect(try memory.load(at: PhysicalAddress(0x3000)) == 0x4027)
        #expect(try memory.load(at: PhysicalAddress(0x4028)) == 0x8063)
    }

    @Test func entriesThatAreNotPresent() throws {
        for level in 0..<4 {
            var words = page
            words[level].1 &= ~1
            let (memory, mmu) = try machine(words)
            let fault = try #require(refusal(memory, mmu, 0x5000, .write, .user))
            #expect(fault.cause == .notPresent && fault.level == level && fault.pageFaultErrorCode == 0b00110)
        }
    }

    /// Figure 5-11 and tables 5-15 to 5-20, with MAXPHYADDR 40.
    @Test func reservedBits() throws {
        let cases: [(UInt64, UInt64, Int)] = [
            (0x1000, 0x2087, 0), (0x1000, 1 << 40 | 0x2007, 0), (0x2000, 1 << 51 | 0x3007, 1), (0x2000, 0x4000_2083, 1),
            (0x2000, 0x2000_0083, 1), (0x3000, 0x20_2083, 2), (0x3000, 0x10_0083, 2), (0x4028, 1 << 40 | 0x8003, 3),
        ]
        for (address, word, level) in cases {
            let (memory, mmu) = try machine(page + [(address, word)])
            let fault = try #require(refusal(memory, mmu, 0x5000))
            #expect(fault.cause == .reservedBit && fault.level == level && fault.pageFaultErrorCode == 0b01001)
        }
        // XD is reserved without NXE, as are 1 GiB pages where the processor has none; bits 62:52 are ignored.
        var (memory, mmu) = try machine(page + [(0x4028, 0xfff0_0000_0000_8003)])
        #expect(refusal(memory, mmu, 0x5000) == nil)
        #expect(refusal(memory, mmu, 0x5000, .execute)?.pageFaultErrorCode == 0b10001)
        mmu.noExecuteEnable = false
        #expect(refusal(memory, mmu, 0x5000)?.cause == .reservedBit)
        (memory, mmu) = try machine(page + [(0x2000, 0x83)])
        mmu.gibibytePages = false
        #expect(refusal(memory, mmu, 0x5000)?.cause == .reservedBit)
    }

    @Test func addressesThatAreNotCanonical() throws {
        let (memory, mmu) = try machine(page)
        for address in [0x0000_8000_0000_0000, 0xffff_7fff_ffff_ffff, 0x8000_0000_0000_5000] as [UInt64] {
            let fault = try #require(refusal(memory, mmu, address))
            #expect(fault.cause == .nonCanonical && fault.level == nil && fault.pageFaultErrorCode == nil)
        }
        #expect(refusal(memory, mmu, 0xffff_8000_0000_0000)?.cause == .notPresent)
    }

    @Test func tablesWhereNoMemoryIs() throws {
        let (memory, mmu) = try machine(page + [(0x3000, 0x10_0007)])
        let fault = try #require(refusal(memory, mmu, 0x5000))
        #expect(fault.cause == .busError(PhysicalAddress(0x10_0028)) && fault.level == 3)
    }

    /// Section 5.6: rights are those that all entries on the way give, and CR0.WP, CR4.SMEP and CR4.SMAP.
    @Test func accessRights() throws {
        typealias Rights = (read: Bool, write: Bool, execute: Bool)
        func rights(_ words: [(UInt64, UInt64)], _ privilege: Privilege, _ change: (inout X86_64MMU) -> Void = { _ in }) throws
            -> [Bool]
        {
            var (memory, mmu) = try machine(words)
            change(&mmu)
            return MemoryAccess.allCases.map { refusal(memory, mmu, 0x5000, $0, privilege) == nil }
        }
        let user = page.dropLast() + [(0x4028, 0x8007)]
        let readOnly = page.dropLast() + [(0x4028, 0x8005)]
        #expect(try rights(page, .supervisor) == [true, true, true])
        #expect(try rights(page, .user) == [false, false, false])
        #expect(try rights(Array(user), .user) == [true, true, true])
        #expect(try rights(Array(readOnly), .user) == [true, false, true])
        #expect(try rights(Array(readOnly), .supervisor) == [true, false, true])
        #expect(try rights(Array(readOnly), .supervisor) { $0.writeProtect = false } == [true, true, true])
        #expect(try rights(Array(user), .supervisor) { $0.supervisorExecutionPrevention = true } == [true, true, false])
        #expect(try rights(Array(user), .supervisor) { $0.supervisorAccessPrevention = true } == [false, false, true])
        // What a table above takes away: R/W at level 0, U/S at level 1, XD at level 2.
        #expect(try rights(user + [(0x1000, 0x2005)], .user) == [true, false, true])
        #expect(try rights(user + [(0x2000, 0x3003)], .user) == [false, false, false])
        #expect(try rights(user + [(0x3000, 0x8000_0000_0000_4007)], .user) == [true, true, false])
    }

    /// Section 13.12.3: PAT, PCD and PWT choose the field; the reset value has WB, WT, UC-, UC twice.
    @Test func memoryTypes() throws {
        let expected: [TranslatedMemoryType] = [.writeBack, .writeThrough, .uncacheable, .uncacheable]
        for index in 0..<8 as Range<UInt64> {
            let bits = (index & 1) << 3 | (index & 2) << 3
            let small = bits | (index & 4) << 5
            let (memory, mmu) = try machine(page + [(0x4028, 0x8003 | small), (0x3008, 0x20_0083 | bits | (index & 4) << 10)])
            var other = mmu
            other.pageAttributeTable = 0x0501_0501_0501_0501
            for address in [0x5000, 0x20_0000] as [UInt64] {
                let translation = try mmu.translate(VirtualAddress(address), for: .read, by: .supervisor, in: memory)
                #expect(translation.memoryType == expected[Int(index & 3)])
                let changed = try other.translate(VirtualAddress(address), for: .read, by: .supervisor, in: memory)
                #expect(changed.memoryType == (index & 1 == 0 ? .writeCombining : .writeProtected))
            }
        }
    }

    @Test func bytesGoThroughThePages() throws {
        // Two pages side by side in virtual memory and apart in physical memory.
        let (memory, mmu) = try machine(page + [(0x4030, 0x6003)])
        try mmu.write([1, 2, 3, 4], at: VirtualAddress(0x5ffe), by: .supervisor, in: memory)
        #expect(try memory.read(try physicalRange(0x8ffe, 2)) == [1, 2])
        #expect(try memory.read(try physicalRange(0x6000, 2)) == [3, 4])
        #expect(try mmu.read(count: 4, at: VirtualAddress(0x5ffe), by: .supervisor, in: memory) == [1, 2, 3, 4])
        let before = SparseMemory(copying: memory)
        #expect(throws: TranslationFault.self) {
            try mmu.write([9, 9], at: VirtualAddress(0x6fff), by: .supervisor, in: memory)
        }
        #expect(memory.hasSameContents(as: before))
    }
}
