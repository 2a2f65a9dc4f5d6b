import MemoryMap
import Testing

@testable import VirtualMemory

@Suite struct ProtectTests {
    @Test func privateMemory() throws {
        var space = makeSpace()
        let base = try space.allocate(0, 0x1_0000, .reserve)
        try space.allocate(base, 0x4000, .commit)
        #expect(status { () throws(NTStatus) in try space.protect(base + 0x3000, 0x2000, .readOnly) } == .notCommitted)
        #expect(status { () throws(NTStatus) in try space.protect(0x6000_0000, 0x1000, .readOnly) } == .conflictingAddresses)
        #expect(status { () throws(NTStatus) in try space.protect(base, 0x1_0001, .readOnly) } == .conflictingAddresses)
        for word in AllocationTests.badProtections {
            #expect(status { () throws(NTStatus) in try space.protect(base, 0x1000, word) } == .invalidPageProtection)
        }
        #expect(try space.protect(base + 0xFFF, 2, .readOnly) == .readWrite)
        #expect(try space.query(base).byteCount == 0x2000)
        // The old protection is that of the first page.
        #expect(try space.protect(base + 0x1000, 0x2000, .executeRead) == .readOnly)
        #expect(try space.query(base).byteCount == 0x1000)
        #expect(try space.query(base + 0x1000).byteCount == 0x2000)
        #expect(try space.query(base).allocationProtection == .readWrite)
        // Equal neighbours are one block again.
        try space.protect(base, 0x4000, .readWrite)
        #expect(try space.query(base).byteCount == 0x4000)
        #expect(space.regions.tree.count == 2)
    }

    @Test func guardPages() throws {
        var space = makeSpace()
        let base = try space.allocate(0, 0x3000, [.reserve, .commit], [.readWrite, .guardPage])
        #expect(space.access(VirtualAddress(base + 0x1234), .read) == .guardViolation)
        #expect(try space.touch(VirtualAddress(base + 0x1234), .write) == .guardViolation)
        #expect(try space.touch(VirtualAddress(base + 0x1234), .write) == .demandZero)
        #expect(try space.touch(VirtualAddress(base + 0x1234), .write) == .ready)
        // Only that page has lost its guard, and the region remembers what it was made with.
        #expect(try space.query(base).protection == [.readWrite, .guardPage])
        #expect(try space.query(base).byteCount == 0x1000)
        #expect(try space.query(base + 0x1000).protection == .readWrite)
        #expect(try space.query(base + 0x1000).allocationProtection == [.readWrite, .guardPage])
        #expect(try space.query(base + 0x2000).protection == [.readWrite, .guardPage])
        // Locking trips over it once.
        #expect(
            status { () throws(NTStatus) in try space.lock(VirtualAddress(base + 0x2000), byteCount: 0x1000) }
                == .guardPageViolation)
        try space.lock(VirtualAddress(base + 0x2000), byteCount: 0x1000)
    }

    /// Reading, writing and executing, and whether a write makes a copy.
    static let rightsTable: [(PageProtection, Bool, Bool, Bool)] = [
        (.noAccess, false, false, false), (.readOnly, true, false, false), (.readWrite, true, true, false),
        (.execute, false, false, true), (.executeRead, true, false, true), (.executeReadWrite, true, true, true),
    ]

    @Test(arguments: rightsTable) func rights(protection: PageProtection, read: Bool, write: Bool, execute: Bool) throws {
        var space = makeSpace()
        space.hidesExecuteOnly = true
        let base = VirtualAddress(try space.allocate(0, 0x1000, [.reserve, .commit], protection))
        #expect((space.access(base, .read) != .accessViolation) == read)
        #expect((space.access(base, .write) != .accessViolation) == write)
        #expect((space.access(base, .execute) != .accessViolation) == execute)
        // Without prevention, what can be read can be executed.
        space.preventsDataExecution = false
        #expect((space.access(base, .execute) != .accessViolation) == (execute || read))
        space.hidesExecuteOnly = false
        #expect((space.access(base, .read) != .accessViolation) == (read || protection == .execute))
    }

    @Test func whatHasNoStorageCannotBeAccessed() throws {
        var space = makeSpace()
        let base = try space.allocate(0, 0x2000, .reserve)
        try space.allocate(base, 0x1000, .commit)
        for address in [0, 0xFFFF, base + 0x1000, base + 0x2000, 0x8000_0000_0000, .max] as [UInt64] {
            #expect(try space.touch(VirtualAddress(address), .read) == .accessViolation)
        }
        #expect(try space.touch(VirtualAddress(base), .read) == .demandZero)
        // Storage that is given back and taken again is zeros again.
        try space.free(base, 0x1000, .decommit)
        try space.allocate(base, 0x1000, .commit)
        #expect(try space.touch(VirtualAddress(base), .read) == .demandZero)
    }
}
