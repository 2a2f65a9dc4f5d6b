import KernelMemory
import MemoryMap
import SimulatedMachine
import Testing
import SeededRandom

/// Tables that were damaged, or made to do damage.
@Suite struct PageTableCorruptionTests {
    typealias Tables = PageTables<X86_64PageTables, SparseMemory, FramePool>

    /// A page at 0 and the tables on the way to it, root first.
    private func chain() throws -> (PagingMachine, [PhysicalAddress]) {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64.format)
        try tables.map(try virtualRange(0, 4 * kib), to: PhysicalAddress(0x5000), attributes: .readWrite)
        var way = [tables.root]
        while way.count < 4, let table = way.last {
            way.append(PhysicalAddress(try machine.memory.load(at: table) & 0x000f_ffff_ffff_f000))
        }
        return (machine, way)
    }

    private func open(_ machine: PagingMachine, root: PhysicalAddress, tableLimit: Int = 1 << 16) throws -> Tables {
        try PageTables(
            existingRoot: root, format: X86_64.format, memory: machine.memory, frames: machine.pool, tableLimit: tableLimit)
    }

    @Test func soundTablesAreTaken() throws {
        let (machine, way) = try chain()
        let tables = try open(machine, root: way[0])
        #expect(try tables.audit().tables == 4)
        #expect(pagingError { _ = try open(machine, root: way[0], tableLimit: 3) } == .tooManyTables(limit: 3))
    }

    @Test func rootsThatCannotBeAreRefused() throws {
        let (machine, way) = try chain()
        for root in [way[0].rawValue + 8, 8 * gib, 1 << 46, 0xffff_ffff_ffff_f000] {
            let root = PhysicalAddress(root)
            #expect(pagingError { _ = try open(machine, root: root) } == .unusableRoot(root))
        }
    }

    @Test func loopsEnd() throws {
        for level in 0..<3 {
            for target in 0...level {
                let (machine, way) = try chain()
                let tables = try open(machine, root: way[0])
                let entry = way[level]
                try machine.memory.store(way[target].rawValue | 7, at: entry)
                #expect(pagingError { _ = try open(machine, root: way[0]) } == .corruptEntry(entry, .loop))
                #expect(pagingError { _ = try tables.audit() } == .corruptEntry(entry, .loop))
                #expect(pagingError { _ = try tables.translate(VirtualAddress(0)) } == .corruptEntry(entry, .loop))
                #expect(pagingError { try tables.forEachLeaf { _ in } } == .corruptEntry(entry, .loop))
            }
        }
    }

    /// Every entry of every table points to the one next table: 2^27 ways through four frames.
    @Test func sharedTablesAreRefusedInBoundedTime() throws {
        let (machine, way) = try chain()
        let shared = PhysicalAddress(way[1].rawValue + 8)
        try machine.memory.store(way[2].rawValue | 7, at: shared)
        #expect(pagingError { _ = try open(machine, root: way[0]) } == .corruptEntry(shared, .sharedTable))
        for level in 0..<3 {
            for index in 0..<512 as Range<UInt64> {
                try machine.memory.store(way[level + 1].rawValue | 7, at: PhysicalAddress(way[level].rawValue | index << 3))
            }
        }
        #expect(pagingError { _ = try open(machine, root: way[0], tableLimit: 2000) } == .tooManyTables(limit: 2000))
    }

    @Test func damageIsReportedWithItsPlaceAndNothingChanges() throws {
        let page = try virtualRange(0, 4 * kib)
        for (level, entry, damage): (Int, UInt64, CorruptEntry) in [
            (0, 1 * mib | 0x87, .reservedBits), (1, 1 << 46 | 7, .reservedBits), (1, 8 * gib | 7, .absentTable),
            (2, 0x3000 | 0x87, .reservedBits), (2, 0 | 7, .absentTable), (3, 1 << 50 | 3, .reservedBits),
        ] {
            let (machine, way) = try chain()
            var tables = try open(machine, root: way[0])
            try machine.memory.store(entry, at: way[level])
            let before = SparseMemory(copying: machine.memory)
            let expected = PagingError.corruptEntry(way[level], damage)
            #expect(pagingError { _ = try tables.translate(VirtualAddress(0)) } == expected)
            #expect(pagingError { _ = try tables.audit() } == expected)
            #expect(pagingError { try tables.unmap(page) } == expected)
            #expect(pagingError { try tables.protect(page, attributes: .readOnly) } == expected)
            #expect(pagingError { try tables.map(page, to: PhysicalAddress(0), attributes: .readOnly) } == expected)
            #expect(pagingError { _ = try open(machine, root: way[0]) } == expected)
            #expect(machine.memory.hasSameContents(as: before))
        }
    }

    @Test func tablesThatTakePermissionsAwayAreNotOverlooked() throws {
        let (machine, way) = try chain()
        var tables = try open(machine, root: way[0])
        // R/W and U/S clear, XD set at level 1.
        let entry = try machine.memory.load(at: way[1])
        try machine.memory.store(entry & ~0b110 | 1 << 63, at: way[1])
        #expect(try tables.translate(VirtualAddress(0))?.attributes == .readOnly)
        let page = try virtualRange(0, 4 * kib)
        let next = try virtualRange(4 * kib, 4 * kib)
        for attributes in [PageAttributes.readWrite, .readExecute, PageAttributes(permissions: .user)] {
            let onProtect = pagingError { try tables.protect(page, attributes: attributes) }
            let onMap = pagingError { try tables.map(next, to: PhysicalAddress(0), attributes: attributes) }
            guard case .restrictedByTable = onProtect, case .restrictedByTable = onMap else {
                Issue.record("\(attributes) was given: \(String(describing: onProtect)), \(String(describing: onMap))")
                continue
            }
        }
        try tables.map(next, to: PhysicalAddress(0), attributes: .readOnly)
    }

    @Test func contiguousLeavesAreReadButNotChanged() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(AArch64.format)
        let page = try virtualRange(0x3000, 0x1000)
        try tables.map(page, to: PhysicalAddress(0x3000), attributes: .readWrite)
        let last = try #require(machine.pool.used.first { machine.memory.chunkWords(at: $0)[3] != 0 })
        let entry = PhysicalAddress(last.rawValue + 0x18)
        try machine.memory.store(try machine.memory.load(at: entry) | 1 << 52, at: entry)
        #expect(try tables.translate(VirtualAddress(0x3000))?.attributes == .readWrite)
        let contiguous = PagingError.contiguousLeaf(VirtualAddress(0x3000))
        #expect(pagingError { try tables.unmap(page) } == contiguous)
        #expect(pagingError { try tables.protect(page, attributes: .readOnly) } == contiguous)
    }

    /// Entries that map nothing may hold what software likes; a table with one in it is not empty.
    @Test func emptyEntriesThatHoldSomethingKeepTheirTable() throws {
        let (machine, way) = try chain()
        var tables = try open(machine, root: way[0])
        try machine.memory.store(0xabcd_0000, at: PhysicalAddress(way[3].rawValue + 8))
        try tables.unmap(try virtualRange(0, 4 * kib))
        #expect(machine.pool.used == Set(way))
        #expect(try machine.memory.load(at: PhysicalAddress(way[3].rawValue + 8)) == 0xabcd_0000)
    }

    /// Random damage: whatever is done with such tables ends, and what is taken over behaves.
    @Test(arguments: 0..<200 as Range<UInt64>) func randomDamageNeverTraps(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let machine = try PagingMachine(seed: seed)
        var tables = try machine.tables(X86_64.format)
        for _ in 0..<6 {
            let start = UInt64.random(in: 0..<3 * 512 * 1024, using: &generator) * 4 * kib
            let range = try virtualRange(start, 4 * kib * UInt64.random(in: 1..<2000, using: &generator))
            _ = pagingError { try tables.map(range, to: PhysicalAddress(start), attributes: .readWrite) }
        }
        let frames = machine.pool.used.sorted { $0 < $1 }
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            guard let frame = frames.randomElement(using: &generator) else { continue }
            let address = PhysicalAddress(frame.rawValue | UInt64.random(in: 0..<512, using: &generator) << 3)
            let entry = try machine.memory.load(at: address)
            let damaged: UInt64 =
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: entry ^ 1 << UInt64.random(in: 0..<64, using: &generator)
                case 1: generator.next()
                default: (frames.randomElement(using: &generator)?.rawValue ?? 0) | 7
                }
            try machine.memory.store(damaged, at: address)
        }
        _ = pagingError { _ = try tables.audit() }
        for _ in 0..<20 {
            let address = VirtualAddress(UInt64.random(in: 0..<8 * gib, using: &generator))
            _ = pagingError { _ = try tables.translate(address) }
        }
        let before = SparseMemory(copying: machine.memory)
        do throws(PagingError) {
            var taken = try PageTables(
                existingRoot: tables.root, format: X86_64.format, memory: machine.memory, frames: machine.pool)
            let audit = try taken.audit()
            #expect(audit.tables <= UInt64(frames.count) + 6)
            guard let lower = VirtualRange(start: VirtualAddress(0), byteCount: 1 << 47),
                let upper = VirtualRange(start: VirtualAddress(0xffff_8000_0000_0000), last: VirtualAddress(.max))
            else { return }
            try taken.unmap(lower, allowingHoles: true)
            try taken.unmap(upper, allowingHoles: true)
            #expect(try taken.audit().mappedPages == .zero)
        } catch {
            #expect(machine.memory.hasSameContents(as: before), "\(error)")
        }
    }
}
