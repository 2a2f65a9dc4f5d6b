import MachineRunner
import MachineRunnerTestSupport
import Testing

@Suite("The report against the dumped map")
struct ReportCheckTests {
    private func differences(_ script: SerialScript, _ architecture: MachineArchitecture = .x86_64) throws -> [ReportDifference] {
        var reader = SerialLineReader()
        var record = BootRecord()
        for line in reader.read(script.text.utf8) {
            guard let event = line.event else { continue }
            try record.record(try event.get(), at: .zero)
        }
        do throws(MachineError) {
            _ = try BootReport(record: record, stages: [], architecture: architecture, commandLine: [])
            return []
        } catch {
            guard case .inconsistentReport(let differences) = error else { throw error }
            return differences
        }
    }

    @Test func agrees() throws {
        #expect(try differences(SerialScript()) == [])
        #expect(try differences(SerialScript(architecture: .aarch64), .aarch64) == [])
    }

    @Test(arguments: ["configuration", "graphics", "tables"])
    func missingPartsOfTheLoader(event: String) throws {
        #expect(try differences(SerialScript().without("loader", event)).map(\.field) == ["loader \(event)"])
    }

    @Test(arguments: ["summary", "paging", "runtime", "display"])
    func missingPartsOfTheKernel(event: String) throws {
        #expect(try differences(SerialScript().without("kernel", event)).map(\.field) == ["kernel \(event)"])
    }

    @Test func everyFigureIsCompared() throws {
        let script = SerialScript()
        let summary = script.lines[script.index(of: "kernel", "summary")]
        for (key, value) in [("ramPages", 15719), ("regions", 11), ("descriptors", 11)] {
            #expect(summary.contains("\"\(key)\":\(value)"), "\(summary)")
            let spoiled = script.replacing("\"\(key)\":\(value)", with: "\"\(key)\":\(value + 1)", in: "summary")
            #expect(
                try differences(spoiled) == [
                    ReportDifference(field: "summary.\(key)", kernel: "\(value + 1)", computed: "\(value)")
                ])
        }
        #expect(
            try differences(script.replacing("\"policy\"", with: "\"pulicy\"", in: "summary")).map(\.field)
                == ["summary.policy", "summary.pulicy"])
        #expect(
            try differences(script.replacing("\"name\":\"LoaderData\"", with: "\"name\":\"Loader\"", in: "type")).map(\.field)
                == ["type LoaderData.name"])
        #expect(
            try differences(script.replacing("\"pages\":1,", with: "\"pages\":2,", in: "region")).map(\.field)
                == ["region 0.pages"])
        #expect(
            try differences(
                script.replacing("\"attributes\":\"0x8000000000000001\"", with: "\"attributes\":\"0x1\"", in: "region")
            )
            .map(\.field) == ["region 10.attributes"])
    }

    @Test func aScreenThatWasNotDrawnOnHasNoSize() throws {
        let script = SerialScript().replacing(
            "\"width\":1280,\"height\":800,\"drawn\":true", with: "\"drawn\":false", in: "display")
        #expect(try differences(script) == [])
    }

    @Test func listsOfAnotherLength() throws {
        var script = SerialScript()
        script.lines.remove(at: script.lines.lastIndex { $0.contains("\"event\":\"region\"") } ?? 0)
        #expect(
            try differences(script) == [ReportDifference(field: "region count", kernel: "10", computed: "11")])
        script = SerialScript()
        script.lines.insert(script.lines[script.index(of: "kernel", "type")], at: script.index(of: "kernel", "type"))
        #expect(try differences(script).first?.field == "type count")
    }

    @Test func loaderAndKernelSayTheSame() throws {
        let hash = String(repeating: "cd", count: 32)
        for (event, old, new, field) in [
            ("start", "\"architecture\":\"x86_64\"", "\"architecture\":\"aarch64\"", "loader start.architecture"),
            ("exit", "\"descriptors\":11", "\"descriptors\":12", "loader exit.descriptors"),
            ("exit", "\"descriptorSize\":48", "\"descriptorSize\":40", "loader exit.descriptorSize"),
            ("kernel", SerialScript.hash, hash, "kernel start.sha256"),
            ("kernel", "\"verified\":true", "\"verified\":false", "kernel start.verified"),
            ("display", "\"width\":1280", "\"width\":1281", "kernel display.width"),
            ("configuration", "\"commandLine\":\"report=full\"", "\"commandLine\":\"\"", "kernel start.commandLine"),
        ] {
            #expect(try differences(SerialScript().replacing(old, with: new, in: event)).map(\.field) == [field])
        }
    }

    @Test func aMapThatIsCutOffOrBroken() throws {
        let byteCount = Descriptor.small.count * 48
        let script = SerialScript()
        #expect(
            try differences(script.replacing("\"byteCount\":\(byteCount)", with: "\"byteCount\":\(byteCount + 48)", in: "map"))
                == [
                    ReportDifference(field: "map.byteCount", kernel: "\(byteCount + 48)", computed: "\(byteCount)")
                ])
        for size in ["0", "8", "47", "18446744073709551615"] {
            let found = try differences(script.replacing("\"descriptorSize\":48", with: "\"descriptorSize\":\(size)", in: "map"))
            #expect(found.map(\.field) == ["map"])
        }
        #expect(
            try differences(script.replacing("\"descriptorVersion\":1", with: "\"descriptorVersion\":99999999999", in: "map"))
                .map(\.field) == ["map"])
    }
}
