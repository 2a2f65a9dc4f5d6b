import MapFormats
import MemoryMap

/// 6: on AArch64, runtime regions that share a 64 KiB granule with something else.
struct RuntimeGranuleRule: MapRule {
    let id: StaticString = "runtime-64k"
    let title: StaticString = "A runtime region on AArch64 does not begin and end at 64 KiB"
    let severity = Severity.warning
    let reason: StaticString =
        "UEFI 2.10, 2.3.6: systems with 64 KiB pages map runtime memory in granules that must be alike; Linux warns, and laptops and Apple's M2 under U-Boot did not comply."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.maps where map.listed.kind == .linuxEFIByAddress {
            let granule: UInt64 = 0xFFFF
            for row in map.listed.rows where row.type.isRuntimeServices {
                guard let range = row.range else { continue }
                let (start, last) = (range.start.rawValue, range.last.rawValue)
                guard start & granule != 0 || last & granule != granule else { continue }
                let wide = PhysicalRange(start: PhysicalAddress(start & ~granule), last: PhysicalAddress(last | granule))
                let strangers = wide.map { map.resolved.regions(overlapping: $0).filter { !$0.type.isRuntimeServices } } ?? []
                let mixed = strangers.first.map { ", and shares a granule with \(Words.region($0))" } ?? ""
                findings.add(
                    .warning,
                    "\(Words.row(row)) does not begin and end at multiples of 64 KiB\(mixed): kernels with 64 KiB pages cannot map it alone",
                    map.place(row))
            }
        }
    }
}

/// 7: runtime regions that would not be mapped.
struct MissingRuntimeRule: MapRule {
    let id: StaticString = "runtime-missing"
    let title: StaticString = "Runtime services memory lacks the RUNTIME attribute"
    let severity = Severity.error
    let reason: StaticString =
        "UEFI 2.10, 7.2.3: what lacks the attribute gets no virtual mapping, and the first runtime call faults. Xen repairs it itself."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.maps where map.listed.kind.isUEFI {
            // Some boot loaders write only the lower bits of the attributes into their file.
            if map.listed.kind == .descriptorCSV, map.listed.rows.allSatisfy({ $0.attributes.rawValue <= 0xF_FFFF }) { continue }
            for row in map.listed.rows where row.type.isRuntimeServices && row.hasAttributes && row.defect == .none {
                guard !row.attributes.contains(.runtime) else { continue }
                findings.add(
                    .error, "\(Words.row(row)) has no RUNTIME attribute: it gets no mapping, and runtime calls fault",
                    map.place(row))
            }
        }
    }
}

/// 8: RUNTIME where it does not belong.
struct StrayRuntimeRule: MapRule {
    let id: StaticString = "runtime-stray"
    let title: StaticString = "Memory of another type has the RUNTIME attribute"
    let severity = Severity.error
    let reason: StaticString =
        "On devices it is what it should be; on boot services data it is usually Linux's own mark (efi_mem_reserve); free memory with it would be mapped for the firmware and given away."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        for map in machine.maps where map.listed.kind.isUEFI {
            for row in map.listed.rows where row.attributes.contains(.runtime) && row.defect == .none {
                switch row.type {
                case .runtimeServicesCode, .runtimeServicesData, .memoryMappedIO, .memoryMappedIOPortSpace, .palCode: continue
                case .conventional:
                    findings.add(.error, "\(Words.row(row)) is free and has the RUNTIME attribute", map.place(row))
                case .loaderCode, .loaderData, .unusable, .persistent, .unaccepted:
                    findings.add(.warning, "\(Words.row(row)) has the RUNTIME attribute", map.place(row))
                case .bootServicesCode, .bootServicesData:
                    findings.add(
                        .note,
                        "\(Words.row(row)) has the RUNTIME attribute: Linux sets it itself for memory that it keeps for the firmware's tables",
                        map.place(row))
                default:
                    findings.add(
                        .note, "\(Words.row(row)) has the RUNTIME attribute: it will be mapped for the firmware", map.place(row))
                }
            }
        }
    }
}
