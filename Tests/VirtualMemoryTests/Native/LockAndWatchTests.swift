import MemoryMap
import Testing

@testable import VirtualMemory

@Suite struct LockAndWatchTests {
    @Test func locks() throws {
        var space = makeSpace()
        space.lockLimit = 0x4000
        let base = try space.allocate(0, 0x1_0000, .reserve)
        try space.allocate(base, 0x8000, .commit)
        func lock(_ offset: UInt64, _ size: UInt64) -> NTStatus? {
            status { () throws(NTStatus) in try space.lock(VirtualAddress(base + offset), byteCount: size) }
        }
        func unlock(_ offset: UInt64, _ size: UInt64) -> NTStatus? {
            status { () throws(NTStatus) in try space.unlock(VirtualAddress(base + offset), byteCount: size) }
        }
        #expect(lock(0x7000, 0x2000) == .accessViolation)
        #expect(lock(0, 0) == .invalidParameter)
        #expect(lock(0, 0x4000) == nil)
        // There is no count: again costs nothing, and once unlocked is unlocked.
        #expect(lock(0, 0x4000) == nil)
        #expect(space.lockedBytes == 0x4000)
        #expect(lock(0x3000, 0x2000) == .workingSetQuota)
        #expect(unlock(0, 0x2000) == nil)
        #expect(unlock(0, 0x1000) == .notLocked)
        #expect(unlock(0x1000, 0x2000) == .notLocked)
        #expect(space.lockedBytes == 0x2000)
        // Locks go with the storage.
        try space.free(base + 0x2000, 0x1000, .decommit)
        #expect(space.lockedBytes == 0x1000)
        try space.protect(base, 0x1000, .noAccess)
        #expect(lock(0, 0x1000) == .accessViolation)
        try space.free(base, 0, .release)
        #expect(space.lockedBytes == 0)
    }

    @Test("locking brings watched pages in for writing, where they can be written")
    func locksAreWrites() throws {
        var space = makeSpace()
        let base = try space.allocate(0, 0x8000, [.reserve, .commit, .writeWatch])
        try space.protect(base + 0x2000, 0x1000, .readOnly)
        try space.lock(VirtualAddress(base + 0x1000), byteCount: 0x3000)
        let written = try space.writtenPages(VirtualAddress(base), byteCount: 0x8000, capacity: 8, reset: true)
        #expect(written.map { $0.rawValue - base } == [0x1000, 0x3000])
        // A lock that is refused writes nothing.
        try space.protect(base + 0x5000, 0x1000, [.readWrite, .guardPage])
        #expect(
            status { () throws(NTStatus) in try space.lock(VirtualAddress(base + 0x4000), byteCount: 0x2000) }
                == .guardPageViolation)
        #expect(try space.writtenPages(VirtualAddress(base), byteCount: 0x8000, capacity: 8, reset: false).isEmpty)
    }

    @Test func writeWatches() throws {
        var space = makeSpace()
        let base = try space.allocate(0, 0x10_0000, [.reserve, .commit, .writeWatch])
        func written(_ offset: UInt64, _ size: UInt64, _ capacity: Int = 100, reset: Bool = false) throws -> [UInt64] {
            try space.writtenPages(VirtualAddress(base + offset), byteCount: size, capacity: capacity, reset: reset)
                .map { $0.rawValue - base }
        }
        #expect(try written(0, 0x10_0000) == [])
        for page in [3, 5, 6, 7, 200] as [UInt64] { _ = try space.touch(VirtualAddress(base + page * 0x1000 + 17), .write) }
        _ = try space.touch(VirtualAddress(base), .read)
        #expect(try written(0, 0x10_0000) == [0x3000, 0x5000, 0x6000, 0x7000, 0xC8000])
        #expect(try written(0x4000, 0x2800) == [0x5000, 0x6000])
        // Only those that are given are reset.
        #expect(try written(0, 0x10_0000, 3, reset: true) == [0x3000, 0x5000, 0x6000])
        #expect(try written(0, 0x10_0000) == [0x7000, 0xC8000])
        try space.protect(base + 0x7000, 0x1000, .readOnly)
        #expect(try written(0, 0x10_0000) == [0x7000, 0xC8000])
        // The change of protection took note of the write: decommitting forgets the other one only.
        try space.free(base, 0x10_0000, .decommit)
        #expect(try written(0, 0x10_0000) == [0x7000])
        try space.allocate(base, 0x10_0000, .commit)
        #expect(try written(0, 0x10_0000, reset: true) == [0x7000])
        try space.free(base, 0x10_0000, .decommit)
        try space.allocate(base, 0x10_0000, .commit)
        #expect(try written(0, 0x10_0000) == [])
        _ = try space.touch(VirtualAddress(base), .write)
        try space.resetWrites(VirtualAddress(base), byteCount: 0x10_0000)
        #expect(try written(0, 0x10_0000) == [])
        #expect(throws: NTStatus.invalidParameter) { try written(0, 0) }
        #expect(throws: NTStatus.invalidParameter) { try written(0, 0x1000, 0) }
        #expect(throws: NTStatus.invalidParameter) { try written(0, 0x10_0001) }
        // Nothing is left of writes to memory that was given back.
        _ = try space.touch(VirtualAddress(base), .write)
        try space.protect(base, 0x1000, .readOnly)
        try space.free(base, 0, .release)
        try space.allocate(base, 0x10_0000, [.reserve, .commit, .writeWatch])
        #expect(try written(0, 0x10_0000) == [])
        let plain = try space.allocate(0, 0x1000, [.reserve, .commit])
        #expect(throws: NTStatus.invalidParameter) { try written(plain - base, 0x1000) }
    }

    @Test func physicalPages() throws {
        var space = makeSpace()
        #expect(status { () throws(NTStatus) in try space.allocateFrames(4) } == .privilegeNotHeld)
        space.canLockMemory = true
        let frames = try space.allocateFrames(4)
        let base = try space.allocate(0, 0x1_0000, [.reserve, .physical])
        func map(_ offset: UInt64, _ frames: [UInt64]?, pages: Int? = nil) -> NTStatus? {
            status { () throws(NTStatus) in
                try space.mapFrames(VirtualAddress(base + offset), pageCount: pages ?? frames?.count ?? 1, frames: frames)
            }
        }
        #expect(space.access(VirtualAddress(base), .write) == .accessViolation)
        #expect(map(0x2000, [frames[0], frames[1]]) == nil)
        #expect(try space.query(base).byteCount == 0x2000 && space.query(base).state == .reserved)
        #expect(try space.query(base + 0x2000).byteCount == 0x2000 && space.query(base + 0x2000).protection == .readWrite)
        #expect(space.access(VirtualAddress(base + 0x3000), .write) == .ready)
        // A frame is in one place, owned, and in a region of its kind.
        #expect(map(0x8000, [frames[0]]) == .invalidParameter)
        #expect(map(0x8000, [frames[2], frames[2]]) == .invalidParameter)
        #expect(map(0x8000, [9999]) == .invalidParameter)
        #expect(map(0xF000, [frames[2], frames[3]]) == .invalidParameter)
        #expect(map(0x3000, [frames[0], frames[1]]) == .invalidParameter)
        #expect(map(0x2000, [frames[1], frames[0]]) == nil)
        #expect(map(0x2000, nil, pages: 2) == nil)
        #expect(map(0x8000, [frames[1]]) == nil)
        let other = try space.allocate(0, 0x1_0000, [.reserve, .physical])
        func scatter(_ addresses: [UInt64], _ frames: [UInt64]?) -> NTStatus? {
            status { () throws(NTStatus) in try space.mapFrames(at: addresses.map { VirtualAddress($0) }, frames: frames) }
        }
        #expect(scatter([other, base + 0x1000], [frames[0], frames[1]]) == .invalidParameter)
        #expect(scatter([other, base + 0x8000], [frames[1], frames[0]]) == nil)
        #expect(scatter([other + 0xFFF, other], nil) == .invalidParameter)
        #expect(scatter([other, other + 0x1_0000], nil) == .invalidParameter)
        #expect(scatter([other], [frames[1], frames[2]]) == .invalidParameter)
        #expect(scatter([], nil) == .invalidParameter)
        #expect(try space.query(other).state == .committed && space.query(base + 0x8000).state == .committed)
        #expect(scatter([other, base + 0x1000, base + 0x8000], nil) == nil)
        #expect(try space.query(other).byteCount == 0x1_0000 && space.query(base).byteCount == 0x1_0000)
        #expect(map(0x8000, [frames[1]]) == nil)
        #expect(status { () throws(NTStatus) in try space.free(base, 0x1000, .release) } == .freeVMNotAtBase)
        #expect(status { () throws(NTStatus) in try space.freeFrames([1234]) } == .invalidParameter)
        #expect(status { () throws(NTStatus) in try space.freeFrames([frames[1], frames[0], frames[1]]) } == .invalidParameter)
        try space.freeFrames([frames[1]])
        #expect(try space.query(base).byteCount == 0x1_0000)
        try space.free(base, 0, .release)
        try space.freeFrames([frames[0], frames[2], frames[3]])
    }
}
