import MapFormats
import MemoryMap

/// 19: tables that have grown too long.
struct FragmentationRule: MapRule {
    let id: StaticString = "fragmentation"
    let title: StaticString = "The map has more rows than systems take"
    let severity = Severity.warning
    let reason: StaticString =
        "The boot parameters of Linux hold 128 e820 entries; Mu's test refuses more than 500 descriptors; desktop firmware has been seen with 278."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.wholeMaps where map.listed.kind.isUEFI || map.listed.kind.isE820 {
            let rows = map.listed.rows.filter(\.isCounted)
            guard let first = rows.first else { continue }
            let limit = map.listed.kind.isE820 ? 128 : 500
            if rows.count > limit {
                findings.add(
                    .warning, "\(rows.count) rows are more than the \(limit) that systems take without an extension",
                    map.place(first))
            }
            let ordered = rows.filter { $0.defect == .none }.sorted { $0.start < $1.start }
            let mergeable = zip(ordered, ordered.dropFirst()).count {
                $0.range?.end == $1.start && $0.type == $1.type && $0.attributes == $1.attributes
                    && $0.hasAttributes == $1.hasAttributes
            }
            if mergeable > 16, mergeable * 2 > rows.count, map.listed.kind.isUEFI {
                findings.add(
                    .note, "\(mergeable) of \(rows.count) rows only go on with their neighbour: they could be merged",
                    map.place(first))
            }
        }
    }
}

/// 20: maps that changed between boots.
struct ChangedMapRule: MapRule {
    let id: StaticString = "changed"
    let title: StaticString = "The firmware's map is another one than in the boot before"
    let severity = Severity.warning
    let reason: StaticString =
        "Hibernation and kexec need the firmware's regions where they were; a kdump kernel sees a map of its own."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        // The machine's own boots are apart: MapChecker compares them with `compare`.
        var seen: [(kind: MapKind, label: String, map: AnalyzedMap)] = []
        for map in machine.wholeMaps where map.listed.kind.isUEFI || map.listed.kind.isE820 {
            if let before = seen.last(where: { $0.kind == map.listed.kind && $0.label == map.listed.label })?.map {
                Self.compare(before, map, ofBoots: false, &findings)
            }
            seen.append((map.listed.kind, map.listed.label, map))
        }
    }

    /// Reports how `after` differs from `before`.
    static func compare(
        _ before: AnalyzedMap, _ after: AnalyzedMap, ofBoots: Bool, _ findings: inout FindingList
    ) {
        let what: StaticString = ofBoots ? "boot" : "listing"
        let difference = MapDifference(before, after)
        guard let change = difference.changes.first else { return }
        let runtime = difference.changes.first {
            $0.before?.type.isRuntimeServices ?? false || $0.after?.type.isRuntimeServices ?? false
        }
        let row = change.afterRow.map { after.listed.rows[$0] } ?? after.listed.rows.first
        guard let row else { return }
        let places = difference.changes.count == 1 ? "1 place" : "\(difference.changes.count) places"
        if let runtime {
            findings.add(
                ofBoots ? .warning : .note,
                "the map differs from that of the \(what) before in \(places), and runtime services memory moved at \(Words.range(runtime.range))",
                after.place(row))
        } else {
            findings.add(
                .note,
                "the map differs from that of the \(what) before in \(places), first at \(Words.range(change.range))",
                after.place(row))
        }
    }
}

/// 22: types without a meaning.
struct UnknownTypeRule: MapRule {
    let id: StaticString = "types"
    let title: StaticString = "A type has no meaning in the specification"
    let severity = Severity.warning
    let reason: StaticString =
        "UEFI keeps 16 to 0x6fffffff for itself; 0x70000000 and up are for makers, 0x80000000 and up for systems. GRUB's e820 types 16 and 20 got into kernels' logs."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.maps where map.listed.kind.isUEFI || map.listed.kind.isE820 {
            var seen: Set<MemoryType> = []
            var numbers: Set<UInt32> = []
            for row in map.listed.rows where row.isCounted {
                if map.listed.kind.isE820 {
                    guard [16, 20].contains(row.number) || row.marks.contains(.unknownWord), numbers.insert(row.number).inserted
                    else { continue }
                    let word = map.source.collection.word(of: row)
                    findings.add(
                        .note,
                        "\(word.isEmpty ? "type \(row.number)" : word) at \(Words.address(row.start.rawValue)) is no type of e820: Linux reserves it",
                        map.place(row))
                    continue
                }
                guard row.type.kind != .standard, seen.insert(row.type).inserted else { continue }
                switch row.type.kind {
                case .reservedBySpecification:
                    findings.add(.warning, "\(Words.row(row)) has a type that the specification keeps for itself", map.place(row))
                case .oem: findings.add(.note, "\(Words.row(row)) has a type of the machine's maker", map.place(row))
                case .operatingSystem:
                    findings.add(.note, "\(Words.row(row)) has a type of a system's boot loader", map.place(row))
                case .standard: break
                }
            }
        }
    }
}
