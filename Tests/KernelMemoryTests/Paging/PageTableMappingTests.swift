import KernelMemory
import MemoryMap
import SimulatedMachine
import Testing

@Suite struct PageTableMappingTests {
    @Test func mappingTakesTheLargestLeaves() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64.format)
        // 4 KiB before a border of 2 MiB, 2 MiB up to a border of 1 GiB, 2 GiB, and 2 MiB + 4 KiB after it.
        let start = gib - 2 * mib - 4 * kib
        try tables.map(
            try virtualRange(start, 4 * kib + 2 * mib + 2 * gib + 2 * mib + 4 * kib),
            to: PhysicalAddress(start + 8 * gib), attributes: .readWrite)
        let audit = try tables.audit()
        #expect(audit.leaves4KiB == 2 && audit.leaves2MiB == 2 && audit.leaves1GiB == 2)
        // Root, one table of 1 GiB entries, directories at 0 and 3 GiB, a table of pages at either end.
        #expect(audit.tables == 6)
        #expect(machine.pool.used.count == 6)
        #expect(audit.mappedPages.rawValue == 2 + 2 * 512 + 2 * 512 * 512)
    }

    @Test func targetsThatAreNotAlignedTakeSmallerLeaves() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(AArch64.format)
        try tables.map(try virtualRange(0, gib), to: PhysicalAddress(2 * mib), attributes: .readWrite)
        try tables.map(try virtualRange(2 * gib, 2 * mib), to: PhysicalAddress(4 * kib), attributes: .readWrite)
        let audit = try tables.audit()
        #expect(audit.leaves1GiB == 0 && audit.leaves2MiB == 512 && audit.leaves4KiB == 512)
        #expect(audit.isPageZeroMapped)
    }

    @Test func processorWithoutGibibyteLeavesGetsNone() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64Small.format)
        try tables.map(try virtualRange(0, 2 * gib), to: PhysicalAddress(0), attributes: .readWrite)
        #expect(try tables.audit().leaves2MiB == 1024)
    }

    /// The identity map of a boot loader: everything, then page 0 taken out, then code and data of their own.
    @Test func unmappingPageZeroSplitsOnlyWhatItMust() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64.format)
        try tables.map(try virtualRange(0, 4 * gib), to: PhysicalAddress(0), attributes: .readWrite)
        try tables.unmap(try virtualRange(0, 4 * kib))
        let audit = try tables.audit()
        #expect(!audit.isPageZeroMapped)
        #expect(audit.leaves4KiB == 511 && audit.leaves2MiB == 511 && audit.leaves1GiB == 3)
        #expect(try tables.translate(VirtualAddress(0)) == nil)
        let translation = try tables.translate(VirtualAddress(0x1234))
        #expect(translation == Translation(physicalAddress: PhysicalAddress(0x1234), attributes: .readWrite, size: .size4KiB))
        try tables.protect(try virtualRange(2 * gib, 4 * kib), attributes: .readExecute)
        #expect(try tables.translate(VirtualAddress(2 * gib))?.attributes == .readExecute)
        #expect(try tables.translate(VirtualAddress(2 * gib + 4 * kib))?.attributes == .readWrite)
    }

    @Test func protectingWithTheSameAttributesSplitsNothing() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64.format)
        try tables.map(try virtualRange(0, gib), to: PhysicalAddress(0), attributes: .readWrite)
        try tables.protect(try virtualRange(4 * kib, 4 * kib), attributes: .readWrite)
        #expect(try tables.audit().leaves1GiB == 1)
    }

    @Test func splitKeepsAccessedAndDirtyMarks() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64.format)
        let mmu = X86_64.mmu(root: tables.root)
        try tables.map(try virtualRange(0, 2 * mib), to: PhysicalAddress(0), attributes: .readWrite)
        _ = try mmu.translate(VirtualAddress(0x5000), for: .write, by: .supervisor, in: machine.memory)
        try tables.protect(try virtualRange(0x8000, 0x1000), attributes: .readOnly)
        let entries = machine.pool.used.map { machine.memory.chunkWords(at: $0) }
        let pages = try #require(entries.first { $0.allSatisfy { $0 != 0 } })
        #expect(pages.allSatisfy { $0 & 0x60 == 0x60 })
    }

    /// The upper half is the kernel's on many systems, and the last page of the address space ends at 2^64.
    @Test func upperHalfReachesTheLastAddress() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64.format)
        let whole = try #require(
            VirtualRange(start: VirtualAddress(0xffff_8000_0000_0000), last: VirtualAddress(.max)))
        let top = try #require(VirtualRange(start: VirtualAddress(0xffff_ffff_ffe0_0000), last: VirtualAddress(.max)))
        try tables.map(top, to: PhysicalAddress(4 * mib), attributes: .readOnly)
        let mmu = X86_64.mmu(root: tables.root)
        let translation = try mmu.translate(VirtualAddress(.max), for: .read, by: .supervisor, in: machine.memory)
        #expect(translation.physicalAddress == PhysicalAddress(6 * mib - 1))
        var leaves: [PageTableLeaf] = []
        try tables.forEachLeaf { leaves.append($0) }
        #expect(leaves.map(\.range) == [top])
        try tables.unmap(whole, allowingHoles: true)
        #expect(machine.pool.used == [tables.root])
    }

    @Test func leavesComeInAscendingOrderAndOnlyThoseOfTheRange() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64.format)
        let starts: [UInt64] = [0x1000, 0x20_0000, gib, 600 * gib, 0xffff_8000_0000_0000]
        for start in starts.reversed() {
            try tables.map(try virtualRange(start, 4 * kib), to: PhysicalAddress(0x1000), attributes: .readOnly)
        }
        var seen: [UInt64] = []
        try tables.forEachLeaf { seen.append($0.range.start.rawValue) }
        #expect(seen == starts)
        seen = []
        try tables.forEachLeaf(in: try virtualRange(0x20_0fff, 600 * gib - 0x20_0fff)) { seen.append($0.range.start.rawValue) }
        #expect(seen == [0x20_0000, gib])
        seen = []
        // From the hole between the halves on.
        let upper = try #require(VirtualRange(start: VirtualAddress(1 << 60), last: VirtualAddress(.max)))
        try tables.forEachLeaf(in: upper) { seen.append($0.range.start.rawValue) }
        #expect(seen == [0xffff_8000_0000_0000])
    }

    @Test func bodyOfAWalkMayEndIt() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64.format)
        try tables.map(try virtualRange(0x1000, 0x5000), to: PhysicalAddress(0x1000), attributes: .readOnly)
        var count = 0
        let failure = pagingError {
            try tables.forEachLeaf { (leaf) throws(PagingError) in
                count += 1
                if count == 2 { throw .notMapped(leaf.range.start) }
            }
        }
        #expect(failure == .notMapped(VirtualAddress(0x2000)) && count == 2)
    }

    @Test func kernelGoesOnWithTheTablesOfTheLoader() throws {
        let machine = try PagingMachine()
        var loader = try machine.tables(AArch64.format)
        try loader.map(try virtualRange(0, 4 * gib), to: PhysicalAddress(0), attributes: .readWrite)
        let root = loader.root
        var kernel = try PageTables(
            existingRoot: root, format: AArch64.format, memory: machine.memory, frames: machine.pool)
        try kernel.unmap(try virtualRange(0, 4 * kib))
        #expect(try loader.translate(VirtualAddress(0)) == nil)
        _ = try kernel.destroy()
        #expect(machine.pool.used.isEmpty && machine.pool.strangers.isEmpty)
    }
}
