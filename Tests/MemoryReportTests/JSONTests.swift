import Foundation
import MemoryMap
import MemoryReport
import Testing
import SeededRandom

@Suite struct JSONTests {
    /// The lines that `content` writes, read back by another reader of JSON.
    static func lines(_ content: (inout ByteBuffer) -> Void) throws -> [[String: Any]] {
        var buffer = ByteBuffer()
        content(&buffer)
        #expect(buffer.bytes.last == UInt8(ascii: "\n"))
        return try buffer.bytes.split(separator: UInt8(ascii: "\n")).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
    }

    @Test func `Members of every kind, nested`() {
        let text = written {
            $0.writeEvent("test", from: .kernel) { line in
                line.string("a", "x\"y\\z\n")
                line.number("n", UInt64.max)
                line.number("i", -1)
                line.hexadecimal("h", PhysicalAddress(0xABC))
                line.hexadecimal("v", nil as UInt64?)
                line.bool("t", true)
                line.null("z")
                line.object("o") { object in
                    object.object("p") { _ in }
                    object.bool("q", false)
                }
                line.array("l") { list in
                    list.number("", 1)
                    list.string("", "two")
                    list.array("") { _ in }
                    list.object("") { $0.null("x") }
                }
                line.string("f") { $0.write("<\">") }
                line.string("none", nil)
            }
        }
        #expect(
            text == #"{"strata":1,"source":"kernel","event":"test","a":"x\"y\\z\n","n":18446744073709551615,"i":-1,"h":"0xabc","#
                + #""v":null,"t":true,"z":null,"o":{"p":{},"q":false},"l":[1,"two",[],{"x":null}],"f":"<\">","none":null}"# + "\n"
        )
    }

    @Test func `An event without members, and objects that were left open`() {
        #expect(
            written { $0.writeEvent("finished", from: .kernel) } == #"{"strata":1,"source":"kernel","event":"finished"}"# + "\n")
        let text = written {
            $0.writeJSONLine { line in
                line.beginObject("a")
                line.beginArray("b")
                line.number("", 1)
            }
        }
        #expect(text == #"{"a":{"b":[1]}}"# + "\n")
    }

    @Test func `Levels may nest to the limit`() throws {
        let text = written {
            $0.writeJSONLine { line in
                for _ in 0..<63 { line.beginObject("x") }
                line.number("y", 1)
                for _ in 0..<63 { line.end() }
                line.number("z", 2)
            }
        }
        #expect(text.hasSuffix(#"{"y":1"# + String(repeating: "}", count: 63) + #","z":2}"# + "\n"))
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
    }

    @Test func `Any bytes become one line of valid JSON, replaced as the standard library replaces them`() throws {
        var random = SeededGenerator(seed: 6)
        let pieces: [[UInt8]] = [
            [0x41], [0], [0x0A], [0x0D], [0x1B], [0x22], [0x5C], [0x7F], [0xC2, 0x9B], [0xC3, 0xA9], [0xE2, 0x82, 0xAC],
            [0xED, 0xA0, 0x80],
            [0xF0, 0x9F, 0x98, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80], [0xFF], [0x80], [0xE2, 0x82], [0xF0, 0x9F],
            [0xE0, 0x80],
            [0xEF, 0xBF, 0xBF],
        ]
        for _ in 0..<3000 {
            var bytes: [UInt8] = []
            for _ in 0..<random.below(8) {
                bytes += random.chance(80) ? random.pick(pieces) : [UInt8(truncatingIfNeeded: random.next())]
            }
            var buffer = ByteBuffer()
            buffer.writeJSONLine { $0.string("s", utf8: bytes.span) }
            #expect(buffer.bytes.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7F })
            let text = try #require(String(validating: buffer.bytes, as: UTF8.self))
            #expect(!text.unicodeScalars.contains { (0x80..<0xA0).contains($0.value) })
            let object = try JSONSerialization.jsonObject(with: Data(buffer.bytes)) as? [String: Any]
            #expect(
                Array((object?["s"] as? String ?? "?").unicodeScalars)
                    == Array(String(decoding: bytes, as: UTF8.self).unicodeScalars))
        }
    }

    @Test(arguments: [0, 1, 40, 511, 512, 513, 1536])
    func `A raw table goes out whole in pieces`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 >> 8) }
        let lines = try Self.lines { $0.writeMapEvents(bytes.span, descriptorSize: 48, descriptorVersion: 1, from: .kernel) }
        #expect(lines[0]["event"] as? String == "map")
        #expect(lines[0]["byteCount"] as? Int == count)
        #expect(lines[0]["descriptorSize"] as? Int == 48)
        #expect(lines[0]["descriptorVersion"] as? Int == 1)
        var read: [UInt8] = []
        for line in lines.dropFirst() {
            #expect(line["event"] as? String == "mapData")
            #expect(line["offset"] as? Int == read.count)
            let digits = Array(try #require(line["hex"] as? String))
            #expect(digits.count <= 1024)
            read += stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
        }
        #expect(read == bytes)
    }

    @Test func `Summary, types and regions have the figures of the map`() throws {
        let map = try pcMap()
        let summary = MemoryMapSummary(map, policy: .linuxARM64)
        let lines = try Self.lines {
            $0.writeSummaryEvent(summary, from: .tool)
            $0.writeTypeEvents(summary, from: .tool)
            $0.writeRegionEvents(map, from: .tool)
        }
        #expect(lines.count == 1 + summary.byType.count + map.regions.count)
        #expect(lines.allSatisfy { $0["strata"] as? Int == 1 && $0["source"] as? String == "tool" })
        let first = lines[0]
        #expect(first["ramPages"] as? UInt64 == summary.ram.rawValue)
        #expect(first["usableAfterExitPages"] as? UInt64 == summary.usableAfterExit.rawValue)
        #expect(first["policy"] as? String == "arm64 Linux")
        let run = try #require(first["largestUsableAfterExit"] as? [String: Any])
        #expect(run["start"] as? String == "0x100000")
        let types = lines.filter { $0["event"] as? String == "type" }
        #expect(types.map { $0["pages"] as? UInt64 } == summary.byType.map { $0.pages.rawValue })
        let regions = lines.filter { $0["event"] as? String == "region" }
        #expect(regions.map { $0["pages"] as? UInt64 } == map.regions.map { $0.pages.rawValue })
        #expect(regions.last?["start"] as? String == "0xfd00000000")
        #expect(regions.first?["attributes"] as? String == "0xf")
        #expect(regions.first?["name"] as? String == "BootServicesCode")
    }

    @Test func `A sink that cannot be copied is lent and comes back`() {
        var sink = Counter()
        sink.writeEvent("finished", from: .loader)
        sink.newline()
        #expect(sink.count == 51)
    }

    private struct Counter: TextSink, ~Copyable {
        var count = 0
        mutating func write(_ byte: UInt8) { count += 1 }
    }
}
