import KernelMemory
import MemoryMap
import PageReplacement
import PagingTestSupport
import SeededRandom
import SimulatedMachine
import SystemPackage
import Testing

/// Random accesses against an array of bytes: whatever a policy evicts, what was written is what is read.
@Suite("Paged memory") struct PagedMemoryTests {
    private let pages = 48
    private let frames = 7

    /// Reads and writes of up to three pages at random places.
    private func exercise<Format, MMU, Policy, Device>(
        _ machine: PagedMemory<Format, MMU, Policy, Device>, seed: UInt64, accesses: Int
    ) throws {
        var random = SeededGenerator(seed: seed)
        var model = [UInt8](repeating: 0, count: pages * 4_096)
        for _ in 0..<accesses {
            // Nearby accesses most of the time, as programs make them, so that working sets form.
            let position = random.chance(70) ? random.below(6 * 4_096) : random.below(model.count)
            let count = min(random.oneIn(8) ? 1 + random.below(9_000) : 1 + random.below(64), model.count - position)
            let address = VirtualAddress(start.rawValue + UInt64(position))
            if random.chance(40) {
                let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                try machine.write(bytes, at: address)
                model.replaceSubrange(position..<position + count, with: bytes)
            } else {
                try #require(try machine.read(count: count, at: address) == Array(model[position..<position + count]))
            }
        }
        for page in 0..<pages {
            let bytes = try machine.read(count: 4_096, at: VirtualAddress(start.rawValue + UInt64(page) * 4_096))
            #expect(bytes == Array(model[page * 4_096..<(page + 1) * 4_096]), "page \(page)")
        }
    }

    /// Has an access through in the end, however often the paging file fails.
    private func retrying<Format, MMU, Policy, Device>(
        _ machine: PagedMemory<Format, MMU, Policy, Device>, _ failures: inout Int,
        _ access: (PagedMemory<Format, MMU, Policy, Device>) throws(PagedMemoryError) -> Void
    ) throws(PagedMemoryError) {
        for _ in 0..<100 {
            do throws(PagedMemoryError) {
                return try access(machine)
            } catch {
                guard case .pagingFile = error else { throw error }
                failures += 1
            }
        }
        try access(machine)
    }

    private func exerciseBoth<Policy: PageReplacementPolicy>(_ policy: Policy.Type) throws {
        let x86 = try x86Machine(policy, pages: pages, frames: frames, on: FaultyDevice())
        try exercise(x86, seed: 1, accesses: 300)
        #expect(x86.ledger.counts.writeBacks > 30 && x86.ledger.counts.reads > 30, "\(x86.ledger.counts)")
        let arm = try armMachine(policy, pages: pages, frames: frames, on: FaultyDevice())
        try exercise(arm, seed: 1, accesses: 300)
        #expect(arm.ledger.counts == x86.ledger.counts)
    }

    @Test("data survive every eviction, under each policy and on both architectures", arguments: ReplacementPolicyKind.allCases)
    func survives(kind: ReplacementPolicyKind) throws {
        switch kind {
        case .workingSet: try exerciseBoth(WorkingSetPolicy.self)
        case .fifo: try exerciseBoth(FIFO.self)
        case .lru: try exerciseBoth(LRU.self)
        case .clock: try exerciseBoth(Clock.self)
        case .wsClock: try exerciseBoth(WSClock.self)
        case .twoQueue: try exerciseBoth(TwoQueue.self)
        case .arc: try exerciseBoth(AdaptiveReplacement.self)
        case .lirs: try exerciseBoth(LIRS.self)
        case .s3FIFO: try exerciseBoth(S3FIFO.self)
        case .sieve: try exerciseBoth(Sieve.self)
        case .optimal: try exerciseBoth(Optimal.self)
        }
    }

    @Test("a device that fails now and then delays accesses and loses nothing", arguments: 1...4)
    func delays(seed: UInt64) throws {
        let device = FaultyDevice()
        var random = SeededGenerator(seed: seed &+ 100)
        let machine = try x86Machine(WorkingSetPolicy.self, pages: pages, frames: frames, on: device)
        var isFailing = true
        device.failsWrite = { isFailing && random.chance(30) }
        device.failsRead = { isFailing && random.chance(30) }
        var failures = 0
        do {
            defer { isFailing = false }
            failures = try exerciseFaulty(machine, seed: seed)
        }
        #expect(failures > 50)
    }

    private func exerciseFaulty<Format, MMU, Policy, Device>(
        _ machine: PagedMemory<Format, MMU, Policy, Device>, seed: UInt64
    ) throws -> Int {
        var random = SeededGenerator(seed: seed)
        var model = [UInt8](repeating: 0, count: pages)
        var failures = 0
        for _ in 0..<600 {
            let page = random.below(pages)
            let address = VirtualAddress(start.rawValue + UInt64(page) * 4_096 + UInt64(random.below(3)))
            if random.chance(50) {
                let value = UInt8(truncatingIfNeeded: random.next())
                try retrying(machine, &failures) { machine throws(PagedMemoryError) in
                    try machine.write([value, value, value], at: VirtualAddress(address.rawValue & ~0xfff))
                }
                model[page] = value
            } else {
                var found: [UInt8] = []
                try retrying(machine, &failures) { machine throws(PagedMemoryError) in
                    found = try machine.read(count: 1, at: address)
                }
                #expect(found == [model[page]])
            }
        }
        return failures
    }

    @Test("a torn write is an error and never wrong data; the other pages go on")
    func tears() throws {
        let device = FaultyDevice()
        let machine = try x86Machine(LRU.self, pages: 4, frames: 1, on: device)
        let first = start
        let second = VirtualAddress(start.rawValue + 4_096)
        try machine.write([UInt8](repeating: 0xa5, count: 4_096), at: first)
        device.tears = { 512 }
        try machine.write([1, 2, 3], at: second)
        device.tears = { nil }
        #expect(machine.place(of: PageIndex(rawValue: 0)) == .disk)
        for _ in 0..<2 {
            #expect(throws: PagedMemoryError.pagingFile(.damaged(PageIndex(rawValue: 0), offset: 0))) {
                try machine.read(count: 1, at: first)
            }
        }
        #expect(try machine.read(count: 3, at: second) == [1, 2, 3])
        #expect(throws: PagedMemoryError.pagingFile(.damaged(PageIndex(rawValue: 0), offset: 0))) {
            try machine.write([9], at: first)
        }
    }

    @Test("a page is on disk, in RAM or nowhere, and comes back from where it is")
    func places() throws {
        let device = FaultyDevice()
        let machine = try x86Machine(FIFO.self, pages: 4, frames: 2, on: device)
        func place(_ page: UInt32) -> PagePlace { machine.place(of: PageIndex(rawValue: page)) }
        func address(_ page: UInt64) -> VirtualAddress { VirtualAddress(start.rawValue + page * 4_096) }
        #expect(place(0) == .nowhere)
        #expect(try machine.read(count: 8, at: address(0)) == [UInt8](repeating: 0, count: 8))
        guard case .memory(_, isOnDisk: false) = place(0) else { throw Missing() }
        try machine.write([7], at: address(1))
        _ = try machine.read(count: 1, at: address(2))
        // Never written: it is let go without a write, and is nowhere again.
        #expect(place(0) == .nowhere)
        #expect(device.writes == 0)
        _ = try machine.read(count: 1, at: address(3))
        #expect(place(1) == .disk)
        #expect(device.writes == 1)
        #expect(try machine.read(count: 1, at: address(1)) == [7])
        guard case .memory(_, isOnDisk: true) = place(1) else { throw Missing() }
        try machine.write([8], at: address(1))
        guard case .memory(_, isOnDisk: false) = place(1) else { throw Missing() }
        // Pushed out while the device fails, it is held; the next access that works lets it through.
        device.failsWrite = { true }
        #expect(throws: PagedMemoryError.self) {
            for page: UInt64 in [0, 2, 3] { _ = try machine.read(count: 1, at: address(page)) }
        }
        #expect(place(1) == .held)
        device.failsWrite = { false }
        #expect(try machine.read(count: 1, at: address(1)) == [8])
    }

    @Test("a full paging file is an error, and nothing is lost")
    func fills() throws {
        let machine = try x86Machine(LRU.self, pages: 8, frames: 2, on: FaultyDevice(), slots: 3)
        var written: UInt64 = 0
        #expect(throws: PagedMemoryError.pagingFile(.full(slots: 3))) {
            for page in 0..<8 as Range<UInt64> {
                try machine.write([UInt8(page) + 1], at: VirtualAddress(start.rawValue + page * 4_096))
                written = page + 1
            }
        }
        #expect(written == 5)
        #expect(machine.place(of: PageIndex(rawValue: 3)) == .held)
    }

    @Test("accesses outside the pages are refused, also where addresses wrap")
    func refusesOutside() throws {
        let machine = try x86Machine(LRU.self, pages: 2, frames: 1, on: FaultyDevice())
        let end = start.rawValue + 2 * 4_096
        for (address, count) in [(start.rawValue - 1, 2), (end - 1, 2), (end, 1), (UInt64.max, 2), (0, 1)] {
            #expect(throws: PagedMemoryError.outOfRange(VirtualAddress(address), count: count)) {
                try machine.read(count: count, at: VirtualAddress(address))
            }
            #expect(throws: PagedMemoryError.self) {
                try machine.write([UInt8](repeating: 1, count: count), at: VirtualAddress(address))
            }
        }
        #expect(machine.ledger.counts == PagingCounts())
    }

    @Test("a paging file on the host's disk has no name and gives back what it took")
    func usesDisk() throws {
        let folder = FilePath("/tmp")
        let machine = try x86Machine(WorkingSetPolicy.self, pages: pages, frames: frames, on: try FileDevice(in: folder))
        try exercise(machine, seed: 9, accesses: 150)
        #expect(machine.ledger.counts.reads > 10)
    }

    struct Missing: Error {}
}
