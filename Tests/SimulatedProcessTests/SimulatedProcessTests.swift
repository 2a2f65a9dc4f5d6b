import KernelMemory
import MemoryMap
import PageReplacement
import PagingTestSupport
import SeededRandom
import SimulatedMachine
import SimulatedProcess
import Testing
import VirtualMemory

/// Address spaces on a machine with few frames: what a program reads is what it wrote, wherever its pages have been meanwhile.
@Suite("Processes on a simulated machine") struct SimulatedProcessTests {
    /// A naive process: bytes by page, with what may be done with them.
    private struct Model {
        struct Page {
            var bytes = [UInt8](repeating: 0, count: 4_096)
            var protection: PageProtection
        }
        var pages: [UInt64: Page] = [:]
    }

    /// Reserves, commits, protects, decommits, reads and writes at random in one reservation of 96 pages.
    private func exercise<Format, MMU, Policy, Device>(
        _ process: SimulatedProcess<Format, MMU, Policy, Device>, seed: UInt64, calls: Int
    ) throws {
        var random = SeededGenerator(seed: seed)
        let count = 96
        let base = try process.space.allocate(
            AllocationRequest(byteCount: UInt64(count) * 4_096, type: .reserve, protection: .noAccess)
        ).start.rawValue
        var model = Model()
        let protections: [PageProtection] = [.readOnly, .readWrite, .executeReadWrite, .executeRead, .noAccess]
        for _ in 0..<calls {
            let first = random.below(count)
            let length = min(1 + random.below(random.oneIn(4) ? 24 : 4), count - first)
            let address = VirtualAddress(base + UInt64(first) * 4_096)
            let numbers = (first..<first + length).map { base / 4_096 + UInt64($0) }
            switch random.below(16) {
            case 0:
                let protection = random.pick(protections)
                try process.space.allocate(
                    AllocationRequest(
                        base: address, byteCount: UInt64(length) * 4_096, type: .commit, protection: protection))
                for number in numbers { model.pages[number, default: Model.Page(protection: protection)].protection = protection }
            case 1:
                try process.space.free(address, byteCount: UInt64(length) * 4_096, .decommit)
                for number in numbers { model.pages[number] = nil }
            case 2:
                let protection = random.pick(protections)
                let isCommitted = numbers.allSatisfy { model.pages[$0] != nil }
                do throws(NTStatus) {
                    try process.space.protect(address, byteCount: UInt64(length) * 4_096, protection)
                    #expect(isCommitted)
                    for number in numbers { model.pages[number]?.protection = protection }
                } catch {
                    #expect(!isCommitted)
                }
            case 14:
                // Refused where pages are not there or too few frames would be left; what is locked is in memory.
                let isLocked =
                    Result { () throws(NTStatus) in try process.space.lock(address, byteCount: UInt64(length) * 4_096) }
                for number in numbers {
                    guard case .success = isLocked else { break }
                    let place = process.machine.place(of: VirtualAddress(number * 4_096))
                    if case .memory = place { continue }
                    Issue.record("a locked page is in memory")
                }
            case 15:
                try? process.space.unlock(address, byteCount: 4_096)
            case 3, 4, 5:
                let number = numbers[0]
                let offset = random.below(4_096 - 8)
                let bytes = (0..<8).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                let place = VirtualAddress(number * 4_096 + UInt64(offset))
                switch Result(catching: { () throws(ProcessFault) in try process.write(bytes, at: place) }) {
                case .success:
                    #expect(model.pages[number]?.protection.allowsWriting == true)
                    model.pages[number]?.bytes.replaceSubrange(offset..<offset + 8, with: bytes)
                case .failure(let fault):
                    #expect(fault == .accessViolation(place, .write))
                    #expect(model.pages[number]?.protection.allowsWriting != true)
                }
            default:
                let number = numbers[0]
                let place = VirtualAddress(number * 4_096)
                switch Result(catching: { () throws(ProcessFault) in try process.read(count: 4_096, at: place) }) {
                case .success(let bytes):
                    try #require(bytes == model.pages[number]?.bytes)
                    #expect(model.pages[number]?.protection.allowsReading == true)
                case .failure(let fault):
                    #expect(fault == .accessViolation(place, .read))
                    #expect(model.pages[number]?.protection.allowsReading != true)
                }
            }
        }
        try process.space.free(VirtualAddress(base), byteCount: 0, .release)
        #expect(throws: ProcessFault.self) { try process.read(count: 1, at: VirtualAddress(base)) }
    }

    @Test("random calls and accesses are those of a naive process, on x86-64", arguments: 1...3)
    func randomX86(seed: UInt64) throws {
        let process = try x86Process(frames: 9)
        try exercise(process, seed: seed, calls: 4_000)
        #expect(process.machine.counts.writeBacks > 50 && process.machine.counts.reads > 50, "\(process.machine.counts)")
    }

    @Test("random calls and accesses are those of a naive process, on AArch64", arguments: 1...3)
    func randomARM(seed: UInt64) throws {
        let process = try armProcess(frames: 9)
        try exercise(process, seed: seed, calls: 4_000)
        #expect(process.machine.counts.writeBacks > 50 && process.machine.counts.reads > 50, "\(process.machine.counts)")
    }

    @Test("a terabyte takes as long as a page, and only what is touched takes frames")
    func reservesTerabytes() throws {
        let process = try x86Process(frames: 4)
        let range = try process.space.allocate(
            AllocationRequest(byteCount: 1 << 40, type: [.reserve, .commit], protection: .readWrite))
        let far = VirtualAddress(range.start.rawValue + (1 << 39))
        try process.write([1, 2, 3], at: far)
        #expect(try process.read(count: 4, at: far) == [1, 2, 3, 0])
        #expect(process.machine.counts.zeroFills == 1)
        try process.space.free(range.start, byteCount: 0, .release)
        #expect(process.machine.place(of: far) == nil)
    }

    @Test("a view's writes are seen in all views; a copy on write is the writer's alone, and its page says so")
    func copiesOnWrite() throws {
        let process = try x86Process(frames: 3)
        let file = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 / 40) }
        process.machine.provide(SectionContents(file), for: .file(7))
        let section = try Section.file(
            SectionFile(token: 7, byteCount: UInt64(file.count), access: [.read, .write]), byteCount: 0, protection: .readWrite,
            attributes: .commit, ledger: process.space.ledger)
        let shared = try process.space.mapView(ViewRequest(section: section, protection: .readWrite)).range.start
        let other = try process.space.mapView(ViewRequest(section: section, protection: .readOnly)).range.start
        let copied = try process.space.mapView(ViewRequest(section: section, protection: .writeCopy)).range.start
        #expect(
            try process.read(count: 100, at: VirtualAddress(other.rawValue + 9_990)) == Array(file[9_990...])
                + [UInt8](repeating: 0, count: 90))
        try process.write([0xAA], at: VirtualAddress(shared.rawValue + 5_000))
        try process.write([0xBB], at: VirtualAddress(copied.rawValue + 5_001))
        for page in 0..<3 { _ = try process.read(count: 1, at: VirtualAddress(other.rawValue + UInt64(page) * 4_096)) }
        #expect(try process.read(count: 2, at: VirtualAddress(other.rawValue + 5_000)) == [0xAA, file[5_001]])
        #expect(try process.read(count: 2, at: VirtualAddress(copied.rawValue + 5_000)) == [0xAA, 0xBB])
        #expect(try process.space.query(VirtualAddress(copied.rawValue + 4_096)).protection == .readWrite)
        #expect(try process.space.query(VirtualAddress(copied.rawValue)).protection == .writeCopy)
        // What was written goes to the file, what was copied does not.
        var expected = file
        expected[5_000] = 0xAA
        #expect(try process.machine.contents(of: .file(7), byteCount: file.count) == expected)
        #expect(throws: ProcessFault.accessViolation(other, .write)) { try process.write([1], at: other) }
        try process.space.unmapView(copied)
        #expect(try process.read(count: 2, at: VirtualAddress(shared.rawValue + 5_000)) == [0xAA, file[5_001]])
    }

    @Test("a guard page raises once, for its page alone")
    func guards() throws {
        let process = try x86Process(frames: 4)
        let base = try process.space.allocate(
            AllocationRequest(byteCount: 3 * 4_096, type: [.reserve, .commit], protection: [.readWrite, .guardPage])
        ).start
        let second = VirtualAddress(base.rawValue + 4_096)
        #expect(throws: ProcessFault.guardPage(second)) { try process.write([5], at: second) }
        try process.write([5], at: second)
        #expect(try process.read(count: 1, at: second) == [5])
        #expect(throws: ProcessFault.guardPage(base)) { try process.read(count: 1, at: base) }
    }

    @Test("data are not executed where that is prevented, and are where it is not")
    func preventsExecution() throws {
        let process = try x86Process(frames: 4)
        let base = try process.space.allocate(
            AllocationRequest(byteCount: 4_096, type: [.reserve, .commit], protection: .readWrite)
        ).start
        try process.write([0xC3], at: base)
        #expect(throws: ProcessFault.accessViolation(base, .execute)) { try process.fetch(at: base) }
        try process.space.protect(base, byteCount: 4_096, .executeRead)
        try process.fetch(at: base)
        #expect(try process.read(count: 1, at: base) == [0xC3])
    }

    @Test("a paging file that fails is an error in the page, and the access may be tried again")
    func survivesFailures() throws {
        let device = FaultyDevice()
        let process = try x86Process(frames: 2, device: device)
        let base = try process.space.allocate(
            AllocationRequest(byteCount: 8 * 4_096, type: [.reserve, .commit], protection: .readWrite)
        ).start.rawValue
        for page in 0..<8 as Range<UInt64> { try process.write([UInt8(page) + 1], at: VirtualAddress(base + page * 4_096)) }
        device.fail(true)
        #expect(throws: ProcessFault.self) { try process.read(count: 1, at: VirtualAddress(base)) }
        device.fail(false)
        for page in 0..<8 as Range<UInt64> {
            #expect(try process.read(count: 1, at: VirtualAddress(base + page * 4_096)) == [UInt8(page) + 1])
        }
    }

    @Test("with no storage left a page is refused, and freeing some helps")
    func runsOutOfStorage() throws {
        let process = try x86Process(frames: 2, pages: 4)
        let base = try process.space.allocate(
            AllocationRequest(byteCount: 8 * 4_096, type: [.reserve, .commit], protection: .readWrite)
        ).start
        for page in 0..<4 as Range<UInt64> { try process.write([1], at: VirtualAddress(base.rawValue + page * 4_096)) }
        let fifth = VirtualAddress(base.rawValue + 4 * 4_096)
        #expect(throws: ProcessFault.inPage(fifth, .outOfPages(4))) { try process.write([1], at: fifth) }
        try process.space.free(base, byteCount: 4_096, .decommit)
        try process.write([9], at: fifth)
        #expect(try process.read(count: 2, at: fifth) == [9, 0])
    }

    @Test("physical pages keep their contents wherever they are mapped, are never paged, and come back as zeros")
    func physicalPages() throws {
        let process = try x86Process(frames: 2, physicalFrames: 3)
        process.space.canLockMemory = true
        let frames = try process.space.allocateFrames(8)
        #expect(frames.count == 3)
        let window = try process.space.allocate(
            AllocationRequest(byteCount: 1 << 38, type: [.reserve, .physical], protection: .readWrite)
        ).start
        let second = VirtualAddress(window.rawValue + 4_096)
        #expect(throws: ProcessFault.accessViolation(window, .write)) { try process.write([1], at: window) }
        try process.space.mapFrames(window, pageCount: 2, frames: [frames[0], frames[1]])
        try process.write([10], at: window)
        try process.write([11], at: second)
        // Other pages fight for the two frames of the paging machine; these have nothing to do with it.
        let other = try process.space.allocate(
            AllocationRequest(byteCount: 8 * 4_096, type: [.reserve, .commit], protection: .readWrite)
        ).start.rawValue
        for page in 0..<8 as Range<UInt64> { try process.write([99], at: VirtualAddress(other + page * 4_096)) }
        let reads = process.machine.counts.reads
        try process.space.mapFrames(window, pageCount: 2, frames: [frames[1], frames[2]])
        #expect(try process.read(count: 1, at: window) == [11])
        #expect(try process.read(count: 1, at: second) == [0])
        try process.space.mapFrames(window, pageCount: 2, frames: nil)
        #expect(throws: ProcessFault.accessViolation(window, .read)) { try process.read(count: 1, at: window) }
        try process.space.mapFrames(second, pageCount: 1, frames: [frames[0]])
        #expect(try process.read(count: 1, at: second) == [10])
        #expect(process.machine.counts.reads == reads)
        try process.space.freeFrames([frames[0]])
        #expect(throws: ProcessFault.accessViolation(second, .read)) { try process.read(count: 1, at: second) }
        let again = try process.space.allocateFrames(1)
        #expect(again == [frames[0]])
        try process.space.mapFrames(second, pageCount: 1, frames: again)
        #expect(try process.read(count: 1, at: second) == [0])
        try process.space.free(window, byteCount: 0, .release)
        #expect(throws: ProcessFault.accessViolation(second, .read)) { try process.read(count: 1, at: second) }
        // What is mapped next at these addresses has nothing of it.
        try process.space.allocate(
            AllocationRequest(base: window, byteCount: 2 * 4_096, type: [.reserve, .commit], protection: .readWrite))
        try process.write([5], at: second)
        try process.space.freeFrames(Array(frames[1...]) + again)
        #expect(try process.read(count: 1, at: second) == [5])
    }

    @Test("the pages of closed sections serve others, and a file keeps what was written to it")
    func closesSections() throws {
        let process = try x86Process(frames: 2, pages: 6)
        process.machine.provide(SectionContents([UInt8](repeating: 7, count: 9_000)), for: .file(1))
        for round in 0..<6 as Range<UInt64> {
            let section = try Section.pagingFile(
                round, byteCount: 3 * 4_096, protection: .readWrite, attributes: .commit, platform: .x64,
                ledger: process.space.ledger)
            let file = try Section.file(
                SectionFile(token: 1, byteCount: 9_000, access: [.read, .write]), byteCount: 0, protection: .readWrite,
                attributes: .commit, ledger: process.space.ledger)
            let view = try process.space.mapView(ViewRequest(section: section, protection: .readWrite)).range.start
            let fileView = try process.space.mapView(ViewRequest(section: file, protection: .readWrite)).range.start
            for page in 0..<3 as Range<UInt64> {
                let place = VirtualAddress(view.rawValue + page * 4_096)
                #expect(try process.read(count: 2, at: place) == [0, 0])
                try process.write([UInt8(round) + 1], at: place)
            }
            #expect(try process.read(count: 1, at: VirtualAddress(fileView.rawValue + 8_192)) == [7])
            #expect(try process.read(count: 1, at: fileView) == [round == 0 ? 7 : UInt8(round) + 99])
            try process.write([UInt8(round) + 100], at: fileView)
            #expect(try !process.machine.close(section.storage))
            try process.space.unmapView(view)
            try process.space.unmapView(fileView)
            #expect(try process.machine.close(section.storage))
            #expect(try process.machine.close(file.storage))
        }
        #expect(try process.machine.contents(of: .file(1), byteCount: 2) == [105, 7])
    }
}
