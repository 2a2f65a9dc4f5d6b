import MemoryMap
import Testing

@testable import VirtualMemory

/// A backend that knows which frame is under which page, and refuses one page.
private struct Frames: IdleBackend {
    var pages: [UInt64: UInt64] = [:]
    var refused: UInt64?

    mutating func allocateFrames(_ count: Int) throws(BackendError) -> [UInt64] { (0..<UInt64(count)).map { 100 + $0 } }

    mutating func mapFrames(_ range: VirtualRange, _ frames: [UInt64]) throws(BackendError) {
        for (index, page) in stride(from: range.start.rawValue, through: range.last.rawValue, by: 0x1000).enumerated() {
            guard page != refused else { throw .outOfMemory }
            pages[page] = frames.isEmpty ? nil : frames[index]
        }
    }
}

@Suite struct ScatteredFramesTests {
    @Test(arguments: [0, 0x1000, 0x2000] as [UInt64]) func aFailureInARowChangesNothing(refused: UInt64) throws {
        var space = AddressSpace(platform: .x64Large, ledger: CommitLedger(), backend: Frames())
        space.canLockMemory = true
        let base = try space.allocate(0, 0x1_0000, [.reserve, .physical])
        let frames = try space.allocateFrames(6)
        try space.mapFrames(VirtualAddress(base), pageCount: 4, frames: [frames[0], frames[1], frames[2], frames[3]])
        try space.mapFrames(VirtualAddress(base + 0x1000), pageCount: 1, frames: nil)
        let before = space.backend.pages
        space.backend.refused = base + refused
        let new = [frames[5], frames[0], frames[1]]
        #expect(
            status { () throws(NTStatus) in try space.mapFrames(VirtualAddress(base), pageCount: 3, frames: new) } == .noMemory)
        #expect(space.backend.pages == before)
        #expect(try space.query(base + 0x1000).state == .reserved && space.query(base + 0x2000).state == .committed)
        if refused == 0x2000 {
            let freed = [frames[0], frames[2], frames[3]]
            #expect(status { () throws(NTStatus) in try space.freeFrames(freed) } == .noMemory)
            #expect(space.backend.pages == before)
        }
        space.backend.refused = nil
        try space.freeFrames(frames)
        #expect(space.backend.pages.isEmpty)
    }

    /// What was under every page before stays there.
    @Test(arguments: 0..<4) func aFailureChangesNothing(refused: Int) throws {
        var space = AddressSpace(platform: .x64Large, ledger: CommitLedger(), backend: Frames())
        space.canLockMemory = true
        let base = try space.allocate(0, 0x1_0000, [.reserve, .physical])
        let other = try space.allocate(0, 0x1_0000, [.reserve, .physical])
        let frames = try space.allocateFrames(6)
        let pages = [other + 0x5000, base + 0x2000, base, other].map { VirtualAddress($0) }
        try space.mapFrames(VirtualAddress(base), pageCount: 3, frames: [frames[0], frames[1], frames[2]])
        let before = space.backend.pages
        for new in [[frames[2], frames[0], frames[4], frames[5]], nil] {
            space.backend.refused = pages[refused].rawValue
            #expect(status { () throws(NTStatus) in try space.mapFrames(at: pages, frames: new) } == .noMemory)
            #expect(space.backend.pages == before)
            space.backend.refused = nil
        }
        for page: UInt64 in 0..<0x10 {
            for region in [base, other] {
                let address = region + page * 0x1000
                #expect((try space.query(address).state == .committed) == (before[address] != nil))
            }
        }
        try space.mapFrames(at: pages, frames: [frames[2], frames[0], frames[4], frames[5]])
        #expect(
            space.backend.pages == [
                other + 0x5000: frames[2], base + 0x2000: frames[0], base: frames[4], other: frames[5], base + 0x1000: frames[1],
            ])
    }
}
