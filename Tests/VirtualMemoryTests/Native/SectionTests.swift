import MemoryMap
import Testing

@testable import VirtualMemory

@Suite struct SectionTests {
    static let ledger: UInt64 = 1 << 40

    private func make(
        _ raw: UInt32, _ protection: PageProtection = .readWrite, size: UInt64 = 0x1000, file: SectionFile? = nil
    ) -> (section: Section?, error: UInt32?) {
        var api = Win32VirtualMemory(makeSpace())
        let attributes = SectionAttributes(rawValue: raw)
        let section =
            if let file {
                api.createFileMapping(
                    file, { () throws(PEImageError) -> PEImage in throw .notMZ }, byteCount: size, protection, attributes)
            } else {
                api.createFileMapping(1, byteCount: size, protection, attributes)
            }
        return (section, api.lastError?.rawValue)
    }

    private static let (reserve, commit, noCache): (UInt32, UInt32, UInt32) = (0x400_0000, 0x800_0000, 0x1000_0000)
    private static let (writeCombine, large, image, file): (UInt32, UInt32, UInt32, UInt32) = (
        0x4000_0000, 0x8000_0000, 0x100_0000, 0x80_0000
    )

    @Test(arguments: [0, reserve, reserve | noCache, reserve | writeCombine, commit, commit | noCache, commit | writeCombine])
    func accepted(raw: UInt32) throws {
        let section = try #require(make(raw).section)
        #expect(section.attributes.rawValue == (raw == 0 ? Self.commit : raw))
        let ofFile = try #require(make(raw, file: SectionFile(token: 1, byteCount: 100, access: [.read, .write])).section)
        #expect(ofFile.attributes.rawValue == Self.file | raw & (Self.noCache | Self.writeCombine))
    }

    @Test(arguments: [
        reserve | commit, noCache, writeCombine, large, reserve | large, file, file | commit, file | reserve, image | reserve,
        image | commit, image | writeCombine, image | large, reserve | commit | image, commit | 1,
    ])
    func refused(raw: UInt32) {
        #expect(make(raw).error == 87)
        #expect(make(raw, file: SectionFile(token: 1, byteCount: 100, access: [.read, .write])).error == 87)
    }

    @Test func images() {
        #expect(make(Self.image, .readOnly).error == 193)
        #expect(make(Self.image | Self.noCache, .readOnly).error == 193)
        #expect(make(Self.image, .readOnly, file: SectionFile(token: 1, byteCount: 100, access: .read)).error == 193)
        #expect(make(Self.commit | Self.large).error == 87)
        #expect(make(Self.commit | Self.large, size: 0x20_0000).error == 1314)
    }

    @Test func protections() {
        for raw in 0..<0x800 as Range<UInt32> {
            let isValid = [2, 4, 8, 0x20, 0x40, 0x80].contains(raw)
            #expect(make(0, PageProtection(rawValue: raw)).error == (isValid ? nil : 87))
        }
    }

    /// What a file is opened for, and which protections it can be mapped with.
    @Test func fileAccess() {
        let rows: [(SectionFile.Access, [PageProtection])] = [
            (.read, [.readOnly, .writeCopy]), ([.read, .write], [.readOnly, .readWrite, .writeCopy]),
            ([.read, .execute], [.readOnly, .writeCopy, .executeRead, .executeWriteCopy]),
            (
                [.read, .write, .execute],
                [.readOnly, .readWrite, .writeCopy, .executeRead, .executeReadWrite, .executeWriteCopy]
            ), (.write, []), ([], []),
        ]
        for (access, allowed) in rows {
            let file = SectionFile(token: 1, byteCount: 0x1000, access: access)
            for word in [.readOnly, .readWrite, .writeCopy, .executeRead, .executeReadWrite, .executeWriteCopy]
                as [PageProtection]
            {
                #expect(make(0, word, size: 0, file: file).error == (allowed.contains(word) ? nil : 5))
            }
        }
    }

    @Test func sizes() {
        #expect(make(0, size: 0x3452).section?.byteCount == 0x4000)
        #expect(make(0, size: 0).error == 87)
        #expect(make(0, size: .max).error == 87)
        let file = SectionFile(token: 1, byteCount: 0x3452, access: [.read, .write])
        #expect(make(0, size: 0, file: file).section?.byteCount == 0x3452)
        #expect(make(0, size: 0x3000, file: file).section?.byteCount == 0x3000)
        #expect(make(0, size: 0x5000, file: file).section?.byteCount == 0x5000)
        #expect(make(0, .readOnly, size: 0x5000, file: file).error == 8)
        #expect(make(0, size: 0, file: SectionFile(token: 1, byteCount: 0, access: [.read, .write])).error == 1006)
    }

    @Test func commitment() throws {
        let ledger = CommitLedger(limit: 0x10_000)
        func section(_ attributes: SectionAttributes, _ size: UInt64) throws(NTStatus) -> Section {
            try Section.pagingFile(
                1, byteCount: size, protection: .readWrite, attributes: attributes, platform: .x64Large, ledger: ledger)
        }
        do {
            let committed = try section(.commit, 0xF001)
            #expect(ledger.charge == 0x10_000 && committed.byteCount == 0x10_000)
            #expect(status { () throws(NTStatus) in try section(.commit, 1) } == .commitmentLimit)
            _ = try section(.reserve, 1 << 40)
        }
        #expect(ledger.charge == 0)
        // A view keeps its section, and what that is charged, after everybody else has let it go.
        var space = Space(platform: .x64Large, ledger: ledger, backend: BookkeepingOnly())
        let base = try space.mapView(ViewRequest(section: try section(.commit, 0x1000), protection: .readOnly)).range.start
        #expect(ledger.charge == 0x1000)
        try space.unmapView(base)
        #expect(ledger.charge == 0)
    }
}
