import MachineRunner
import MachineRunnerTestSupport
import Testing
import SeededRandom

@Suite("Reading the serial line")
struct SerialLineReaderTests {
    private func lines(_ text: String) -> [SerialLine] {
        var reader = SerialLineReader()
        let lines = reader.read(text.utf8)
        return lines + [reader.finish()].compactMap { $0 }
    }

    private func error(_ line: String) -> BootEventError? {
        guard case .failure(let error) = lines(line).first?.event else { return nil }
        return error
    }

    @Test func readsEveryEvent() throws {
        let script = SerialScript().adding(SerialScript.fault, SerialScript.refusal, SerialScript.loaderError)
        let names = Set(
            lines(script.text).compactMap { line -> String? in
                guard case .success(let event) = line.event else { return nil }
                return event.name.description
            })
        #expect(
            names == [
                "loader start", "loader configuration", "loader kernel", "loader graphics", "loader tables", "loader exit",
                "loader error", "kernel start", "kernel map", "kernel mapData", "kernel summary", "kernel type", "kernel region",
                "kernel paging", "kernel runtime", "kernel display", "kernel finished", "kernel error", "kernel fault",
            ])
        #expect(!lines(script.text).contains { if case .failure = $0.event { true } else { false } })
    }

    /// However the bytes are cut into pieces, the lines are the same.
    @Test func piecesMakeNoDifference() {
        var random = SeededGenerator(seed: 4711)
        let bytes = Array(SerialScript().text.utf8)
        let whole = lines(SerialScript().text)
        for _ in 0..<50 {
            var reader = SerialLineReader()
            var found: [SerialLine] = []
            var start = 0
            while start < bytes.count {
                let end = min(start + Int.random(in: 1...300, using: &random), bytes.count)
                found += reader.read(bytes[start..<end])
                start = end
            }
            #expect(found + [reader.finish()].compactMap { $0 } == whole)
        }
    }

    @Test func escapeSequencesAndControlCharactersAreNoText() {
        let texts = lines(
            "\u{1B}[2J\u{1B}[01;01Hplain\u{1B}[0m\u{0}\u{7}\r\n\u{1B}]0;title\u{7}after\n\u{1B}(Bcharset\nrtl\u{202E}override\nc1\u{9B}31m\ntab\there\n"
        ).map(\.text)
        #expect(texts == ["plain", "after", "charset", "rtloverride", "c131m", "tab here"])
    }

    @Test func badUTF8IsReplaced() {
        var reader = SerialLineReader()
        #expect(reader.read([0x61, 0xFF, 0x62, 0x0A]).first?.text == "a\u{FFFD}b")
    }

    @Test func textMayStandBeforeAnEvent() {
        let found = lines("\u{1B}[01;01Hnoise {\"stra" + #"{"strata":1,"source":"kernel","event":"finished"}"# + "\r\n")
        #expect(found.first?.text == #"noise {"stra"#)
        #expect(found.first?.event == .success(.kernelFinished))
        #expect(found.first?.number == 1)
    }

    @Test func linesAreBounded() {
        let long = #"{"strata":1,"source":"kernel","event":"finished","x":""# + String(repeating: "y", count: 1 << 20) + "\"}"
        #expect(error(long) == .lineTooLong(limit: SerialLineReader.maximumLineLength))
        let text = lines(String(repeating: "z", count: 1 << 20) + "\nnext\n")
        #expect(text.map(\.text.count) == [SerialLineReader.maximumLineLength, 4])
    }

    /// A program that draws a screen ends no line, and what it draws last counts.
    @Test func theEndOfALongLineIsKept() {
        var reader = SerialLineReader()
        let limit = SerialLineReader.maximumLineLength
        for count in [0, 1, limit - 4, limit, 3 * limit, 7 * limit + 5] {
            let text = String(repeating: "z", count: count)
            #expect(reader.read(Array((text + "last").utf8)).isEmpty)
            #expect(reader.unfinishedText == String((text + "last").suffix(limit)), "\(count)")
            #expect(reader.read(Array("\n".utf8)).count == 1 && reader.unfinishedText.isEmpty)
        }
    }

    @Test func notJSON() {
        for line in [
            #"{"strata":"#, #"{"strata":1"#, #"{"strata":1,"source"}"#,
            #"{"strata":1,"source":"kernel","event":"finished"} trailing"#,
            #"{"strata":1,"source":"kernel","event":"finished"}{"strata":1}"#, #"{"strata":1,"source":"kernel","event":"fini"#,
            #"{"strata":1,"x":"# + String(repeating: "[", count: 10000),
        ] {
            #expect(error(line) == .notJSON, "\(line.prefix(80))")
        }
    }

    @Test func otherVersions() {
        #expect(error(#"{"strata":2,"what":"ever"}"#) == .unsupportedVersion(2))
        for version in ["\"1\"", "null", "[]", "true"] {
            guard case .invalid("strata", _, _) = error(#"{"strata":\#(version),"source":"kernel","event":"finished"}"#) else {
                Issue.record("\(version)")
                continue
            }
        }
    }

    @Test func missingAndWrongKeys() {
        #expect(error(#"{"strata":1,"event":"finished"}"#) == .missing(key: "source", event: "event"))
        #expect(error(#"{"strata":1,"source":"kernel"}"#) == .missing(key: "event", event: "event"))
        #expect(error(#"{"strata":1,"source":"moon","event":"start"}"#) == .unknownEvent(source: "moon", event: "start"))
        #expect(error(#"{"strata":1,"source":"kernel","event":"exit"}"#) == .unknownEvent(source: "kernel", event: "exit"))
        #expect(
            error(#"{"strata":1,"source":"kernel","event":"map","descriptorSize":48,"descriptorVersion":1}"#)
                == .missing(key: "byteCount", event: "kernel map"))
        for (key, value) in [
            ("start", "4096"), ("start", "\"4096\""), ("start", "\"0x\""), ("start", "\"0xg\""),
            ("start", "\"0x10000000000000000\""),
            ("pages", "\"1\""), ("pages", "[1]"), ("pages", "true"), ("name", "7"), ("attributes", "null"), ("name", "{}"),
        ] {
            var values = [
                "start": "\"0x1000\"", "pages": "1", "type": "7", "name": "\"Conventional\"", "attributes": "\"0xf\"",
            ]
            values[key] = value
            let members = values.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
            guard case .invalid(key, "kernel region", _) = error(#"{"strata":1,"source":"kernel","event":"region",\#(members)}"#)
            else {
                Issue.record("\(key): \(value)")
                continue
            }
        }
    }

    @Test(arguments: ["-1", "1.5", "18446744073709551616", "1e30", "NaN"])
    func numbersThatDoNotFit(number: String) {
        #expect(error(#"{"strata":\#(number),"source":"kernel","event":"finished"}"#) == .notJSON)
        #expect(
            error(
                #"{"strata":1,"source":"kernel","event":"map","descriptorSize":48,"descriptorVersion":1,"byteCount":\#(number)}"#)
                == .notJSON)
    }

    @Test func numbersUpTo64BitsAreExact() throws {
        let line =
            #"{"strata":1,"source":"kernel","event":"region","start":"0xffffffffffffffff","pages":18446744073709551615,"type":4294967295,"name":"","attributes":"0xABCDEF0123456789"}"#
        guard case .success(.kernelRegion(let region)) = lines(line).first?.event else {
            Issue.record("not read")
            return
        }
        #expect(region.start.rawValue == .max)
        #expect(region.pages == .max)
        #expect(region.type == .max)
        #expect(region.attributes.rawValue == 0xABCD_EF01_2345_6789)
        #expect(region.attributes.description == "0xabcdef0123456789")
    }

    /// Whatever is done to a log, reading it ends and every line is text, an event or an error.
    @Test func survivesDamage() {
        var random = SeededGenerator(seed: 815)
        let bytes = Array(SerialScript().adding(SerialScript.fault).text.utf8)
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                let index = Int.random(in: 0..<damaged.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: damaged[index] = UInt8.random(in: 0...255, using: &random)
                case 1: damaged.remove(at: index)
                case 2: damaged.insert(damaged[Int.random(in: 0..<damaged.count, using: &random)], at: index)
                default: damaged.replaceSubrange(index..<min(index + 20, damaged.count), with: [])
                }
            }
            var reader = SerialLineReader()
            var record = BootRecord()
            for line in reader.read(damaged) {
                guard case .success(let event) = line.event else { continue }
                try? record.record(event, at: .zero)
            }
            #expect(record.rawMap.count <= bytes.count)
        }
    }
}
