import MemoryMap
import SeededRandom
import Testing

@testable import HostVirtualMemory

@Suite struct WriteWatchTests {
    private static let page: UInt64 = 0x1000

    private static func range(_ first: UInt64, _ count: UInt64) throws -> VirtualRange {
        try #require(VirtualRange(start: VirtualAddress(first * page), byteCount: count * page))
    }

    /// Against a set of pages: writes, forgotten parts, regions that come and go in pieces.
    @Test func agreesWithASet() throws {
        var random = SeededGenerator(seed: 6)
        var watches = WriteWatches()
        var (watched, written): (Set<UInt64>, Set<UInt64>) = ([], [])
        for _ in 0..<20_000 {
            let first = UInt64.random(in: 0x10..<0x400, using: &random)
            let range = try Self.range(first, UInt64.random(in: 1...200, using: &random))
            let pages = Set(first..<(range.last.rawValue / Self.page + 1))
            switch Int.random(in: 0..<10, using: &random) {
            case 0 where watched.isDisjoint(with: pages):
                watches.add(range)
                watched.formUnion(pages)
            case 1 where pages.isSubset(of: watched):
                // A release lies in one region; regions that touch are removed one by one.
                for page in pages.sorted() { watches.remove(try Self.range(page, 1)) }
                watched.subtract(pages)
                written.subtract(pages)
            case 2:
                watches.forget(range)
                written.subtract(pages)
            case 3:
                let found = watches.written(in: range).flatMap { $0.start.rawValue / Self.page...$0.last.rawValue / Self.page }
                #expect(found == written.intersection(pages).sorted())
            default:
                watches.write(VirtualAddress(first * Self.page + 17))
                if watched.contains(first) { written.insert(first) }
            }
            #expect(watches.isWatched(range.start) == watched.contains(first))
        }
        #expect(!written.isEmpty)
    }

    @Test func readsTheKernelsList() throws {
        let mappings = MappedRange.all()
        #expect(mappings.count > 5)
        for (one, next) in zip(mappings, mappings.dropFirst()) { #expect(one.range.last < next.range.start) }
        let line = Array("7f0000001000-7f0000003000 r-xp 00000000 08:01 12  /lib/x.so".utf8)
        let mapping = try #require(MappedRange(line: line[...]))
        #expect(mapping.isFile && mapping.access == [.read, .execute] && mapping.range.byteCount == 0x2000)
        #expect(MappedRange(line: Array("7f0000003000-7f0000001000 r-xp".utf8)[...]) == nil)
        #expect(MappedRange(line: Array("nothing".utf8)[...]) == nil)
        #expect(MappedRange(line: [][...]) == nil)
    }

    /// Lists as they are when other threads map and unmap between their pages: no two mappings overlap, none is lost.
    @Test(
        arguments: [
            // One that has grown, one that has been joined with the two before it, one that has come in place of the last one's end.
            ("1000-3000 rw-p\n1000-5000 rw-p\n6000-7000 r--p\n", [0x1000...0x4FFF, 0x6000...0x6FFF]),
            ("1000-2000 rw-p\n2000-3000 r--p\n1000-5000 rw-p\n", [0x1000...0x4FFF]),
            ("1000-4000 rw-p\n3000-5000 r--p\n5000-6000 rw-p", [0x1000...0x2FFF, 0x3000...0x4FFF, 0x5000...0x5FFF]),
            ("1000-2000 rw-p\n2000-4000 rw-p\n3000-5000 r--p\n", [0x1000...0x1FFF, 0x2000...0x2FFF, 0x3000...0x4FFF]),
            ("", []),
        ] as [(String, [ClosedRange<UInt64>])])
    func joinsLinesOfDifferentMoments(_ list: String, _ ranges: [ClosedRange<UInt64>]) {
        let mappings = MappedRange.mappings(of: Array(list.utf8))
        #expect(mappings.map { $0.range.start.rawValue...$0.range.last.rawValue } == ranges)
    }
}
