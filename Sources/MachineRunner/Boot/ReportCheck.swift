import MemoryMap
import MemoryReport

/// The comparison of what the kernel says with what the host makes of the same raw memory map.
enum ReportCheck {
    /// The rule by which memory is counted as usable after boot services are gone.
    static func policy(for architecture: MachineArchitecture) -> HandoffPolicy {
        switch architecture {
        case .x86_64: .linuxX86
        case .aarch64: .linuxARM64
        }
    }

    /// The parts that a report must have and `record` lacks.
    static func missingParts(of record: BootRecord) -> [ReportDifference] {
        let parts: [(String, Bool)] = [
            ("loader start", record.loaderStart == nil), ("loader configuration", record.settings == nil),
            ("loader kernel", record.loadedKernel == nil), ("loader graphics", record.graphics == nil),
            ("loader tables", record.tables == nil), ("loader exit", record.exit == nil),
            ("kernel start", record.kernelStart == nil), ("kernel map", record.mapHeader == nil),
            ("kernel summary", record.summary == nil), ("kernel paging", record.paging == nil),
            ("kernel runtime", record.runtime == nil), ("kernel display", record.display == nil),
        ]
        return parts.filter(\.1).map { ReportDifference(field: $0.0, kernel: nil, computed: nil) }
    }

    /// The map and the summary that the raw bytes give.
    static func readMap(
        _ bytes: [UInt8], header: MapHeader, architecture: MachineArchitecture
    ) throws(MachineError) -> (PhysicalMemoryMap, MemoryMapSummary) {
        guard UInt64(bytes.count) == header.byteCount else {
            throw .inconsistentReport([
                ReportDifference(field: "map.byteCount", kernel: "\(header.byteCount)", computed: "\(bytes.count)")
            ])
        }
        do throws(MemoryMapError) {
            let view = try MemoryMapView(
                validating: bytes.span, descriptorSize: Int(clamping: header.descriptorSize),
                descriptorVersion: UInt32(clamping: header.descriptorVersion))
            let map = try PhysicalMemoryMap(view)
            return (map, MemoryMapSummary(map, policy: policy(for: architecture)))
        } catch {
            var words = ByteBuffer()
            words.write(error)
            throw .inconsistentReport([ReportDifference(field: "map", kernel: nil, computed: words.text)])
        }
    }

    /// All fields in which the report contradicts itself or the raw map.
    static func differences(
        of report: BootReport, types: [TypeTotal], regions: [ReportedRegion]
    ) -> [ReportDifference] {
        var list = DifferenceList()
        list.compare("loader start.architecture", report.loaderStart.architecture.rawValue, report.architecture.rawValue)
        list.compare("loader exit.descriptorSize", report.exit.descriptorSize, report.mapHeader.descriptorSize)
        list.compare("loader exit.descriptors", report.exit.descriptors, UInt64(report.map.descriptorCount))
        list.compare("kernel start.sha256", report.kernelStart.sha256, report.loadedKernel.sha256)
        list.compare("kernel start.verified", report.kernelStart.verified, report.loadedKernel.verified)
        list.compare("kernel start.commandLine", report.kernelStart.commandLine, report.settings.commandLine)
        if report.display.drawn {
            list.compare("kernel display.width", report.display.width, report.graphics.framebuffer?.width)
            list.compare("kernel display.height", report.display.height, report.graphics.framebuffer?.height)
        }

        let expected = Expectation(map: report.map, summary: report.summary)
        for key in Set(report.kernelSummary.keys).union(expected.summary.keys).sorted() {
            list.compare("summary.\(key)", report.kernelSummary[key], expected.summary[key])
        }
        list.compare("type count", types.count, expected.types.count)
        for (said, computed) in zip(types, expected.types) { list.compare(said, computed) }
        list.compare("region count", regions.count, expected.regions.count)
        for (index, (said, computed)) in zip(regions, expected.regions).enumerated() {
            list.compare(said, computed, index: index)
        }
        return list.differences
    }
}

/// What the kernel must say: the events that the shared writer makes of the host's figures, read back.
private struct Expectation {
    var summary: [String: JSONValue] = [:]
    var types: [TypeTotal] = []
    var regions: [ReportedRegion] = []

    init(map: PhysicalMemoryMap, summary: MemoryMapSummary) {
        var text = ByteBuffer()
        text.writeSummaryEvent(summary, from: .kernel)
        text.writeTypeEvents(summary, from: .kernel)
        text.writeRegionEvents(map, from: .kernel)
        var reader = SerialLineReader()
        for line in reader.read(text.bytes) {
            switch line.event {
            case .success(.kernelSummary(let value)): self.summary = value
            case .success(.kernelType(let value)): types.append(value)
            case .success(.kernelRegion(let value)): regions.append(value)
            default: preconditionFailure("the shared writer writes what the reader reads")
            }
        }
    }
}

/// Differences in the order in which they are found, bounded in number.
private struct DifferenceList {
    private(set) var differences: [ReportDifference] = []

    mutating func compare<Value: Equatable>(_ field: String, _ kernel: Value?, _ computed: Value?) {
        guard kernel != computed, differences.count < 100 else { return }
        differences.append(
            ReportDifference(field: field, kernel: kernel.map { "\($0)" }, computed: computed.map { "\($0)" }))
    }

    mutating func compare(_ kernel: TypeTotal, _ computed: TypeTotal) {
        let name = "type \(computed.name)"
        compare("\(name).type", kernel.type, computed.type)
        compare("\(name).name", kernel.name, computed.name)
        compare("\(name).regions", kernel.regions, computed.regions)
        compare("\(name).pages", kernel.pages, computed.pages)
        if kernel.descriptors != nil { compare("\(name).descriptors", kernel.descriptors, computed.descriptors) }
    }

    mutating func compare(_ kernel: ReportedRegion, _ computed: ReportedRegion, index: Int) {
        let name = "region \(index)"
        compare("\(name).start", kernel.start, computed.start)
        compare("\(name).pages", kernel.pages, computed.pages)
        compare("\(name).type", kernel.type, computed.type)
        compare("\(name).name", kernel.name, computed.name)
        compare("\(name).attributes", kernel.attributes, computed.attributes)
    }
}
