import MemoryMap
import Testing

@testable import VirtualMemory

/// What the Win32 functions check beyond the native calls, and what they leave behind.
@Suite struct Win32Tests {
    private func make() -> Win32VirtualMemory<BookkeepingOnly> { Win32VirtualMemory(makeSpace()) }

    @Test func releasesAreWhole() throws {
        var api = make()
        let base = try #require(of { api.virtualAlloc(nil, 0x4000, [.reserve, .commit], .readWrite) })
        #expect(!of { api.virtualFree(base, 0x1000, .release) } && api.lastError?.rawValue == 87)
        #expect(!of { api.virtualFree(base, 0x4000, .release) } && api.lastError?.rawValue == 87)
        let second = VirtualAddress(base.rawValue + 0x1000)
        #expect(!of { api.virtualFree(second, 0, .release) } && api.lastError?.rawValue == 487)
        #expect(!of { api.virtualFree(base, 0, []) } && api.lastError?.rawValue == 87)
        #expect(!of { api.virtualFree(base, 0, [.release, .decommit]) } && api.lastError?.rawValue == 87)
        #expect(of { api.virtualFree(second, 0x1000, .decommit) })
        #expect(of { api.virtualFree(base, 0, .release) })
        #expect(!of { api.virtualFree(base, 0, .release) } && api.lastError?.rawValue == 487)
    }

    @Test func oldProtectionIsNeeded() throws {
        var api = make()
        let base = try #require(of { api.virtualAlloc(nil, 0x2000, [.reserve, .commit], .readWrite) })
        var old: PageProtection?
        #expect(!of { api.virtualProtect(base, 0x1000, .readOnly, &old) } && api.lastError?.rawValue == 998)
        #expect(of { api.virtualQuery(base) }?.protection == .readWrite)
        old = []
        #expect(!of { api.virtualProtect(base, 0x1000, .writeCopy, &old) } && api.lastError?.rawValue == 87)
        #expect(old == .noAccess)
        #expect(of { api.virtualProtect(base, 0x1000, .readOnly, &old) } && old == .readWrite)
        #expect(!of { api.virtualProtect(base, 0x3000, .readOnly, &old) } && api.lastError?.rawValue == 487)
        #expect(!of { api.virtualProtect(base, 0, .readOnly, &old) } && api.lastError?.rawValue == 87)
    }

    @Test func queries() {
        var api = make()
        #expect(of { api.virtualQuery(VirtualAddress(0), bufferSize: 47) } == nil && api.lastError?.rawValue == 24)
        #expect(of { api.virtualQuery(VirtualAddress(0), bufferSize: 48) } != nil)
        #expect(of { api.virtualQuery(VirtualAddress(0x7FFF_FFFF_0000)) } == nil && api.lastError?.rawValue == 87)
    }

    @Test func extendedParameters() {
        var api = make()
        let anywhere = ExtendedParameter.addressRequirements(AddressRequirements(alignment: 0x10_0000))
        #expect(of { api.virtualAlloc2(nil, 0x1000, .reserve, .readWrite, [anywhere, .numaNode(0)]) }?.rawValue == 0x10_0000)
        for parameters in [
            [anywhere, anywhere], [.other(0)], [.other(7)], [.attributes(0), .attributes(0)], [.attributes(0x40)],
            [.imageMachine(0), .imageMachine(0x8664)], [.numaNode(0), .numaNode(1)],
        ] as [[ExtendedParameter]] {
            #expect(of { api.virtualAlloc2(nil, 0x1000, .reserve, .readWrite, parameters) } == nil)
            #expect(api.lastError?.rawValue == 87)
        }
    }

    @Test func locksAndWatches() throws {
        var api = make()
        let base = try #require(
            of { api.virtualAlloc(nil, 0x2000, [.reserve, .commit, .writeWatch], [.readWrite, .guardPage]) })
        #expect(!of { api.virtualLock(base, 0x1000) } && api.lastError?.rawValue == 0x8000_0001)
        #expect(of { api.virtualLock(base, 0x1000) } && of { api.virtualUnlock(base, 0x1000) })
        #expect(!of { api.virtualUnlock(base, 0x1000) } && api.lastError?.rawValue == 158)
        #expect(of { api.getWriteWatch(flags: 2, base, 0x1000, capacity: 8) } == nil && api.lastError?.rawValue == 87)
        _ = try api.space.touch(base, .write)
        #expect(of { api.getWriteWatch(flags: 1, base, 0x2000, capacity: 8) } == [base])
        #expect(of { api.getWriteWatch(flags: 0, base, 0x2000, capacity: 8) } == [])
        #expect(of { api.resetWriteWatch(base, 0x2000) })
    }

    /// Access asked for, and the protection of the view.
    static let accesses: [(UInt32, PageProtection)] = [
        (0, .noAccess), (1, .writeCopy), (2, .readWrite), (3, .readWrite), (4, .readOnly), (5, .readOnly), (6, .readWrite),
        (0x20, .noAccess), (0x21, .executeWriteCopy), (0x22, .executeReadWrite), (0x24, .executeRead), (0x27, .executeReadWrite),
        (0xF_001F, .readWrite), (0x8, .noAccess), (0x9, .noAccess), (0x29, .noAccess), (0xB, .readWrite), (0x2C, .executeRead),
    ]

    @Test(arguments: accesses) func viewAccess(raw: UInt32, protection: PageProtection) throws {
        var api = make()
        let section = try #require(of { api.createFileMapping(1, byteCount: 0x1000, .executeReadWrite) })
        let base = try #require(of { api.mapViewOfFile(section, FileMapAccess(rawValue: raw)) })
        #expect(of { api.virtualQuery(base) }?.allocationProtection == protection)
        #expect(of { api.unmapViewOfFile(VirtualAddress(base.rawValue + 100)) })
        #expect(!of { api.unmapViewOfFile(base) } && api.lastError?.rawValue == 487)
    }

    @Test func viewFailures() throws {
        var api = make()
        let section = try #require(of { api.createFileMapping(1, byteCount: 0x2_0000, .readOnly) })
        func error(_ access: FileMapAccess, offset: UInt64 = 0, size: UInt64 = 0, granted: SectionAccess = .all) -> UInt32? {
            guard of({ api.mapViewOfFile(section, access, offset: offset, byteCount: size, granted: granted) }) == nil else {
                return nil
            }
            return api.lastError?.rawValue
        }
        #expect(error(.write) == 5)
        #expect(error([.read, .execute]) == 5)
        #expect(error(.read, granted: .mapWrite) == 5)
        #expect(error(.copy, granted: .query) == 5)
        // Not even a view without access goes without reading.
        #expect(error([], granted: .mapWrite) == 5)
        #expect(error([], granted: .mapRead) == nil)
        #expect(error(.read, offset: 0x1000) == 1132)
        #expect(error(.read, offset: 0x2_0000) == 87)
        #expect(error(.read, offset: 0x1_0000, size: 0x1_0001) == 5)
        #expect(error(.copy) == nil && error(.read, granted: .mapRead) == nil)
        #expect(
            !of { api.unmapViewOfFile(VirtualAddress(0x5000_0000), UnmapFlags(rawValue: 8)) } && api.lastError?.rawValue == 87)
    }
}
