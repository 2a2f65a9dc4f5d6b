import PageReplacement
import PagingSimulation
import Testing

@Suite struct TraceTests {
    private static func read(_ text: String, pieces: Int = 1_000, pageShift: UInt64 = 12) throws(PageTraceError) -> PageTrace {
        var reader = PageTraceReader(pageShift: pageShift)
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let end = min(start + pieces, bytes.count)
            try reader.read(bytes.span.extracting(start..<end))
            start = end
        }
        return try reader.finish()
    }

    private static func numbers(_ trace: PageTrace) -> [UInt32] { trace.pages.map(\.rawValue) }

    @Test(arguments: [1, 3, 1_000])
    func loadsAndStores(pieces: Int) throws {
        let trace = try Self.read("s 0x1fffff50 1\nl 0x1fffe000 6\r\nl 0X2000000f 4", pieces: pieces)
        #expect(Self.numbers(trace) == [0, 1, 2].map { $0 == 1 ? 1 : $0 })
        #expect(trace.writes == [true, false, false])
        #expect(trace.population == 3)
        #expect(trace.backing == .pagingFile)
    }

    @Test func lackey() throws {
        let trace = try Self.read("==12== Lackey\nI  04000a10,3\n L 1ffefff0,8\n S 1ffefff8,8\n M 04000b00,4\n--12-- note\n")
        #expect(Self.numbers(trace) == [0, 1, 1, 0])
        #expect(trace.writes == [false, false, true, true])
    }

    @Test func blocks() throws {
        let trace = try Self.read("2819\r\n85\r\n*\n# note\n\n2819")
        #expect(Self.numbers(trace) == [0, 1, 0])
        #expect(trace.backing == .file)
    }

    @Test func thePageSizeDecides() throws {
        let text = "l 0x1000 1\nl 0x2000 1\nl 0x10000 1\n"
        #expect(try Self.read(text).population == 3)
        #expect(try Self.read(text, pageShift: 16).population == 2)
    }

    @Test(arguments: [
        ("l 0x10 1\nx 0x20 1\n", PageTraceError.unreadable(line: 2)), ("l 10 1", .unreadable(line: 1)),
        ("l", .unreadable(line: 1)), ("12 13", .unreadable(line: 1)), ("99999999999999999999", .unreadable(line: 1)),
        ("l 0x1ffffffffffffffff 1", .unreadable(line: 1)), ("", .empty), ("# nothing\n", .empty),
        ("1\n" + String(repeating: "9", count: 300), .tooLong(line: 2)),
    ])
    func mistakesNameTheirLine(_ text: String, _ expected: PageTraceError) {
        #expect(throws: expected) { try Self.read(text) }
    }

    @Test func anEndlessCommentTakesNoMemory() throws {
        #expect(try Self.read("#" + String(repeating: "x", count: 100_000) + "\n7\n").population == 1)
    }

    @Test func programsTakeTurnsWithPagesOfTheirOwn() {
        let long = PageTrace(pages: [1, 2, 3, 1, 2])
        let short = PageTrace(pages: [1, 1, 9])
        let both = PageTrace.interleaved([long, short], quantum: 2)
        #expect(Self.numbers(both) == [0, 1, 3, 3, 2, 0, 4, 1])
        #expect(both.population == 5)
    }
}
