import MemoryMap
public import MemoryReport

extension ByteBuffer {
    /// Writes a finding as one line of JSON.
    public mutating func write(_ finding: Finding) {
        let message = Array(finding.message.utf8)
        writeJSONLine { line in
            line.string("rule", finding.rule)
            line.string("severity", finding.severity.name)
            line.string("message", utf8: message.span)
            line.array("places") { line in
                for place in finding.places {
                    let source = Array(place.source.utf8)
                    line.object("") {
                        $0.string("source", utf8: source.span)
                        $0.number("line", UInt64(place.line))
                        $0.hexadecimal("start", place.range?.start)
                        $0.hexadecimal("last", place.range?.last)
                    }
                }
            }
        }
    }

    /// Writes the rules as JSON, one a line.
    public mutating func writeRules() {
        for (number, rule) in MapChecker.rules.enumerated() {
            writeJSONLine { line in
                line.number("number", number + 1)
                line.string("rule", rule.id)
                line.string("severity", rule.severity.name)
                line.string("title", rule.title)
                line.string("reason", rule.reason)
            }
        }
    }

    /// Writes findings in the Static Analysis Results Interchange Format 2.1.0, which code hosts and editors show at their lines.
    public mutating func writeSARIF(_ findings: [Finding], version: StaticString) {
        writeJSONLine { line in
            line.string("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
            line.string("version", "2.1.0")
            line.array("runs") { line in
                line.object("") { line in
                    line.object("tool") { line in
                        line.object("driver") { line in
                            line.string("name", "strata map check")
                            line.string("version", version)
                            line.array("rules") { line in
                                for rule in MapChecker.rules { line.object("") { $0.sarif(rule) } }
                            }
                        }
                    }
                    line.array("results") { line in
                        for finding in findings { line.object("") { $0.sarif(finding) } }
                    }
                }
            }
        }
    }
}

extension JSONLineWriter<ByteBuffer> {
    fileprivate mutating func sarif(_ rule: any MapRule) {
        string("id", rule.id)
        object("shortDescription") { $0.string("text", rule.title) }
        object("fullDescription") { $0.string("text", rule.reason) }
        object("defaultConfiguration") { $0.string("level", rule.severity.name) }
    }

    fileprivate mutating func sarif(_ finding: Finding) {
        let message = Array(finding.message.utf8)
        string("ruleId", finding.rule)
        string("level", finding.severity.name)
        object("message") { $0.string("text", utf8: message.span) }
        array("locations") { line in
            for place in finding.places.prefix(1) { line.object("") { $0.sarif(place) } }
        }
        guard finding.places.count > 1 else { return }
        array("relatedLocations") { line in
            for (number, place) in finding.places.dropFirst().enumerated() {
                line.object("") {
                    $0.number("id", number)
                    $0.sarif(place)
                }
            }
        }
    }

    private mutating func sarif(_ place: Finding.Place) {
        let uri = Self.uri(place.source)
        object("physicalLocation") { line in
            line.object("artifactLocation") { $0.string("uri", utf8: uri.span) }
            line.object("region") { $0.number("startLine", UInt64(max(place.line, 1))) }
        }
    }

    /// A path as a URI: what is no letter, digit or one of a few signs is escaped.
    private static func uri(_ path: String) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        let signs = Array("/-._~".utf8)
        return path.utf8.flatMap { byte -> [UInt8] in
            let letter = byte | 0x20
            let isPlain = letter >= 0x61 && letter <= 0x7A && byte < 0x80 || byte >= 0x30 && byte <= 0x39 || signs.contains(byte)
            return isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
        }
    }
}
