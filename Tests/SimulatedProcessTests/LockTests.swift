import MemoryMap
import PageReplacement
import PagingTestSupport
import SimulatedMachine
import SimulatedProcess
import Testing
import VirtualMemory

/// Pages that a program locks stay in their frames, with what they hold, whatever else it touches.
@Suite("Locked pages on a simulated machine") struct LockTests {
    private static let pageSize: UInt64 = 4_096

    private static func commit<Format, MMU, Policy, Device>(
        _ pages: UInt64, in process: SimulatedProcess<Format, MMU, Policy, Device>
    ) throws -> UInt64 {
        try process.space.allocate(
            AllocationRequest(byteCount: pages * pageSize, type: [.reserve, .commit], protection: .readWrite)
        ).start.rawValue
    }

    private static func status(_ body: () throws(NTStatus) -> Void) -> UInt32? {
        do throws(NTStatus) {
            try body()
            return nil
        } catch {
            return Win32Error(error).rawValue
        }
    }

    private static func exercise<Format, MMU, Policy, Device>(
        _ process: SimulatedProcess<Format, MMU, Policy, Device>, frames: UInt64
    ) throws {
        let base = try commit(64, in: process)
        func address(_ page: UInt64) -> VirtualAddress { VirtualAddress(base + page * pageSize) }
        func lock(_ page: UInt64, _ count: UInt64 = 1) -> UInt32? {
            status { () throws(NTStatus) in try process.space.lock(address(page), byteCount: count * pageSize) }
        }
        func unlock(_ page: UInt64, _ count: UInt64 = 1) -> UInt32? {
            status { () throws(NTStatus) in try process.space.unlock(address(page), byteCount: count * pageSize) }
        }
        for page in 0..<64 as Range<UInt64> { try process.write([UInt8(page)], at: address(page)) }
        // As many as leave two frames for the others, and not one more; a call that fails locks nothing.
        let limit = frames - 2
        #expect(lock(0, limit + 1) == 1453)
        #expect(unlock(0) == 158 && process.space.lockedBytes == 0)
        #expect(lock(0, limit) == nil && lock(0, limit) == nil)
        #expect(lock(limit) == 1453 && process.space.lockedBytes == limit * pageSize)
        for page in 0..<limit {
            guard case .memory = process.machine.place(of: address(page)) else {
                Issue.record("a locked page is in memory")
                return
            }
        }
        // Everything else fights for two frames.
        for round in 1...3 as ClosedRange<UInt64> {
            for page in limit..<64 { try process.write([UInt8(page + round)], at: address(page)) }
            let before = process.machine.counts
            for page in 0..<limit {
                #expect(try process.read(count: 1, at: address(page)) == [UInt8(page + round - 1)])
                try process.write([UInt8(page + round)], at: address(page))
            }
            let after = process.machine.counts
            #expect(after.hits - before.hits >= 2 * limit)
            #expect(after.references - before.references == after.hits - before.hits)
            #expect((after.faults, after.softFaults, after.writeBacks) == (before.faults, before.softFaults, before.writeBacks))
        }
        // Once is enough however often it was locked, and what is let go leaves.
        #expect(unlock(0, limit) == nil && unlock(0) == 158)
        for page in limit..<64 { _ = try process.read(count: 1, at: address(page)) }
        var gone = 0
        for page in 0..<limit where process.machine.place(of: address(page)) == .disk { gone += 1 }
        #expect(gone >= Int(limit) - 2)
        for page in 0..<64 as Range<UInt64> { #expect(try process.read(count: 1, at: address(page)) == [UInt8(page + 3)]) }
        // Locks go with the storage, of whatever kind.
        #expect(lock(0, limit) == nil)
        let freed = min(2, limit)
        try process.space.free(address(0), byteCount: freed * pageSize, .decommit)
        #expect(lock(limit, freed) == nil && lock(limit + freed) == 1453)
        try process.space.free(VirtualAddress(base), byteCount: 0, .release)
        let again = try commit(64, in: process)
        #expect(
            status { () throws(NTStatus) in try process.space.lock(VirtualAddress(again), byteCount: limit * pageSize) } == nil)
        #expect(try process.read(count: 1, at: VirtualAddress(again)) == [0])
    }

    @Test("locked pages cause no fault, whatever else is touched", arguments: [3, 4, 9, 24])
    func staysInMemory(frames: Int) throws {
        try Self.exercise(x86Process(frames: frames), frames: UInt64(frames))
        try Self.exercise(armProcess(frames: frames), frames: UInt64(frames))
    }

    @Test("a locked page of a view is one lock for its frame, and a copy on write is locked in its place")
    func views() throws {
        let process = try x86Process(frames: 4)
        let section = try Section.pagingFile(
            1, byteCount: 8 * Self.pageSize, protection: .readWrite, attributes: .commit, platform: .x64,
            ledger: process.space.ledger)
        let one = try process.space.mapView(ViewRequest(section: section, protection: .readWrite)).range.start
        let two = try process.space.mapView(ViewRequest(section: section, protection: .readWrite)).range.start
        let copied = try process.space.mapView(ViewRequest(section: section, protection: .writeCopy)).range.start
        let other = try Self.commit(16, in: process)
        func press() throws {
            for page in 0..<16 as Range<UInt64> { try process.write([1], at: VirtualAddress(other + page * Self.pageSize)) }
        }
        /// What a byte is, and how many faults it took to know.
        func read(_ address: VirtualAddress) throws -> [UInt64] {
            let before = process.machine.counts
            let byte = try process.read(count: 1, at: address)[0]
            let after = process.machine.counts
            return [UInt64(byte), after.faults - before.faults + after.softFaults - before.softFaults]
        }
        try process.write([42], at: one)
        // The same page by three addresses, and there are two frames to lock.
        for view in [one, two, copied] { try process.space.lock(view, byteCount: Self.pageSize) }
        try process.space.unlock(one, byteCount: Self.pageSize)
        try press()
        #expect(try read(two) == [42, 0])
        // The copy takes a frame of its own, and the shared page keeps its lock.
        try process.write([43], at: copied)
        try press()
        #expect(try read(copied) == [43, 0])
        #expect(try read(two) == [42, 0])
        #expect(throws: NTStatus.workingSetQuota) {
            try process.space.lock(VirtualAddress(other), byteCount: Self.pageSize)
        }
        // A view takes its locks with it.
        try process.space.unmapView(two)
        try process.space.unmapView(copied)
        try press()
        #expect(try read(one) == [42, 1])
        try process.space.lock(VirtualAddress(other), byteCount: 2 * Self.pageSize)
    }

    @Test("a paging file that fails refuses the lock and loses nothing")
    func failures() throws {
        let device = FaultyDevice()
        let process = try x86Process(frames: 4, device: device)
        let base = try Self.commit(16, in: process)
        for page in 0..<16 as Range<UInt64> { try process.write([UInt8(page)], at: VirtualAddress(base + page * Self.pageSize)) }
        device.fail(true)
        #expect(throws: NTStatus.self) { try process.space.lock(VirtualAddress(base), byteCount: 2 * Self.pageSize) }
        #expect(process.space.lockedBytes == 0)
        device.fail(false)
        try process.space.lock(VirtualAddress(base), byteCount: 2 * Self.pageSize)
        for page in 0..<16 as Range<UInt64> {
            #expect(try process.read(count: 1, at: VirtualAddress(base + page * Self.pageSize)) == [UInt8(page)])
        }
    }
}
