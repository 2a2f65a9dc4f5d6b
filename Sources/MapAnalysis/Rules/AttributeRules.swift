import MapFormats
import MemoryMap

/// 9: what the memory attributes table, or a process, maps writable and executable; and whether the table fits its map.
struct WritableExecutableRule: MapRule {
    let id: StaticString = "writable-executable"
    let title: StaticString = "Memory is both writable and executable, or the memory attributes table does not fit the map"
    let severity = Severity.error
    let reason: StaticString =
        "UEFI 2.10, 4.6.4, and the checks of Linux's memattr.c: entries with neither RO nor XP, of another type than their map row, across rows, or without one."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.maps where map.listed.kind == .minidump {
            for row in map.listed.rows where row.hasAttributes && row.type == .conventional && row.defect == .none {
                guard row.attributes.isDisjoint(with: [.readOnly, .executeProtected, .readProtected]) else { continue }
                findings.add(
                    .warning,
                    "\(Words.address(row.start.rawValue))-\(Words.address(row.last.rawValue)) of the process is writable and executable",
                    map.place(row))
            }
        }
        guard let table = machine.attributesTable else { return }
        for row in table.listed.rows where row.defect == .none {
            let protections = row.attributes.intersection([.readOnly, .executeProtected])
            if protections.isEmpty {
                findings.add(
                    .error, "\(Words.row(row)) of the memory attributes table has neither RO nor XP: writable and executable",
                    table.place(row))
            } else if protections == [.readOnly, .executeProtected] {
                findings.add(
                    .note, "\(Words.row(row)) of the memory attributes table has both RO and XP: constants", table.place(row))
            }
            if !row.type.isRuntimeServices {
                findings.add(
                    .error, "\(Words.row(row)) of the memory attributes table is no runtime services memory", table.place(row))
            } else if row.hasAttributes, !row.attributes.contains(.runtime) {
                findings.add(
                    .error, "\(Words.row(row)) of the memory attributes table has no RUNTIME attribute", table.place(row))
            }
        }
        if let map = machine.uefi { compare(table, with: map, &findings) }
    }

    private func compare(_ table: AnalyzedMap, with map: AnalyzedMap, _ findings: inout FindingList) {
        for row in table.listed.rows {
            guard let range = row.range else { continue }
            let rows = map.resolved.regions(overlapping: range)
            guard let first = rows.first else {
                findings.add(
                    .error, "\(Words.row(row)) of the memory attributes table matches no row of the map", table.place(row))
                continue
            }
            if !first.range.contains(range) {
                findings.add(
                    .error, "\(Words.row(row)) of the memory attributes table is not inside one region of the map",
                    table.place(row),
                    map.place(region: rows.startIndex))
            } else if first.type != row.type {
                findings.add(
                    .error,
                    "\(Words.row(row)) of the memory attributes table lies in \(Words.region(first)), which has another type",
                    table.place(row), map.place(region: rows.startIndex))
            }
        }
        for (index, region) in map.resolved.regions.enumerated() where region.type.isRuntimeServices {
            guard !table.covers(region.range, where: { _ in true }) else { continue }
            findings.add(
                .warning,
                "\(Words.region(region)) is not covered by the memory attributes table: it stays writable and executable",
                map.place(region: index))
        }
    }
}

/// 10: caching that does not go with the type.
struct CachingRule: MapRule {
    let id: StaticString = "caching"
    let title: StaticString = "RAM cannot be write-back, or devices can"
    let severity = Severity.warning
    let reason: StaticString =
        "Linux on 64-bit ARM takes no memory as RAM that lacks WB (is_usable_memory), and on x86 drops RAM that no write-back MTRR covers; devices behind a write-back cache misbehave."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        checkRegisters(machine, &findings)
        for map in machine.maps where map.listed.kind.isUEFI && !map.listed.kind.isAuxiliary {
            for row in map.listed.rows where row.hasAttributes && row.defect == .none {
                if row.type.isMemoryMappedIO {
                    guard row.attributes.contains(.writeBack) else { continue }
                    findings.add(
                        .note, "\(Words.row(row)) is a device that says it can be write-back: no system should map it so",
                        map.place(row))
                } else if isOrdinary(row.type),
                    !row.attributes.contains(.writeBack)
                {
                    let what = row.attributes.subtracting(.runtime).isEmpty ? "has no attributes at all" : "cannot be write-back"
                    findings.add(
                        .warning,
                        "\(Words.row(row)) \(what): systems that ask for WB, such as Linux on 64-bit ARM, do not use it as RAM",
                        map.place(row))
                }
            }
        }
    }

    /// Compares the memory type range registers with the BIOS's RAM; below 1 MiB fixed ranges hold, which logs print otherwise.
    private func checkRegisters(_ machine: CheckedMachine, _ findings: inout FindingList) {
        let cached = machine.facts(.writeBackMTRR).sorted { $0.fact.range.start < $1.fact.range.start }
        guard let map = machine.bios, !cached.isEmpty else { return }
        let uncached = machine.facts(.uncachableMTRR)
        for (index, region) in map.resolved.regions.enumerated() where region.type == .conventional {
            guard let high = PhysicalRange(start: PhysicalAddress(1 << 20), last: PhysicalAddress(.max)),
                let ram = region.range.intersection(high)
            else { continue }
            for (source, fact) in uncached {
                guard let common = fact.range.intersection(ram) else { continue }
                findings.add(
                    .warning,
                    "\(Words.range(common)) of \(Words.region(region)) is uncachable by an MTRR: it is slow, or not used",
                    map.place(region: index), Finding.Place(source: source, line: fact.line, range: fact.range))
            }
            var next: PhysicalAddress? = ram.start
            for (_, fact) in cached {
                guard let start = next, fact.range.start <= start else { break }
                if fact.range.last >= start { next = fact.range.end }
            }
            guard let start = next, start <= ram.last, let bare = PhysicalRange(start: start, last: ram.last) else { continue }
            findings.add(
                .warning,
                "no write-back MTRR covers \(Words.address(start.rawValue)) and up of \(Words.region(region)): Linux drops such RAM",
                Finding.Place(source: map.source.name, line: map.place(region: index).line, range: bare))
        }
    }
}

/// Whether a type is RAM that systems use sooner or later; flash may hold the firmware's own regions.
private func isOrdinary(_ type: MemoryType) -> Bool {
    switch type {
    case .loaderCode, .loaderData, .bootServicesCode, .bootServicesData, .conventional, .acpiReclaim, .persistent: true
    default: false
    }
}

/// 25: bits of the map that are capabilities and no settings.
struct CapabilityRule: MapRule {
    let id: StaticString = "capabilities"
    let title: StaticString = "Protection bits in the map are capabilities"
    let severity = Severity.note
    let reason: StaticString =
        "UEFI 2.10, 7.2.3: XP, RO and RP in a memory map say what can be protected; what is protected, only the memory attributes table and page tables tell."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.maps where map.listed.kind.isUEFI && !map.listed.kind.isAuxiliary {
            let protections: MemoryAttributes = [.executeProtected, .readOnly, .readProtected]
            let rows = map.listed.rows.filter { !$0.attributes.isDisjoint(with: protections) }
            guard let first = rows.first else { continue }
            let missing =
                machine.attributesTable == nil
                ? "; without a memory attributes table nothing is known of what is writable and executable" : ""
            findings.add(
                .note,
                "\(rows.count) rows have XP, RO or RP: they say what can be protected, not what is\(missing)", map.place(first))
        }
    }
}
