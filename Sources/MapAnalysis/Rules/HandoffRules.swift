import MapFormats
import MemoryMap

/// 11: tables that the system needs later, in memory that it is about to free.
struct LateTablesRule: MapRule {
    let id: StaticString = "late-tables"
    let title: StaticString = "A table that is needed after ExitBootServices lies in memory that is freed then"
    let severity = Severity.error
    let reason: StaticString =
        "Tables in boot services data have to be reserved one by one: kexec found a corrupted ESRT, hibernation a lost BGRT, and TPM event logs were overwritten. Newer Linux reserves ACPI's tables itself."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        guard let map = machine.uefi else { return }
        for (source, fact) in machine.facts(
            .systemResourceTable, .measurementLog, .ownerKeys, .memoryAttributesTable, .initialRAMDisk, .acpiTable, .bootGraphics)
        {
            let place = Finding.Place(source: source, line: fact.line, range: fact.range)
            let regions = map.resolved.regions(overlapping: fact.range)
            guard let region = regions.first else {
                findings.add(
                    .warning,
                    "the \(fact.kind.name) at \(Words.address(fact.range.start.rawValue)) lies where the map describes nothing",
                    place)
                continue
            }
            switch region.type {
            case .bootServicesCode, .bootServicesData:
                findings.add(
                    .note,
                    "the \(fact.kind.name) at \(Words.address(fact.range.start.rawValue)) lies in \(Words.region(region)): it is gone unless the system reserves it",
                    place, map.place(region: regions.startIndex))
            case .conventional:
                findings.add(
                    .error,
                    "the \(fact.kind.name) at \(Words.address(fact.range.start.rawValue)) lies in free memory, \(Words.range(region.range))",
                    place, map.place(region: regions.startIndex))
            default: continue
            }
        }
    }
}

/// 17: RAM that is not ordinary.
struct SpecialMemoryRule: MapRule {
    let id: StaticString = "special-memory"
    let title: StaticString = "Memory of specific purpose, persistent or unaccepted memory is used as ordinary RAM"
    let severity = Severity.warning
    let reason: StaticString =
        "Soft-reserved and persistent memory belong to drivers, unaccepted memory must be accepted first; counting them as free promises what is not there."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.wholeMaps where map.listed.kind != .linuxIOMem {
            let parts: [(StaticString, UInt128, (MemoryRegion) -> Bool)] = [
                ("of specific purpose", map.summary.softReserved, { $0.attributes.contains(.specificPurpose) }),
                ("persistent", map.summary.persistent, { $0.type == .persistent }),
                ("unaccepted", map.summary.unaccepted, { $0.type == .unaccepted }),
            ]
            for (name, bytes, predicate) in parts where bytes > 0 {
                guard let index = map.resolved.regions.firstIndex(where: predicate) else { continue }
                findings.add(
                    .note, "\(bytes >> 20) MiB are \(name) and count as no ordinary RAM", map.place(region: index))
            }
            guard let iomem = machine.iomem else { continue }
            for (index, region) in map.resolved.regions.enumerated()
            where region.type == .persistent || region.attributes.contains(.specificPurpose) {
                guard let other = iomem.firstRegion(in: region.range, where: { $0.isUsableNow }) else { continue }
                findings.add(
                    .warning, "\(Words.region(region)) is no ordinary RAM, but System RAM in /proc/iomem",
                    map.place(region: index), iomem.place(region: other))
            }
        }
    }
}

/// 24: traits of Apple's firmware and boot loader.
struct AppleRule: MapRule {
    let id: StaticString = "apple"
    let title: StaticString = "Marks of Apple's boot loader and of setup_data"
    let severity = Severity.note
    let reason: StaticString =
        "Bit 59 of the attributes is XNU's EFI_MEMORY_KERN_RESERVED, set by the boot loader of macOS; setup_data makes e820 updates with edges inside pages."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.maps {
            if map.listed.kind.isUEFI {
                let rows = map.listed.rows.filter { $0.attributes.contains(.keptForKernel) && !$0.attributes.contains(.isaValid) }
                if let first = rows.first {
                    findings.add(
                        .note, "\(rows.count) rows have bit 59, by which the boot loader of macOS keeps memory for the kernel",
                        map.place(first))
                }
            } else if map.listed.kind == .linuxE820Update {
                for row in map.listed.rows {
                    guard let range = row.range, !range.isPageAligned, row.start.rawValue >= 0x10_0000 else { continue }
                    findings.add(
                        .note, "Linux changed \(Words.range(range)), whose edges lie inside pages, for setup_data", map.place(row)
                    )
                    break
                }
            }
        }
    }
}
