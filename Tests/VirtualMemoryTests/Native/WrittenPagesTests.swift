import MemoryMap
import Testing

@testable import VirtualMemory

/// A backend whose every page is written, and which counts the pages that it is asked for.
private struct Written: IdleBackend {
    var asked: UInt64 = 0

    mutating func takeWrites(in range: VirtualRange, _ report: (VirtualRange) -> Void) {
        asked += (range.last.rawValue - range.start.rawValue + 1) / 0x1000
        report(range)
    }
}

@Suite struct WrittenPagesTests {
    /// The backend is asked for a few windows, not for the region, where few pages fit.
    @Test(arguments: [1, 10, 64, 65, 1000])
    func asksForWhatFits(capacity: Int) throws {
        var space = AddressSpace(platform: .x64Large, ledger: CommitLedger(), backend: Written())
        let size: UInt64 = 1 << 40
        let base = try space.allocate(0, size, [.reserve, .commit, .writeWatch])
        var expected = base
        for round in 1...20 as ClosedRange<UInt64> {
            let start = VirtualAddress(expected)
            let pages = try space.writtenPages(start, byteCount: size - (expected - base), capacity: capacity, reset: true)
            #expect(pages.map(\.rawValue) == (0..<UInt64(capacity)).map { expected + $0 * 0x1000 })
            expected += UInt64(capacity) * 0x1000
            #expect(space.backend.asked <= round * max(64, 3 * UInt64(capacity)))
        }
    }

    @Test func extendsSectionsOfFiles() throws {
        let file = SectionFile(token: 1, byteCount: 0x3000, access: [.read, .write])
        var grown: [UInt64] = []
        func make(_ protection: PageProtection) throws -> Section {
            try Section.file(file, byteCount: 0x1000, protection: protection, attributes: .commit, ledger: CommitLedger())
        }
        let section = try make(.readWrite)
        func extend(_ section: Section, _ size: UInt64) -> NTStatus? {
            status { () throws(NTStatus) in
                try section.extend(to: size, fileByteCount: 0x3000) { size throws(NTStatus) in
                    guard size < 0x1_0000 else { throw .insufficientResources }
                    grown.append(size)
                }
            }
        }
        #expect(extend(section, 0x2800) == nil && section.byteCount == 0x2800 && grown == [])
        #expect(extend(section, 0x3001) == nil && section.byteCount == 0x3001 && grown == [0x3001])
        #expect(extend(section, 0x10) == nil && section.byteCount == 0x3001)
        #expect(extend(section, 0x1_0000) == .insufficientResources && section.byteCount == 0x3001)
        #expect(extend(section, .max) == .sectionTooBig && section.byteCount == 0x3001)
        let reader = try make(.writeCopy)
        #expect(extend(reader, 0x3000) == nil && extend(reader, 0x3001) == .sectionNotExtended && reader.byteCount == 0x3000)
        let anonymous = try Section.pagingFile(
            1, byteCount: 0x1000, protection: .readWrite, attributes: .commit, platform: .x64Large, ledger: CommitLedger())
        #expect(extend(anonymous, 0x2000) == .sectionNotExtended && anonymous.byteCount == 0x1000)
        #expect(grown == [0x3001])
    }
}
