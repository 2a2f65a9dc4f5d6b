import MapFormats
import MemoryMap

/// 12: what sources say differently of the same addresses.
struct DisagreementRule: MapRule {
    let id: StaticString = "disagreement"
    let title: StaticString = "The BIOS's map, the UEFI map and the kernel's tree disagree"
    let severity = Severity.error
    let reason: StaticString =
        "Memory that one map gives away and another keeps is overwritten or lost; Linux offers add_efi_memmap for the second case."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        if let bios = machine.bios, let uefi = machine.uefi {
            for (index, region) in bios.resolved.regions.enumerated() where region.isUsableNow {
                let others = uefi.resolved.regions(overlapping: region.range)
                for other in others.indices where isKept(others[other]) {
                    guard let common = region.range.intersection(others[other].range) else { continue }
                    findings.add(
                        .error,
                        "\(Words.range(common)) is usable in the BIOS's map and \(Words.type(others[other].type)) in the UEFI map",
                        bios.place(region: index), uefi.place(region: other))
                }
            }
            for (index, region) in uefi.resolved.regions.enumerated() where region.isUsableNow && uefi.fate(index) == .usable {
                let lost = bios.resolved.regions(overlapping: region.range).filter { !$0.isUsableNow }
                    .compactMap { $0.range.intersection(region.range)?.size }.reduce(UInt128(0), +)
                guard lost >= 1 << 20 else { continue }
                findings.add(
                    .warning, "\(lost >> 20) MiB of \(Words.region(region)) in the UEFI map are not usable in the BIOS's map",
                    uefi.place(region: index))
            }
        }
        guard let iomem = machine.iomem, let bios = machine.bios else { return }
        for (index, region) in iomem.resolved.regions.enumerated() where region.isUsableNow {
            let others = bios.resolved.regions(overlapping: region.range)
            for other in others.indices where !others[other].isUsableNow && others[other].type != .persistent {
                guard let common = region.range.intersection(others[other].range), common.size >= UInt128(PageCount.pageSize)
                else { continue }
                findings.add(
                    .error,
                    "\(Words.range(common)) is System RAM in /proc/iomem and \(Words.type(others[other].type)) in the firmware's map",
                    iomem.place(region: index), bios.place(region: other))
            }
        }
    }

    private func isKept(_ region: MemoryRegion) -> Bool {
        switch region.type {
        case .runtimeServicesCode, .runtimeServicesData, .acpiNVS, .memoryMappedIO, .memoryMappedIOPortSpace, .unusable,
            .reserved:
            true
        default: false
        }
    }
}

/// 13: PCI configuration space that a system may not use.
struct ConfigurationSpaceRule: MapRule {
    let id: StaticString = "pci-configuration"
    let title: StaticString = "PCI configuration space is not reserved in the map"
    let severity = Severity.error
    let reason: StaticString =
        "Linux uses MMCONFIG (ECAM) only where it is reserved; a change in 6.2-rc2 that removed EFI's MMIO rows from e820 cost servers their extended configuration space."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        var seen: Set<PhysicalRange> = []
        for (source, fact) in machine.facts(.configurationSpace) where seen.insert(fact.range).inserted {
            let place = Finding.Place(source: source, line: fact.line, range: fact.range)
            let maps = [machine.bios, machine.uefi].compactMap { $0 }
            guard !maps.isEmpty else { continue }
            if let (map, index) = maps.lazy.compactMap({ map in
                map.firstRegion(in: fact.range) { $0.isUsableNow }.map { (map, $0) }
            }).first {
                findings.add(
                    .error, "PCI configuration space \(Words.range(fact.range)) is usable memory in the map", place,
                    map.place(region: index))
            } else if !maps.contains(where: { $0.covers(fact.range) { !$0.type.isRAM } }) {
                findings.add(
                    .warning,
                    "PCI configuration space \(Words.range(fact.range)) is not wholly reserved in the map: it is used only if ACPI reserves it",
                    place)
            } else if let bios = machine.bios, !bios.covers(fact.range, where: { !$0.type.isRAM }) {
                findings.add(
                    .note,
                    "PCI configuration space \(Words.range(fact.range)) is reserved in the UEFI map only, not in the BIOS's: kernels that ask e820 drop it",
                    place)
            }
        }
    }
}

/// 14: memory that devices go on using.
struct DeviceMemoryRule: MapRule {
    let id: StaticString = "rmrr"
    let title: StaticString = "A reserved memory region of the DMAR table is not reserved in the map"
    let severity = Severity.error
    let reason: StaticString =
        "Devices write there (RMRR) after the system has started: Linux calls it a firmware bug where the map does not reserve it."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        guard let map = machine.bios ?? machine.uefi else { return }
        for (source, fact) in machine.facts(.reservedMemoryRegion) {
            let place = Finding.Place(source: source, line: fact.line, range: fact.range)
            if let index = map.firstRegion(in: fact.range, where: { $0.isUsableNow }) {
                findings.add(
                    .error, "RMRR \(Words.range(fact.range)) has usable memory: devices write into what the system gives away",
                    place,
                    map.place(region: index))
            } else if !map.covers(fact.range, where: { $0.type == .reserved || $0.type.isRuntimeServices }) {
                let index = map.firstRegion(in: fact.range) { $0.type != .reserved }
                let what = index.map { "\(Words.type(map.resolved.regions[$0].type))" } ?? "not wholly described"
                findings.add(.warning, "RMRR \(Words.range(fact.range)) is \(what) in the map instead of reserved", place)
            }
        }
    }
}

/// 15: reserved rows where a bus gives addresses to its devices.
struct BusWindowRule: MapRule {
    let id: StaticString = "pci-window"
    let title: StaticString = "Rows of the map lie in a PCI host bridge's window"
    let severity = Severity.error
    let reason: StaticString =
        "A reserved row across the edge of a window makes Linux move or shrink it (\"Expanded resource Reserved due to conflict with PCI Bus\"); firmware that reserved whole windows left devices without addresses."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        guard let map = machine.bios ?? machine.uefi else { return }
        for (source, fact) in machine.facts(.hostBridgeWindow) where fact.range.start.rawValue >= 0x10_0000 {
            let place = Finding.Place(source: source, line: fact.line, range: fact.range)
            let regions = map.resolved.regions(overlapping: fact.range)
            for index in regions.indices {
                let region = regions[index]
                if region.isUsableNow {
                    findings.add(
                        .error, "\(Words.region(region)) is usable memory inside the bus window \(Words.range(fact.range))",
                        map.place(region: index), place)
                } else if region.range.contains(fact.range) {
                    findings.add(
                        .warning, "\(Words.region(region)) reserves the whole bus window \(Words.range(fact.range))",
                        map.place(region: index), place)
                } else if !fact.range.contains(region.range) {
                    findings.add(
                        .warning,
                        "\(Words.region(region)) lies across an edge of the bus window \(Words.range(fact.range)): the system has to move one of them",
                        map.place(region: index), place)
                } else if !region.type.isMemoryMappedIO {
                    findings.add(
                        .note,
                        "\(Words.region(region)) lies inside the bus window \(Words.range(fact.range)): devices get no addresses there",
                        map.place(region: index), place)
                }
            }
        }
    }
}

/// 23: a device tree that says otherwise than the map.
struct DeviceTreeRule: MapRule {
    let id: StaticString = "device-tree"
    let title: StaticString = "The device tree's reservations and devices do not fit the UEFI map"
    let severity = Severity.error
    let reason: StaticString =
        "Arm's SystemReady checkers: no-map regions and memreserve must be Reserved in the UEFI map, and no runtime region may lie on a device that the system drives."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        guard let uefi = machine.uefi else { return }
        for map in machine.maps where map.listed.kind == .deviceTree || map.listed.kind == .linuxReservedMemory {
            for row in map.listed.rows {
                guard let range = row.range else { continue }
                if map.listed.label == "devices" {
                    guard
                        let index = uefi.firstRegion(
                            in: range,
                            where: { $0.type.isRuntimeServices || $0.type.isMemoryMappedIO && $0.attributes.contains(.runtime) })
                    else { continue }
                    findings.add(
                        uefi.resolved.regions[index].type.isRuntimeServices ? .error : .warning,
                        "\(Words.region(uefi.resolved.regions[index])) is the firmware's at run time and the device \(map.source.collection.word(of: row)) at once",
                        map.place(row), uefi.place(region: index))
                    continue
                }
                let isKept = map.listed.label == "nomap" || row.number == 1 && map.listed.label != "memory"
                guard isKept,
                    let index = uefi.firstRegion(
                        in: range, where: { $0.type.isRAM && $0.type != .acpiNVS && !$0.type.isRuntimeServices })
                else { continue }
                let region = uefi.resolved.regions[index]
                findings.add(
                    region.type == .conventional ? .error : .warning,
                    "\(map.source.collection.word(of: row)) \(Words.range(range)) must not be used, and is \(Words.type(region.type)) in the UEFI map",
                    map.place(row), uefi.place(region: index))
            }
        }
    }
}
