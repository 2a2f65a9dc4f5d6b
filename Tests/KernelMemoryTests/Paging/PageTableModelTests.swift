import KernelMemory
import MemoryMap
import SimulatedMachine
import Testing
import SeededRandom

/// Random changes, checked page by page against a model that knows nothing of tables.
@Suite struct PageTableModelTests {
    @Test(arguments: [1, 2, 3] as [UInt64]) func x86_64(seed: UInt64) throws {
        try run(X86_64.self, seed: seed)
    }

    @Test(arguments: [4] as [UInt64]) func x86_64WithoutGibibytePages(seed: UInt64) throws {
        try run(X86_64Small.self, seed: seed)
    }

    @Test(arguments: [5, 6, 7] as [UInt64]) func aarch64(seed: UInt64) throws {
        try run(AArch64.self, seed: seed)
    }

    private func run<Architecture: PagingArchitecture>(_: Architecture.Type, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let machine = try PagingMachine(seed: seed)
        var tables = try machine.tables(Architecture.format)
        let mmu = Architecture.mmu(root: tables.root)
        var model = PagingModel()
        var changes = 0
        for step in 0..<1500 {
            let pages = model.randomPages(using: &generator)
            let range = try model.range(of: pages)
            let before = step % 10 == 0 ? machine.pool.contents() : nil
            if step % 5 == 0 { machine.pool.budget = Int.random(in: 0...3, using: &generator) }
            let failure: PagingError?
            let expected: PagingError?
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                let target = model.randomTarget(for: pages, using: &generator)
                let attributes = PagingModel.randomAttributes(using: &generator)
                failure = pagingError { try tables.map(range, to: target, attributes: attributes) }
                expected = model.firstMapped(in: pages).map { .alreadyMapped(model.address(of: $0)) }
                if failure == nil { model.map(pages, to: target, attributes: attributes) }
            case 5..<7:
                failure = pagingError { try tables.unmap(range) }
                expected = model.firstUnmapped(in: pages).map { .notMapped(model.address(of: $0)) }
                if failure == nil { model.unmap(pages) }
            case 7:
                failure = pagingError { try tables.unmap(range, allowingHoles: true) }
                expected = nil
                if failure == nil { model.unmap(pages) }
            default:
                let attributes = PagingModel.randomAttributes(using: &generator)
                failure = pagingError { try tables.protect(range, attributes: attributes) }
                expected = model.firstUnmapped(in: pages).map { .notMapped(model.address(of: $0)) }
                if failure == nil { model.protect(pages, attributes: attributes) }
            }
            machine.pool.budget = nil
            if case .outOfFrames = failure {
                #expect(expected == nil)
            } else {
                #expect(failure == expected, "step \(step)")
            }
            if failure == nil { changes += 1 }
            if failure != nil, let before { #expect(machine.pool.contents() == before, "step \(step)") }

            let probes = model.probes(around: pages, using: &generator)
            let offset = UInt64.random(in: 0..<4096, using: &generator)
            let disagreements = probes.compactMap {
                model.disagreement(at: $0, with: mmu, in: machine.memory, offset: offset)
            }
            #expect(disagreements.isEmpty, "step \(step)")
            for page in probes.prefix(4) {
                #expect(try tables.translate(model.address(of: page))?.attributes == model.entry(page)?.attributes)
            }
            if step % 250 == 249 {
                try model.check(leavesOf: tables)
                let audit = try tables.audit()
                #expect(audit.tables == UInt64(machine.pool.used.count))
                #expect(audit.mappedPages.rawValue == UInt64(model.mappedCount))
                #expect(audit.writableAndExecutable == 0 && !audit.isPageZeroMapped)
            }
        }
        #expect(changes > 300, "the random changes have to get through often enough")
        try tables.unmap(try model.range(of: 0..<PagingModel.pageCount), allowingHoles: true)
        #expect(machine.pool.used == [tables.root])
        #expect(machine.pool.contents()[tables.root]?.allSatisfy { $0 == 0 } == true)
        #expect(machine.pool.strangers.isEmpty)
    }
}
