import KernelMemory
import MemoryMap
import SimulatedMachine
import Testing

/// Calls that fail say why and where, and change nothing.
@Suite struct PageTableFailureTests {
    /// Cuts a leaf of 1 GiB at both ends, which takes most frames, with ever more frames in the pool.
    @Test(arguments: 0..<6) func nothingChangesWhenFramesRunOut(budget: Int) throws {
        try exhaust(X86_64.self, budget: budget)
        try exhaust(AArch64.self, budget: budget)
    }

    private func exhaust<Architecture: PagingArchitecture>(_: Architecture.Type, budget: Int) throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(Architecture.format)
        try tables.map(try virtualRange(gib, gib), to: PhysicalAddress(gib), attributes: .readWrite)
        let inside = try virtualRange(gib + 4 * kib, gib - 8 * kib)
        let calls: [(UInt64, (inout PageTables<Architecture.Format, SparseMemory, FramePool>) throws -> Void)] = [
            (3, { try $0.unmap(inside) }),
            (3, { try $0.protect(inside, attributes: .readOnly) }),
            // A page at either side of a border of 512 GiB.
            (
                5,
                {
                    try $0.map(
                        try virtualRange(512 * gib - 4 * kib, 8 * kib), to: PhysicalAddress(0), attributes: .readOnly)
                }
            ),
        ]
        for (needed, call) in calls {
            let before = machine.pool.contents()
            machine.pool.budget = budget
            let failure = pagingError { try call(&tables) }
            machine.pool.budget = nil
            if UInt64(budget) < needed {
                #expect(failure == .outOfFrames(needed: needed))
                #expect(machine.pool.contents() == before)
            } else {
                #expect(failure == nil)
                #expect(machine.pool.used.count > before.count)
                break
            }
        }
        #expect(try tables.audit().tables == UInt64(machine.pool.used.count))
    }

    @Test func unusableFramesAreRefusedAndGoBack() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64.format)
        let before = machine.pool.contents()
        // Misaligned, beyond 46 bits, and where no memory is.
        for frame in [2 * mib + 8, 1 << 46, 8 * gib] {
            machine.pool.next = [PhysicalAddress(2 * mib), PhysicalAddress(frame)]
            let failure = pagingError {
                try tables.map(try virtualRange(0, 4 * kib), to: PhysicalAddress(0), attributes: .readOnly)
            }
            #expect(failure == .unusableFrame(PhysicalAddress(frame)))
            #expect(machine.pool.contents() == before)
        }
        machine.pool.next = [PhysicalAddress(1 << 46)]
        #expect(pagingError { _ = try machine.tables(X86_64.format) } == .unusableFrame(PhysicalAddress(1 << 46)))
        machine.pool.budget = 0
        #expect(pagingError { _ = try machine.tables(X86_64.format) } == .outOfFrames(needed: 1))
    }

    @Test func rangesAreChecked() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64.format)
        let before = machine.pool.contents()
        func mapping(_ start: UInt64, _ byteCount: UInt64, to target: UInt64 = 0) -> PagingError? {
            pagingError {
                try tables.map(try virtualRange(start, byteCount), to: PhysicalAddress(target), attributes: .readOnly)
            }
        }
        #expect(mapping(0x1001, 0x1000) == .misalignedRange(VirtualAddress(0x1001)))
        #expect(mapping(0x1000, 0x1001) == .misalignedRange(VirtualAddress(0x2000)))
        #expect(mapping(0x1000, 0x1000, to: 0x800) == .misalignedTarget(PhysicalAddress(0x800)))
        #expect(mapping(1 << 47, 0x1000) == .untranslatable(VirtualAddress(1 << 47)))
        #expect(mapping((1 << 47) - 0x1000, 0x2000) == .untranslatable(VirtualAddress(1 << 47)))
        #expect(mapping(0xffff_7fff_ffff_f000, 0x1000) == .untranslatable(VirtualAddress(0xffff_7fff_ffff_f000)))
        #expect(mapping(0, 0x2000, to: (1 << 46) - 0x1000) == .physicalAddressTooWide(PhysicalAddress((1 << 46) - 0x1000)))
        #expect(mapping(0, 0x2000, to: 0xffff_ffff_ffff_f000) == .physicalAddressTooWide(PhysicalAddress(0xffff_ffff_ffff_f000)))
        #expect(pagingError { _ = try tables.translate(VirtualAddress(1 << 47)) } == .untranslatable(VirtualAddress(1 << 47)))
        #expect(machine.pool.contents() == before)

        var lower = try machine.tables(AArch64.format)
        let upper = pagingError {
            try lower.map(try virtualRange(1 << 48, 0x1000), to: PhysicalAddress(0), attributes: .readOnly)
        }
        #expect(upper == .untranslatable(VirtualAddress(1 << 48)))
        try lower.map(try virtualRange((1 << 48) - 0x1000, 0x1000), to: PhysicalAddress(0), attributes: .readOnly)
    }

    @Test func writableAndExecutableIsToBeAskedFor() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64.format)
        let page = try virtualRange(0x1000, 0x1000)
        let refused = PagingError.writableAndExecutable(VirtualAddress(0x1000))
        #expect(
            pagingError { try tables.map(page, to: PhysicalAddress(0x1000), attributes: .readWriteExecute) } == refused)
        try tables.map(page, to: PhysicalAddress(0x1000), attributes: .readExecute)
        #expect(pagingError { try tables.protect(page, attributes: .readWriteExecute) } == refused)
        #expect(try tables.audit().writableAndExecutable == 0)
        try tables.protect(page, attributes: .readWriteExecute, allowingWriteExecute: true)
        #expect(try tables.audit().writableAndExecutable == 1)
        try tables.protect(page, attributes: .readExecute)
        #expect(try tables.audit().writableAndExecutable == 0)

        var open = try machine.tables(AArch64.format, allowsWritableExecutable: true)
        try open.map(page, to: PhysicalAddress(0x1000), attributes: .readWriteExecute)
        #expect(try open.audit().writableAndExecutable == 1)
        let mmu = AArch64.mmu(root: open.root)
        for access in MemoryAccess.allCases {
            _ = try mmu.translate(VirtualAddress(0x1000), for: access, by: .supervisor, in: machine.memory)
        }
    }

    /// Frames go back only when no processor can walk them any more, and a live leaf is invalid while AArch64 exchanges it.
    @Test func changesOfLiveTablesComeInTheOrderThatProcessorsNeed() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(AArch64.format)
        let mmu = AArch64.mmu(root: tables.root)
        try tables.map(try virtualRange(0, 2 * mib), to: PhysicalAddress(0), attributes: .readWrite)
        try tables.map(try virtualRange(gib, 4 * kib), to: PhysicalAddress(0), attributes: .readWrite)
        var mapped: [Bool] = []
        machine.pool.onInvalidate = { range in
            let result = try? mmu.translate(range.start, for: .read, by: .supervisor, in: machine.memory)
            mapped.append(result != nil)
        }
        machine.pool.events = []
        let second = try virtualRange(0x1000, 0x1000)
        try tables.protect(second, attributes: .readOnly)
        #expect(mapped == [false, true])
        #expect(machine.pool.events.suffix(2) == [.invalidated(try virtualRange(0, 2 * mib)), .invalidated(second)])

        mapped = []
        try tables.protect(second, attributes: .device)
        #expect(mapped == [false, true])

        machine.pool.events = []
        let page = try virtualRange(gib, 4 * kib)
        try tables.unmap(page)
        #expect(machine.pool.events.count == 3 && machine.pool.events.first == .invalidated(page))
    }

    /// x86-64 exchanges a leaf by one store: the code that does it may lie in that very leaf.
    @Test func splittingOnX86LeavesNoGap() throws {
        let machine = try PagingMachine()
        var tables = try machine.tables(X86_64.format)
        try tables.map(try virtualRange(0, gib), to: PhysicalAddress(0), attributes: .readWrite)
        machine.pool.events = []
        let page = try virtualRange(0, 4 * kib)
        try tables.unmap(page)
        let invalidations = machine.pool.events.filter { if case .invalidated = $0 { true } else { false } }
        #expect(invalidations == [.invalidated(page)])
    }
}
