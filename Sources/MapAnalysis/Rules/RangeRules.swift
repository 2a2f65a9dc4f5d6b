import MapFormats
import MemoryMap

/// 16: RAM where no processor reaches it.
struct AddressWidthRule: MapRule {
    let id: StaticString = "address-width"
    let title: StaticString = "RAM lies above the address width or in AMD's HyperTransport hole"
    let severity = Severity.error
    let reason: StaticString =
        "No processor has more than 52 bits of physical address; on AMD's the last 12 GiB below 1 TiB, 0xfd00000000-0xffffffffff, belong to HyperTransport, and QEMU had to move RAM out of them."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        guard let hole = PhysicalRange(start: PhysicalAddress(0xFD_0000_0000), last: PhysicalAddress(0xFF_FFFF_FFFF)) else {
            return
        }
        for map in machine.wholeMaps {
            for (index, region) in map.resolved.regions.enumerated() where region.type.isRAM {
                if region.range.last.rawValue >> 52 != 0 {
                    findings.add(
                        .error, "\(Words.region(region)) lies above 2^52: no processor has such addresses",
                        map.place(region: index))
                } else if let common = region.range.intersection(hole), isX86(map.listed.kind) {
                    let isCore = common.start.rawValue < 0xFE_0000_0000
                    findings.add(
                        isCore ? .warning : .note,
                        "\(Words.region(region)) has \(Words.range(common)), where AMD processors may have HyperTransport instead of RAM",
                        map.place(region: index))
                }
            }
        }
    }
}

/// Whether only x86 machines have maps of a kind.
func isX86(_ kind: MapKind) -> Bool { kind.isE820 || kind == .linuxEFI }

/// 18: hot-plug, and what is trimmed at the end of RAM.
struct HotPlugRule: MapRule {
    let id: StaticString = "hot-plug"
    let title: StaticString = "Memory that can be plugged is not in blocks, or the kernel took RAM away"
    let severity = Severity.warning
    let reason: StaticString =
        "Linux plugs memory in sections of 128 MiB: what does not fill them is lost. Firmware whose MTRRs do not cover all RAM makes Linux print a modified map without the rest."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        let section: UInt64 = 128 << 20
        for map in machine.wholeMaps {
            for (index, region) in map.resolved.regions.enumerated() {
                let isPluggable = region.attributes.contains(.hotPluggable) || region.attributes.contains(.specificPurpose)
                guard isPluggable || region.type == .persistent else { continue }
                guard region.range.start.rawValue % section != 0 || (region.range.last.rawValue &+ 1) % section != 0 else {
                    continue
                }
                findings.add(
                    .note,
                    "\(Words.region(region)) does not begin and end at multiples of 128 MiB: as plugged memory a part is lost",
                    map.place(region: index))
            }
        }
        guard let bios = machine.bios, let modified = machine.maps.first(where: { $0.listed.label == "modified" }),
            modified.summary.usableNow < bios.summary.usableNow
        else { return }
        let lost = (bios.summary.usableNow - modified.summary.usableNow) >> 20
        guard lost > 0, let first = modified.listed.rows.first else { return }
        findings.add(
            .warning, "the kernel's modified map has \(lost) MiB less usable RAM than the firmware's", modified.place(first))
    }
}

/// 21: page 0 and the first MiB.
struct LowMemoryRule: MapRule {
    let id: StaticString = "low-memory"
    let title: StaticString = "Page 0 is in use, or video memory is RAM"
    let severity = Severity.warning
    let reason: StaticString =
        "A null pointer into allocated memory goes unnoticed: XNU ignores the first page, Patina checks for it; on x86 0xa0000-0xbffff is the video window."

    func check(_ machine: CheckedMachine, _ findings: inout FindingList) {
        guard let page = PhysicalRange(start: .zeroAddress, pages: PageCount(1)),
            let video = PhysicalRange(start: PhysicalAddress(0xA_0000), last: PhysicalAddress(0xB_FFFF))
        else { return }
        for map in machine.wholeMaps where map.listed.kind != .linuxIOMem {
            if map.listed.kind.isUEFI, let index = map.firstRegion(in: page, where: { $0.type.isRAM }) {
                let region = map.resolved.regions[index]
                findings.add(
                    .note,
                    region.type == .conventional
                        ? "page 0 is free memory: an allocation may get address 0"
                        : "page 0 is \(Words.type(region.type)): null pointers point to memory",
                    map.place(region: index))
            }
            if isX86(map.listed.kind), let index = map.firstRegion(in: video, where: { $0.isUsableNow }) {
                findings.add(
                    .warning, "\(Words.region(map.resolved.regions[index])) has addresses of the video window, 0xa0000-0xbffff",
                    map.place(region: index))
            }
        }
    }
}

extension PhysicalAddress {
    fileprivate static let zeroAddress = PhysicalAddress(0)
}
