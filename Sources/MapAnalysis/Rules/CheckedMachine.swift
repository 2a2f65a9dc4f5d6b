public import MapFormats
public import MemoryMap
import MemoryReport

/// The maps and facts that are about one machine: those of one boot in one source, or of all sources where they belong together.
public struct CheckedMachine: Sendable {
    public let maps: [AnalyzedMap]

    /// What the sources say beside the maps, with the source that says it.
    public let facts: [(source: String, fact: MapFact)]

    public init(maps: [AnalyzedMap], facts: [(source: String, fact: MapFact)]) { (self.maps, self.facts) = (maps, facts) }

    /// The first whole map whose rows are UEFI descriptors.
    public var uefi: AnalyzedMap? {
        maps.first { $0.listed.kind.isUEFI && !$0.listed.kind.isAuxiliary && $0.listed.label != "runtime" }
    }

    /// The first map of the BIOS: what the firmware or the kernel's loader made, not what the kernel changed.
    public var bios: AnalyzedMap? {
        maps.first { $0.listed.kind.isE820 && ["", "BIOS-e820", "Xen", "boot_params"].contains($0.listed.label) }
    }

    /// The map of /proc/iomem, nil where there is none.
    public var iomem: AnalyzedMap? { maps.first { $0.listed.kind == .linuxIOMem } }

    /// The memory attributes table, from a log or a dump.
    public var attributesTable: AnalyzedMap? {
        maps.first { $0.listed.kind == .linuxMemoryAttributes || $0.listed.kind == .memoryAttributesTable }
    }

    /// The maps that describe a machine's memory as a whole.
    public var wholeMaps: [AnalyzedMap] { maps.filter { $0.listed.kind.isWhole } }

    func facts(_ kinds: MapFact.Kind...) -> [(source: String, fact: MapFact)] { facts.filter { kinds.contains($0.fact.kind) } }
}

extension CheckedMachine {
    /// The machines in `sources`: each source's boots, or all sources as one.
    ///
    /// - Parameter together: whether the sources are about the same boot of the same machine.
    public static func machines(in sources: [MapSource], together: Bool, policy: HandoffPolicy? = nil) -> [CheckedMachine] {
        var parts: [(boot: Int, source: Int, machine: CheckedMachine)] = []
        for (number, source) in sources.enumerated() {
            let maps = source.analyzed(policy: policy)
            let boots = Set(maps.map(\.listed.boot) + source.collection.facts.map(\.boot)).sorted()
            for boot in boots {
                let facts = source.collection.facts.filter { $0.boot == boot }.map { (source.name, $0) }
                parts.append((boot, number, CheckedMachine(maps: maps.filter { $0.listed.boot == boot }, facts: facts)))
            }
        }
        guard together, !parts.isEmpty else { return parts.map(\.machine) }
        return [CheckedMachine(maps: parts.flatMap(\.machine.maps), facts: parts.flatMap(\.machine.facts))]
    }
}

extension MapKind {
    /// Whether the rows are meant to describe memory once each: no trees, no lists of changes, no addresses of a process.
    var isWhole: Bool {
        switch self {
        case .linuxE820Update, .linuxZones, .linuxReservedMemory, .linuxMemblock, .uBootLMB, .qemuMemoryTree, .minidump,
            .freeBSDChunks, .linuxMemoryAttributes, .memoryAttributesTable, .runtimeMap, .deviceTree:
            false
        default: true
        }
    }
}

extension AnalyzedMap {
    /// The place of a row.
    func place(_ row: MapRow) -> Finding.Place { Finding.Place(source: source.name, line: row.line, range: row.range) }

    /// The place of a region's first row, with the region's addresses.
    func place(region index: Int) -> Finding.Place {
        Finding.Place(
            source: source.name, line: listed.rows[resolved.rows[index]].line, range: resolved.regions[index].range)
    }

    /// The first region that has an address of `range` and satisfies `predicate`.
    func firstRegion(in range: PhysicalRange, where predicate: (MemoryRegion) -> Bool) -> Int? {
        resolved.regions(overlapping: range).firstIndex { predicate($0) }
    }

    /// Whether every address of `range` lies in a region that satisfies `predicate`.
    func covers(_ range: PhysicalRange, where predicate: (MemoryRegion) -> Bool) -> Bool {
        var next: PhysicalAddress? = range.start
        for region in resolved.regions(overlapping: range) {
            guard let start = next, region.range.start <= start, predicate(region) else { return false }
            next = region.range.end
        }
        return next.map { $0 > range.last } ?? true
    }

    /// What becomes of a region under the map's policy.
    func fate(_ index: Int) -> MemoryFate {
        let region = resolved.regions[index]
        let row = listed.rows[resolved.rows[index]]
        return summary.policy.fate(
            of: region.type, attributes: row.hasAttributes ? region.attributes : region.attributes.union(.writeBack))
    }
}

/// Texts that many findings share.
enum Words {
    static func address(_ value: UInt64) -> String { HexadecimalText.text(value) }
    static func range(_ range: PhysicalRange) -> String {
        "\(address(range.start.rawValue))-\(address(range.last.rawValue))"
    }

    static func row(_ row: MapRow) -> String { "\(type(row.type)) \(address(row.start.rawValue))-\(address(row.last.rawValue))" }
    static func region(_ region: MemoryRegion) -> String { "\(type(region.type)) \(range(region.range))" }
    static func type(_ type: MemoryType) -> String { TypeText.of(type) }
}
